"""Clips made ahead of need: what warming does to those who wait for clips meanwhile, and what they leave to it."""

import json
import os
import queue
import statistics
import subprocess
import threading
import time

import clips
from report import Row
from services import Failed

PART = "Warming"
LIVE_A_SECOND, LIVE_CLIENTS = 20, 64


def measure(bench):
    services = bench.services("warm")
    # The one of the images: with a distribution's, many processors start too slowly for so many live misses a second.
    services.more = {"FFMPEG_PATH": os.environ["CUTROOM_BENCH_FFMPEG"]}
    services.start("resolver", "cutter", "gateway")
    try:
        services.wait_ready()
        compare(bench, services.url)
    finally:
        services.stop()


def compare(bench, url):
    count = bench.words.warm
    cutroom = os.path.join(bench.builds[0], "cutroom")
    clips.ask_all(url, bench.cold.take(3))
    warm(bench, cutroom, url, bench.cold.take(20))

    alone = Live(bench, url)
    time.sleep(max(15, 3 * bench.words.seconds))
    alone = alone.end()
    bench.say(f"live alone: {len(alone)} misses, p95 {p95(alone):.1f} ms")
    by_itself = warm(bench, cutroom, url, bench.cold.take(count))
    bench.say(f"warming alone: {by_itself:.1f} clips/s")
    live = Live(bench, url)
    try:
        beside = warm(bench, cutroom, url, bench.cold.take(count))
    finally:
        times = live.end()
    bench.say(f"together: {len(times)} misses, p95 {p95(times):.1f} ms; {beside:.1f} clips/s")
    # As long as the first one, and after it: what the machine did meanwhile is in both.
    after = Live(bench, url)
    time.sleep(max(15, 3 * bench.words.seconds))
    alone += after.end()

    bench.commands.append(f"cutroom warm .bench/warm.jsonl --gateway {url}")
    add = bench.rows.append
    what = f"{LIVE_A_SECOND} live misses a second"
    add(Row(PART, f"{what} alone, p50", "ms", statistics.median(alone)))
    add(Row(PART, f"{what} alone, p95", "ms", p95(alone)))
    add(Row(PART, f"{what} beside {count:,} clips being warmed, p50", "ms", statistics.median(times)))
    add(Row(PART, f"{what} beside {count:,} clips being warmed, p95", "ms", p95(times)))
    add(Row(PART, "p95 with warming beside it, to that without", "×", p95(times) / p95(alone), held_to=1.2))
    add(Row(PART, f"warming {count:,} clips alone", "clips/s", by_itself, better="more"))
    add(Row(PART, f"warming {count:,} clips beside {what}", "clips/s", beside, better="more"))
    add(Row(PART, "rate of warming beside live misses, to that alone", "×", beside / by_itself, better="more", held_to=0.7))


def p95(times):
    return sorted(times)[int(len(times) * 0.95)]


def warm(bench, cutroom, url, starts):
    """Clips a second of `cutroom warm` with such a list, from its start to its end."""
    path = os.path.join(bench.folder, "warm.jsonl")
    with open(path, "w") as file:
        for start in starts:
            file.write(json.dumps(
                {"episode_id": clips.EPISODE, "start_time_ms": start, "duration_ms": clips.DURATION_MS}) + "\n")
    began = time.monotonic()
    done = subprocess.run([cutroom, "warm", path, "--gateway", url], capture_output=True, text=True)
    took = time.monotonic() - began
    if done.returncode != 0:
        raise Failed(f"cutroom warm ended with {done.returncode}: {done.stderr[-500:]}")
    end = json.loads(done.stdout.splitlines()[-1])
    # Some may be ready already: another part of the run may have asked for a start before.
    if end["made"] + end["ready"] != len(starts) or end["made"] < 0.9 * len(starts):
        raise clips.WrongAnswer(f"of {len(starts)} clips {end['made']} were made, and {end['ready']} were ready")
    return end["made"] / took


class Live:
    """Misses at a fixed rate, whether answers come or not: how long each took from the moment when it was due, in ms."""

    def __init__(self, bench, url):
        self.bench, self.url = bench, url
        self.due, self.times, self.faults = queue.Queue(), [], []
        self.is_over = threading.Event()
        self.clients = [threading.Thread(target=self.ask) for _ in range(LIVE_CLIENTS)]
        self.clock = threading.Thread(target=self.tick)
        for thread in (*self.clients, self.clock):
            thread.start()

    def tick(self):
        began, number = time.monotonic(), 0
        while not self.is_over.is_set():
            due = began + number / LIVE_A_SECOND
            if self.is_over.wait(max(0, due - time.monotonic())):
                break
            self.due.put((due, self.bench.cold.take(1)[0]))
            number += 1
        for _ in self.clients:
            self.due.put(None)

    def ask(self):
        client = clips.Client(self.url)
        while (asked := self.due.get()) is not None:
            due, start = asked
            try:
                client.ask(start)
                self.times.append((time.monotonic() - due) * 1000)
            except Exception as fault:
                self.faults.append(fault)
                return

    def end(self):
        self.is_over.set()
        for thread in (self.clock, *self.clients):
            thread.join()
        if self.faults:
            raise self.faults[0]
        if len(self.times) < LIVE_A_SECOND:
            raise Failed(f"only {len(self.times)} live misses were answered")
        return self.times
