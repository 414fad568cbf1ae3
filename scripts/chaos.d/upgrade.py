"""An upgrade from one build to another and back, one process after the other, under load."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time

# Ports are had as the benchmark has them.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench.d"))

from case_rolling import Customer, ask_on
from client import digest_of
from services import Failed
from limits import Limits
from load import run
from stage import Stage
from wave import Line
from world import World

# The way there; back is the other way round. After the third, both builds have one of each that there are two of.
ORDER = ("gateway1", "resolver", "cutter1", "gateway2", "cutter2")
SIDE_BY_SIDE = 3
# Clips that are ready before it begins; most requests are for these.
READY = 20


def say(text):
    print(f"upgrade-check: {text}", file=sys.stderr, flush=True)


def build_of(folder):
    """What a folder's programs say of themselves."""
    told = subprocess.run([os.path.join(folder, "gateway"), "--version"], capture_output=True, text=True)
    if told.returncode != 0:
        raise Failed(f"{folder}/gateway --version: {told.stderr.strip()}")
    return told.stdout.strip().removeprefix("gateway, ")


class Upgrade:
    def __init__(self, stage, words):
        self.stage, self.words = stage, words
        self.statuses = []

    async def to(self, programs, names):
        """Stops and starts these, one after the other, with the programs of another build."""
        for number, name in enumerate(names, 1):
            instance = self.stage[name]
            status = await instance.stop()
            self.statuses.append((name, status))
            instance.programs = programs
            instance.start()
            took = await instance.ready(self.stage.limits.start)
            say(f"{name} ended with {status} and is ready again after {took:.1f} s")
            await asyncio.sleep(self.words.pause * (3 if number == SIDE_BY_SIDE else 1))

    async def there_and_back(self, old, new):
        say(f"to {build_of(new)}")
        await self.to(new, ORDER)
        say(f"back to {build_of(old)}")
        await self.to(old, ORDER[::-1])


async def play(words):
    old, new = os.environ["CUTROOM_UPGRADE_OLD"], os.environ["CUTROOM_UPGRADE_NEW"]
    limits = type("Rates", (Limits,), {"rolling_rate": words.rate, "quiet_clips": 100_000})
    world = World(limits, say)
    try:
        async with Stage(world, "upgrade") as stage:
            for name in ORDER:
                stage.add(name, programs=old)
            await stage.ready()
            wave = stage.wave()
            for number in range(READY):
                wave.ask(number, "gateway1")
            await stage.until("the first clips", lambda: wave.ready == READY, limits.wait)
            customer, answers, over = Customer(stage), {}, asyncio.Event()
            load = asyncio.create_task(ask_on(customer, limits, answers, over))
            upgrade = Upgrade(stage, words)
            try:
                await asyncio.sleep(words.pause)
                await upgrade.there_and_back(old, new)
            finally:
                over.set()
                await load
            await wave.result("", 1)
            return await judge(stage, customer, answers, upgrade.statuses, new)
    finally:
        await world.close()


async def judge(stage, customer, answers, statuses, new):
    line = Line("upgrade")
    line.asked = len(answers)
    for _, answer in answers.values():
        line.ready += answer.is_ready
        line.refused += answer.status >= 500
        if not answer.is_ready:
            line.reasons[answer.word] += 1
    line.hold(line.ready == line.asked, f"{line.asked - line.ready} requests failed")
    clips = {number: answer for number, answer in answers.values() if answer.is_ready}
    doors = asyncio.Semaphore(20)

    async def fetched(answer):
        async with doors:
            return await digest_of(answer.json["clip_url"])

    found = await asyncio.gather(*(fetched(answer) for answer in clips.values()))
    line.compared = len(found)
    line.hold(None not in found, f"{found.count(None)} clips can't be fetched")
    line.hold(len(set(found)) == len(found), f"{len(found) - len(set(found))} clips are like another one")
    line.cuts, line.duplicates = stage.puts()
    await stage.registered(line, len(set(clips) | set(range(READY))))
    wrong = [f"{name} {status}" for name, status in statuses if status != 0]
    line.hold(not wrong, "ended with: " + ", ".join(wrong))
    line.hold(len(statuses) == 2 * len(ORDER), f"{len(statuses)} restarts, not {2 * len(ORDER)}")
    letters = (await run_cutroom(stage, new)).decode().splitlines()
    line.hold(not letters, f"{len(letters)} dead letters, the first: {letters[0] if letters else ''}")
    times = sorted(answer.took for _, answer in answers.values())
    line.note(f"{len(statuses)} restarts at {stage.limits.rolling_rate} requests a second; {len(clips)} clips")
    line.note(f"{customer.reconnects} reconnected, {customer.waits} came back when told")
    if times:
        line.note(f"p50 {times[len(times) // 2] * 1000:.0f} ms, p99 {times[int(len(times) * 0.99)]:.2f} s, slowest "
                  f"{times[-1]:.1f} s")
    return line


async def run_cutroom(stage, programs):
    settings = [f"{name}={value}" for name, value in stage.environment("resolver").items()]
    return await run("env", *settings, os.path.join(programs, "cutroom"), "dead-letters", "list")


def show(line, builds):
    told = {key: value for key, value in line.as_json().items() if key not in ("case", "lost", "ready_first")}
    if not sys.stdout.isatty():
        print(json.dumps({"old": builds[0], "new": builds[1]} | told, ensure_ascii=False), flush=True)
        return
    print(f"From {builds[0]}\n  to {builds[1]} and back in {line.seconds:.0f} s\n")
    print(f"  requests   {line.asked}, of which {line.asked - line.ready} failed and {line.refused} ended with 5xx")
    print(f"  clips      {line.compared} fetched; {line.cuts} PUTs, {line.duplicates} of what was there already")
    for note in line.notes:
        print(f"             {note}")
    for word, count in line.reasons.most_common():
        print(f"  not ready  {count} {word}")
    for broken in line.broken:
        print(f"  BROKEN     {broken}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/upgrade-check OLD NEW", add_help=False)
    parser.add_argument("--rate", type=int, default=Limits.rolling_rate)
    parser.add_argument("--pause", type=float, default=Limits.rolling_pause)
    words = parser.parse_args()
    builds = [build_of(os.environ[name]) for name in ("CUTROOM_UPGRADE_OLD", "CUTROOM_UPGRADE_NEW")]
    began = time.monotonic()
    try:
        line = asyncio.run(play(words))
    except (Failed, OSError) as fault:
        say(f"{type(fault).__name__}: {fault}")
        return 1
    line.seconds = time.monotonic() - began
    if not line.asked:
        say("nothing was asked for")
        return 2
    for text in line.broken:
        say(text)
    show(line, builds)
    say(f"load average {os.getloadavg()[0]:.1f}; " + ("BROKEN" if line.broken else "every bound held"))
    return 1 if line.broken else 0


sys.exit(main())
