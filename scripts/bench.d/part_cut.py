"""The exact cut: what the cutter reads, waits and computes for a lossless clip, beside ffmpeg's own way of copying one.

The real cutter is measured, between Kafka and versitygw: its CPU with that of the ffmpeg processes it started, and the
times that it logs for reading, cutting and storing.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import time

import clips
import episodes
from processes import cpu_seconds
from proxy import CountingProxy
from report import Row
from s3 import AccessLog, Bucket
from services import Failed

PART = "The exact cut"
# What a bucket in the same region takes until its answer begins.
FIRST_BYTE_MS = 30
SECONDS = clips.DURATION_MS // 1000


class Cutter:
    """Clips asked for one after the other, and what the cutter took for each."""

    def __init__(self, bench, name, **settings):
        self.bench = bench
        self.services = bench.services(name)
        self.services.more = {"FFMPEG_PATH": os.environ["CUTROOM_BENCH_FFMPEG"], **settings}
        self.log_path = os.path.join(bench.log, "cutter.log")
        self.place = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        self.services.start("resolver", "cutter", "gateway")
        self.services.wait_ready()
        self.client = clips.Client(self.services.url)
        self.dice = random.Random()

    @property
    def pid(self):
        return self.services.running["cutter"].pid

    def cut(self, episode, minute):
        """(the answer, seconds until it came): of a clip that was never asked for, at a random place of the minute."""
        for _ in range(20):
            start = minute * 60_000 + self.dice.randrange(25_000)
            answer, took = self.client.ask(start, episode.id)
            if answer["cache_hit"] is False:
                return answer, took
        raise Failed(f"every clip at minute {minute} of {episode.name} is there; scripts/stack reset deletes them")

    def logged(self):
        """What the cutter has logged of finished clips since the last call: milliseconds from looking at the layout to the
        stored object, and the clip's bytes."""
        with open(self.log_path) as file:
            file.seek(self.place)
            text = file.read()
        end = text.rfind("\n") + 1
        self.place += len(text[:end].encode())
        found = []
        for line in text[:end].splitlines():
            if '"The clip is cut and stored"' in line:
                entry = json.loads(line)["fields"]
                if entry["exact"] != "sample":
                    raise clips.WrongAnswer(f"a clip is not lossless: {line}")
                found.append((entry["cut_ms"] + entry["put_ms"], entry["bytes"]))
        return found

    def close(self):
        self.services.stop()


