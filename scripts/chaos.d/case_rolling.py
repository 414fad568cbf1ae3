"""A rolling restart of everything while clips are asked for all the time."""

import asyncio
import random

from client import fetch
from stage import Stage
from wave import TRUE_REASONS, Line

SERVICES = ("gateway1", "gateway2", "resolver", "cutter1", "cutter2")


class Customer:
    """A client that goes to the other gateway if one closes the door, once, and comes back when it is told to, once."""

    def __init__(self, stage):
        self.stage = stage
        self.turn = 0
        self.reconnects = self.waits = 0

    async def ask(self, number):
        self.turn += 1
        gateways = [self.stage[f"gateway{1 + (self.turn + shift) % 2}"] for shift in (0, 1)]
        limit = self.stage.limits.wait
        headers = {"Prefer": f"wait={limit}"}
        answer = await fetch(gateways[0].port, self.stage.path(number), headers, limit + 15)
        if answer.fault in ("refused", "reset", "cut short"):
            self.reconnects += 1
            answer = await fetch(gateways[1].port, self.stage.path(number), headers, limit + 15)
        if answer.status == 503 and "retry-after" in answer.headers:
            self.waits += 1
            await asyncio.sleep(int(answer.headers["retry-after"]))
            answer = await fetch(gateways[1].port, self.stage.path(number), headers, limit + 15)
        return answer


async def rolling(world):
    limits = world.limits
    async with Stage(world, "rolling-restart") as stage:
        await stage.start(*SERVICES)
        wave = stage.wave()
        for number in range(20):
            wave.ask(number, "gateway1")
        await stage.until("the first clips", lambda: wave.ready == 20, limits.wait)
        customer, answers, over = Customer(stage), {}, asyncio.Event()
        load = asyncio.create_task(ask_on(customer, limits, answers, over))
        notes = []
        for name in SERVICES:
            await asyncio.sleep(limits.rolling_pause)
            status = await stage[name].stop()
            notes.append(f"{name} {status}")
            stage[name].start()
            await stage[name].ready(limits.start)
        await asyncio.sleep(limits.rolling_pause)
        over.set()
        await load
        await wave.result("", 1)
        return await judge(stage, customer, answers, notes)


async def ask_on(customer, limits, answers, over):
    """Clips that are there, and now and then one that is new, at a steady rate until it is over."""
    dice, tasks, new = random.Random(7), [], 20
    loop = asyncio.get_running_loop()
    began, count = loop.time(), 0

    async def one(index, number):
        answers[index] = (number, await customer.ask(number))

    while not over.is_set():
        number = dice.randrange(20)
        if dice.random() < limits.rolling_new and new < limits.quiet_clips:
            number, new = new, new + 1
        tasks.append(asyncio.create_task(one(count, number)))
        count += 1
        await asyncio.sleep(max(0, began + count / limits.rolling_rate - loop.time()))
    await asyncio.gather(*tasks)


async def judge(stage, customer, answers, notes):
    line = Line("rolling-restart")
    line.asked = len(answers)
    distinct = {number for number, _ in answers.values()} | set(range(20))
    for _, answer in answers.values():
        line.ready += answer.is_ready
        line.refused += answer.status >= 500
        if not answer.is_ready:
            line.reasons[answer.word] += 1
            line.lost += answer.word not in TRUE_REASONS | {"accepted"}
    line.first = line.ready
    line.hold(line.ready == line.asked and line.asked > 0, f"{line.asked - line.ready} requests failed")
    line.hold(line.lost == 0, f"{line.lost} lost")
    found = {number: answer for number, answer in answers.values() if answer.is_ready}
    await stage.compare(line, found)
    line.cuts, line.duplicates = stage.puts()
    await stage.registered(line, len(distinct))
    slots = 2
    line.hold(line.cuts - len(distinct) <= 2 * slots, f"{line.cuts - len(distinct)} clips were cut again")
    for name in SERVICES:
        instance = stage[name]
        line.hold(instance.starts == 2 and instance.is_running, f"{name} was not restarted")
    line.hold(all(note.endswith(" 0") for note in notes), "ended with: " + ", ".join(notes))
    slowest = max(answer.took for _, answer in answers.values())
    line.note(f"{stage.limits.rolling_rate} requests a second; {customer.reconnects} reconnected, {customer.waits} came "
              f"back when told; the slowest took {slowest:.1f} s")
    return line


def cases():
    yield "rolling-restart", rolling
