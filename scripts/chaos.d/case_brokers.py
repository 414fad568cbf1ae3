"""Three brokers: one dies for good or freezes, topics and rights go, brokers restart, partitions are raised."""

import asyncio
import collections
import signal
import time

from brokers import Brokers, BrokerStage
from client import fetch

SERVICES = ("gateway1", "gateway2", "resolver1", "resolver2", "cutter1", "cutter2")


class Readiness:
    """What /readyz of each service says, looked at all the time."""

    def __init__(self, stage, names):
        self.stage, self.names = stage, names
        # By service: (when it began to say so, status, text).
        self.told = collections.defaultdict(list)
        self._task = asyncio.create_task(self._follow())

    async def _follow(self):
        await asyncio.gather(*(self._look(name) for name in self.names))

    async def _look(self, name):
        while True:
            answer = await fetch(self.stage[name].port, "/readyz", limit=5)
            last = self.told[name][-1] if self.told[name] else None
            if last is None or last[1:] != (answer.status, answer.body):
                self.told[name].append((time.monotonic(), answer.status, answer.body))
            await asyncio.sleep(0.1)

    def says(self, name, *parts, since):
        """When it first said, with a status other than 200, all these words; None if it has not since then."""
        return next((at for at, status, text in self.told[name] if at >= since and status == 503 and all(
            part.encode() in text for part in parts)), None)

    def is_ready(self, name):
        return bool(self.told[name]) and self.told[name][-1][1] == 200

    def ready_since(self, name):
        return self.told[name][-1][0]

    def stop(self):
        self._task.cancel()


async def on_brokers(world, name, body, first_try, seconds, rights="all", settle=None):
    """The services under a steady load of new clips, while `body(stage, wave, readiness, line_notes)` breaks something.

    `body` returns the spans of time in which a topic or a right was missing, and adds what broke to `broken`."""
    limits = world.limits
    brokers = await world.brokers(Brokers)
    async with BrokerStage(world, brokers, name, rights) as stage:
        await stage.start(*SERVICES)
        readiness = Readiness(stage, SERVICES)
        wave = stage.wave()
        notes, broken = [], []
        count = int(min(seconds * limits.brokers_rate, limits.quiet_clips))

        async def ask():
            began = asyncio.get_running_loop().time()
            for number in range(count):
                await asyncio.sleep(max(0, began + number / limits.brokers_rate - asyncio.get_running_loop().time()))
                wave.ask(number, f"gateway{1 + number % 2}")

        load = asyncio.create_task(ask())
        try:
            await asyncio.sleep(limits.brokers_before)
            missing = await body(stage, wave, readiness, notes, broken) or []
            wave.lifted.set()
            await load
            line = await wave.result(name, 0)
        finally:
            load.cancel()
            readiness.stop()
            if settle:
                await settle(brokers)
        others = [request for request in wave.requests if not any(
            begin - limits.second_try <= request.asked <= end and (
                request.asked >= begin or not request.first.is_ready) for begin, end in missing)]
        share = sum(request.first.is_ready for request in others) / max(1, len(others))
        line.hold(len(others) >= 20, f"only {len(others)} requests were not concerned by what was missing")
        line.hold(share >= first_try, f"{share:.1%} ready at the first try, not {first_try:.0%}")
        slowest = max(others, key=lambda request: request.first.took, default=None)
        if slowest:
            line.note(f"the slowest of {len(others)} first answers took {slowest.first.took:.1f} s")
            if not missing:
                line.hold(slowest.first.took <= limits.brokers_worst, f"the worst clip took {slowest.first.took:.1f} s")
        line.hold(all(instance.is_running and instance.starts == 1 for instance in stage.instances.values()),
                  "a service ended")
        line.notes += notes
        line.broken += broken
        return line


async def victim_of(stage):
    """The broker that leads most partitions of the requests."""
    leaders = await stage.brokers.leaders(f"{stage.prefix}clip.requested")
    return collections.Counter(leaders).most_common(1)[0][0]


async def killed(stage, wave, readiness, notes, broken):
    limits, brokers = stage.limits, stage.brokers
    victim = await victim_of(stage)
    brokers.send(victim, signal.SIGKILL)
    await asyncio.sleep(limits.brokers_gone)
    if brokers.runs(victim):
        broken.append("the broker was not killed")
    notes.append(f"broker {victim} killed for good")


async def revive(brokers):
    for number in (1, 2, 3):
        if not brokers.runs(number):
            await brokers.start(number)
    await brokers.whole(60)


async def frozen(stage, wave, readiness, notes, broken):
    limits, brokers = stage.limits, stage.brokers
    victim = await victim_of(stage)
    brokers.send(victim, signal.SIGSTOP)
    await asyncio.sleep(limits.brokers_frozen)
    if not brokers.is_stopped(victim):
        broken.append("the broker was not frozen")
    brokers.send(victim, signal.SIGCONT)
    await asyncio.sleep(limits.brokers_after)
    notes.append(f"broker {victim} frozen for {limits.brokers_frozen} s")


async def mended(stage, readiness, names, at, notes, broken, what):
    """Until all are ready again, after the mend at `at`."""
    limits = stage.limits
    await stage.until(f"{what}: all ready again", lambda: all(readiness.is_ready(name) for name in names), 60)
    took = max(0, max(readiness.ready_since(name) for name in names) - at)
    notes.append(f"{what}: ready again {took:.1f} s after the mend")
    if took > limits.brokers_mended:
        broken.append(f"{what}: ready again only {took:.1f} s after the mend")


