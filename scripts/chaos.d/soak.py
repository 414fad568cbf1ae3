"""Half a million requests, and whether the services have grown by them."""

import argparse
import asyncio
import json
import os
import sys
import time

# What processes take is read as the benchmark reads it.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench.d"))

from client import fetch
from services import Failed
from limits import Limits
from load import attack
from processes import memory_mib
from stage import Stage
from world import World

SERVICES = ("gateway", "resolver", "cutter")
# Growth that is allowed: a tenth.
GROWTH = 1.10
# Of all requests and clips, the warm-up's.
WARM_UP = 0.2
SEGMENT_S = 10
# At most: when the machine holds its breath the rate sinks, instead of a thousand connections that are open at once.
CONNECTIONS = 64
# Everything is at rest for so long before it is measured.
REST_S = 6


def say(text):
    print(f"soak: {text}", file=sys.stderr, flush=True)


def figures(instance):
    folder = f"/proc/{instance.pid}"
    return {
        "rss_mib": memory_mib(instance.pid)[0], "descriptors": len(os.listdir(f"{folder}/fd")),
        "threads": len(os.listdir(f"{folder}/task"))}


class Soak:
    def __init__(self, stage, words):
        self.stage, self.words = stage, words
        self.known, self.asked, self.failed = [], 0, 0
        self.began = time.monotonic()

    async def introduce(self, count, within=SEGMENT_S):
        """Asks for clips that are new, evenly over so many seconds."""
        numbers = range(len(self.known), min(len(self.known) + count, self.words.clips))
        made = []

        async def one(index, number):
            await asyncio.sleep(index * within / len(numbers))
            path = self.stage.path(number)
            answer = await fetch(self.stage["gateway"].port, path, {"Prefer": "wait=60"})
            self.asked += 1
            if answer.is_ready:
                made.append(path)
            else:
                self.failed += 1
                say(f"{answer.word} for {path}")

        await asyncio.gather(*(one(index, number) for index, number in enumerate(numbers)))
        self.known += made

    async def until(self, requests, clips):
        """Segments of load until so many requests were made and so many clips are known."""
        base = f"http://127.0.0.1:{self.stage['gateway'].port}"
        while self.asked < requests:
            seconds = min(SEGMENT_S, -(-(requests - self.asked) // self.words.rate))
            segments = max(1, (requests - self.asked) // (self.words.rate * SEGMENT_S))
            new = self.introduce(-(-(clips - len(self.known)) // segments))
            targets = [(base + path, {}) for path in self.known]
            answers, _ = await asyncio.gather(
                attack(
                    self.stage.folder, "soak", targets, self.words.rate, seconds, connections=CONNECTIONS), new)
            self.asked += len(answers)
            bad = [one for one in answers if one["code"] != 200]
            self.failed += len(bad)
            if bad:
                say(f"{len(bad)} failed, the first with {bad[0]['code']} {bad[0]['error']}")
            say(f"{self.asked:,} of {self.words.requests:,} requests, {len(self.known):,} clips, "
                f"{time.monotonic() - self.began:.0f} s; MiB: " + ", ".join(
                    f"{name} {figures(self.stage[name])['rss_mib']:.1f}" for name in SERVICES))

    async def measure(self):
        await asyncio.sleep(REST_S)
        return {name: figures(self.stage[name]) for name in SERVICES}


async def soak(words):
    world = World(Limits, say)
    try:
        # Past the proxies: nothing is broken here.
        async with Stage(world, "soak") as stage:
            await stage.start(*SERVICES, through_proxies=False)
            run = Soak(stage, words)
            # At once, so that every pool of connections is as full as it gets.
            await run.introduce(int(words.clips * WARM_UP), within=0)
            await run.until(int(words.requests * WARM_UP), int(words.clips * WARM_UP))
            before = await run.measure()
            await run.until(words.requests, words.clips)
            after = await run.measure()
            return run, before, after, time.monotonic() - run.began
    finally:
        await world.close()


def main():
    words = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    words.add_argument("--requests", type=int, default=500_000)
    words.add_argument("--clips", type=int, default=2_000)
    words.add_argument("--rate", type=int, default=1_500, help="requests a second; default 1500")
    words = words.parse_args()
    try:
        run, before, after, took = asyncio.run(soak(words))
    except (Failed, OSError) as fault:
        say(f"{type(fault).__name__}: {fault}")
        return 1
    if run.asked < words.requests or len(run.known) == 0:
        say("not all was asked")
        return 2
    rows = [(name, what, before[name][what], after[name][what], after[name][what] <= before[name][what] * GROWTH)
            for name in SERVICES for what in before[name]]
    if sys.stdout.isatty():
        print(f"{'service':<12}{'':<14}{'warm':>10}{'end':>10}{'':>8}")
        for name, what, was, is_now, holds in rows:
            print(f"{name:<12}{what:<14}{was:>10.1f}{is_now:>10.1f}{is_now / was - 1:>+8.1%}{'' if holds else '  GREW'}")
    else:
        print(json.dumps({
            "requests": run.asked, "clips": len(run.known), "failed": run.failed, "seconds": round(took, 1),
            "after_warm_up": before, "at_the_end": after, "holds": all(row[-1] for row in rows)}))
    say(f"{run.asked:,} requests for {len(run.known):,} clips in {took:.0f} s, {run.failed} failed; load average "
        f"{os.getloadavg()[0]:.1f}")
    if run.failed or len(run.known) < words.clips:
        say("not every request was answered with its clip")
        return 1
    return 0 if all(row[-1] for row in rows) else 1


sys.exit(main())