def own_way(url, minute, target):
    """ffmpeg seeks and copies by itself: (seconds of CPU, seconds, bytes read)."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [os.environ["CUTROOM_BENCH_FFMPEG"], "-nostdin", "-hide_banner", "-nostats", "-loglevel", "verbose", "-y",
         "-ss", str(minute * 60), "-i", url, "-map", "0:a:0", "-t", str(SECONDS), "-c", "copy", "-f", "mp3", target],
        capture_output=True, text=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Failed(f"ffmpeg's own way: {done.stderr[-300:]}")
    read = sum(int(line.split("Statistics: ")[1].split()[0])
               for line in done.stderr.splitlines() if "Statistics: " in line and "bytes read" in line)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took, read


def minutes(episode):
    """The first, the middle and the end."""
    return [1, 30, 58] if episode.hours == 1 else [1, 90, 178]


def measure(bench):
    bucket = Bucket(os.environ.get("S3_SOURCE_BUCKET", "pod-insights-raw"))
    episodes.provide(bucket, os.path.join(bench.folder, "episodes"), bench.say)
    bench.documents(episodes.documents())
    cutter = Cutter(bench, "cut")
    try:
        first_cuts(bench, cutter, bucket)
        for episode in episodes.ALL:
            costs(bench, cutter, bucket, episode)
    finally:
        cutter.close()
    proxy = CountingProxy(bucket.endpoint, FIRST_BYTE_MS / 1000)
    cutter = Cutter(bench, "cut-counted", AWS_ENDPOINT_URL_S3=proxy.url)
    try:
        for episode in episodes.ALL:
            reads(bench, cutter, bucket, proxy, episode)
    finally:
        cutter.close()
        proxy.close()


def first_cuts(bench, cutter, bucket):
    """Each source for the first time: its layout is found, and kept. Variable bitrate takes a scan."""
    log, clips_bucket = AccessLog(), Bucket(os.environ.get("S3_CLIPS_BUCKET", "pod-insights-clips"))
    for episode in episodes.ALL:
        clips_bucket.delete_all(f"layouts/{episode.id}/")
        before = high_water(cutter.pid, reset=True)
        _, took = cutter.cut(episode, 2)
        requests = log.reads(bucket.name, episode.key)
        grown = (high_water(cutter.pid) - before) / 1024
        add(bench, f"{episode.name}: first cut, from request to answer", "ms", took * 1000)
        if episode.is_constant:
            add(bench, f"{episode.name}: requests to the source for it", "", requests, held_to=3)
        else:
            add(bench, f"{episode.name}: what the memory grew by while it was scanned", "MiB", grown, held_to=16)
        bench.say(f"{episode.name}: first cut in {took * 1000:.0f} ms, {requests} requests, {grown:.1f} MiB")
    cutter.logged()


def costs(bench, cutter, bucket, episode):
    """Time and CPU of cuts in turns at each place, and of ffmpeg's own way."""
    places = minutes(episode)
    count = bench.words.cuts if episode.hours == 3 else max(10, bench.words.cuts // 4)
    times = {minute: [] for minute in places}
    before = cpu_seconds(cutter.pid)
    for _ in range(count):
        for minute in places:
            cutter.cut(episode, minute)
    # The children of the last cut are collected, and those that wait for the next are started.
    time.sleep(0.3)
    cpu = (cpu_seconds(cutter.pid) - before) / (count * len(places)) * 1000
    done = cutter.logged()
    if len(done) != count * len(places):
        raise Failed(f"the cutter logged {len(done)} of {count * len(places)} cuts")
    for number, (took, _) in enumerate(done):
        times[places[number % len(places)]].append(took)
    medians = [statistics.median(times[minute]) for minute in places]
    target = os.path.join(bench.folder, "own.mp3")
    owns = [[own_way(bucket.signed(episode.key), minute, target) for _ in range(5)] for minute in places]
    os.remove(target)
    for minute, median, own in zip(places, medians, owns):
        # Here the other is ffmpeg.
        add(bench, f"{episode.name}, minute {minute}: read, cut and store, p50 of {count}; ffmpeg's own way, p50 of 5", "ms",
            median, peer=statistics.median(taken[1] for taken in own) * 1000)
        add(bench, f"{episode.name}, minute {minute}: CPU of a cut, mean of all places; of ffmpeg's own way", "ms",
            cpu, peer=statistics.median(taken[0] for taken in own) * 1000, held_to=15,
            held_to_ratio=4 if minute >= 50 else None)
        bench.own_bytes[(episode.name, minute)] = own[0][2]
    add(bench, f"{episode.name}: p50 at the slowest place to that at the fastest", "", max(medians) / min(medians),
        held_to=1.25)
    bench.say(f"{episode.name}: {cpu:.1f} ms of CPU a cut; p50 " + " ".join(f"{median:.1f}" for median in medians) + " ms")


def reads(bench, cutter, bucket, proxy, episode):
    """What is read of the source, clip by clip, with its layout known; and how long a cut takes beside a distant store."""
    cutter.cut(episode, 2)
    cutter.logged()
    means, times = [], []
    for minute in minutes(episode):
        ratios = []
        for _ in range(5):
            proxy.reads(bucket.name, episode.key)
            cutter.cut(episode, minute)
            requests, size = proxy.reads(bucket.name, episode.key)
            (took, clip_bytes), = cutter.logged()
            if requests != 1 or size > 1.05 * clip_bytes + 8192:
                raise clips.WrongAnswer(f"{requests} requests and {size} bytes of the source for {clip_bytes} of the clip")
            ratios.append(size / clip_bytes)
            times.append(took)
        means.append(statistics.mean(ratios))
        add(bench, f"{episode.name}, minute {minute}: source bytes for a byte of the clip, in one request; ffmpeg's own way", "",
            means[-1], peer=bench.own_bytes[(episode.name, minute)] / clip_bytes)
    add(bench, f"{episode.name}: the most of these to the least", "", max(means) / min(means), held_to=1.01)
    add(bench, f"{episode.name}: read, cut and store where the store takes {FIRST_BYTE_MS} ms to each first byte, p50 of {len(times)}",
        "ms", statistics.median(times), held_to=150)


def high_water(pid, reset=False):
    """The most memory that a process has had, in KiB; with `reset` it begins anew, from what it has now."""
    if reset:
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def add(bench, what, unit, value, **more):
    bench.rows.append(Row(PART, what, unit, value, **more))