async def said(stage, readiness, names, parts, at, notes, broken, what):
    limits = stage.limits

    def all_say():
        return all(readiness.says(name, *parts, since=at) for name in names)

    try:
        await stage.until(f"{what}: {' and '.join(names)} to say so", all_say, 45)
    except Exception as fault:  # noqa: BLE001: the rest of the case tells more
        broken.append(str(fault))
        return
    took = max(readiness.says(name, *parts, since=at) for name in names) - at
    notes.append(f"{what}: said after {took:.1f} s")
    if took > limits.brokers_said:
        broken.append(f"{what}: said only after {took:.1f} s")


async def deleted(stage, wave, readiness, notes, broken):
    """Of services that may not make topics."""
    limits, brokers, topic = stage.limits, stage.brokers, f"{stage.prefix}clip.resolved"
    at = time.monotonic()
    await brokers.tool("topics", "--delete", "--topic", topic)
    await said(stage, readiness, SERVICES, [topic, "missing"], at, notes, broken, "topic deleted")
    await asyncio.sleep(limits.brokers_missing)
    await brokers.tool(
        "topics", "--create", "--topic", topic, "--partitions", "6", "--replication-factor", "3", "--config",
        "message.timestamp.type=LogAppendTime")
    back = time.monotonic()
    await mended(stage, readiness, SERVICES, back, notes, broken, "topic made again")
    await asyncio.sleep(limits.brokers_after)
    return [(at, back + limits.brokers_mended)]


async def remade(stage, wave, readiness, notes, broken):
    """Of services that may make topics: they do."""
    limits, brokers, topic = stage.limits, stage.brokers, f"{stage.prefix}clip.requested"
    before = await brokers.topic_id(topic)
    at = time.monotonic()
    await brokers.tool("topics", "--delete", "--topic", topic)
    gone = time.monotonic()

    async def is_another():
        # A broker tells of a deleted topic for a while.
        return await brokers.topic_id(topic) not in (None, before)

    await stage.until("the topic to be made again", is_another, 45)
    back = time.monotonic()
    notes.append(f"made again {back - gone:.1f} s after it was deleted")
    if back - gone > limits.brokers_said:
        broken.append(f"made again only after {back - gone:.1f} s")
    await mended(stage, readiness, SERVICES, back, notes, broken, "topic made again")
    await asyncio.sleep(limits.brokers_after)
    return [(at, back + limits.brokers_mended)]


async def revoked(stage, wave, readiness, notes, broken):
    """Rights are taken from a service and given back, one after the other."""
    limits, brokers, spans = stage.limits, stage.brokers, []
    for user, right, kind, resource in (
            ("gateway", "Write", "topic", "clip.requested"), ("resolver", "Read", "topic", "clip.requested"),
            ("cutter", "Write", "topic", "clip.ready"), ("resolver", "Read", "group", "cutroom-resolver")):
        name = stage.prefix + resource
        rule = ["--allow-principal", f"User:{user}", "--operation", right, f"--{kind}", name]
        names = [service for service in SERVICES if service.startswith(user)]
        what = f"{right} on {resource} taken from the {user}"
        at = time.monotonic()
        await brokers.tool("acls", "--remove", "--force", *rule)
        await said(stage, readiness, names, [right, name], at, notes, broken, what)
        await asyncio.sleep(limits.brokers_missing)
        await brokers.tool("acls", "--add", *rule)
        back = time.monotonic()
        await mended(stage, readiness, SERVICES, back, notes, broken, what)
        spans.append((at, back + limits.brokers_mended))
        await asyncio.sleep(limits.brokers_after)
    return spans


async def restarted(stage, wave, readiness, notes, broken):
    limits, brokers = stage.limits, stage.brokers
    for number in (1, 2, 3):
        before = brokers.pid(number)
        await brokers.stop(number)
        await brokers.start(number)
        await brokers.whole(60)
        if brokers.pid(number) == before:
            broken.append(f"broker {number} was not restarted")
        await asyncio.sleep(limits.brokers_after / 2)
    notes.append("three brokers restarted one after the other")


async def raised(stage, wave, readiness, notes, broken):
    limits, brokers = stage.limits, stage.brokers
    for topic in ("requested", "resolved", "ready", "failed"):
        await brokers.tool("topics", "--alter", "--topic", f"{stage.prefix}clip.{topic}", "--partitions", "12")
    await asyncio.sleep(limits.brokers_raised)
    now = len(await brokers.leaders(f"{stage.prefix}clip.requested"))
    if now != 12:
        broken.append(f"clip.requested has {now} partitions")
    notes.append("partitions raised from 6 to 12")


def cases():
    def case(name, body, seconds, rights="all", settle=None):
        return name, lambda world: on_brokers(world, name, body, world.limits.first_try_brokers, seconds, rights, settle)

    yield case("brokers-leader-killed", killed, 45, settle=revive)
    yield case("brokers-frozen", frozen, 70, settle=revive)
    yield case("brokers-topic-deleted", deleted, 70, "documented")
    yield case("brokers-topic-remade", remade, 50)
    yield case("brokers-rights", revoked, 80, "documented")
    yield case("brokers-rolling-restart", restarted, 70, settle=revive)
    yield case("brokers-partitions", raised, 45)
