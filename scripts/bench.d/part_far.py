"""Misses with a store that is not on this machine: each call of S3 takes so long until its answer begins."""

import os
import secrets
import statistics
import subprocess

import clips
import episodes
from proxy import CountingProxy
from report import Row
from s3 import Bucket

PART = "Misses, 20 ms to each call of S3"
CALL_MS = 20
FIRSTS = 20
# Beside two calls, one after the other, and beside four for an episode that was never seen.
TWO_CALLS_MS, FOUR_CALLS_MS = 2 * CALL_MS + 12, 4 * CALL_MS + 15
# How podcasts come: the file's name in its folder, and how ffmpeg makes it of five minutes of sound.
KINDS = {
    "MP3, 128 kbit/s": ("episode.mp3", ("-c:a", "libmp3lame", "-b:a", "128k")),
    "M4A": ("episode.m4a", ("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart")),
}


def measure(bench):
    proxy = CountingProxy(os.environ["AWS_ENDPOINT_URL_S3"], CALL_MS / 1000)
    sides = []
    try:
        for number, build in enumerate(bench.builds):
            services = bench.services(f"far-{number}", build)
            services.more = {"AWS_ENDPOINT_URL_S3": proxy.url, "FFMPEG_PATH": os.environ["CUTROOM_BENCH_FFMPEG"]}
            services.start("resolver", "cutter", "gateway")
            sides.append((services, services.url))
            services.wait_ready()
        if bench.words.far_peer:
            sides.append((None, bench.words.far_peer))
        seen_before(bench, sides)
        for kind in KINDS:
            never_seen(bench, sides, kind)
    finally:
        for services, _ in sides:
            if services:
                services.stop()
        proxy.close()


def seen_before(bench, sides):
    for _, url in sides:
        clips.ask_all(url, bench.cold.take(3))
    times = {url: [] for _, url in sides}
    for number in range(bench.words.rounds):
        for _, url in sides if number % 2 == 0 else reversed(sides):
            times[url] += clips.ask_all(url, bench.cold.take(bench.words.misses))[1]
    values = [sorted(found) for found in times.values()]
    middle = [statistics.median(found) * 1000 for found in values]
    far = [found[int(len(found) * 0.99)] * 1000 for found in values]
    add(bench, "one by one, p50", middle, held_to=TWO_CALLS_MS, held_to_ratio=bench.at_least(1 / 0.3))
    add(bench, "one by one, p99", far, held_to=2 * middle[0])


def never_seen(bench, sides, kind):
    """The first clip of an episode: where its audio lies and how, is not known to anybody."""
    found = [[] for _ in sides]
    for _ in range(FIRSTS):
        for side, (_, url) in enumerate(sides):
            episode = provide(bench, kind)
            found[side].append(clips.Client(url).ask(60_000, episode)[1])
    middle = [statistics.median(times) * 1000 for times in found]
    add(bench, f"first clip of an episode, {kind}, p50", middle, held_to=FOUR_CALLS_MS)


def provide(bench, kind):
    """A new episode of that kind; returns its id."""
    name, options = KINDS[kind]
    path = os.path.join(bench.folder, name)
    if not os.path.exists(path):
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", episodes.SOUND, *options, path], check=True)
    id = "6f" + secrets.token_hex(11)
    guid = f"far-{id}"
    Bucket(os.environ.get("S3_SOURCE_BUCKET", "pod-insights-raw")).put(path, f"{episodes.FEED}/{guid}/audio/{name}")
    bench.documents(episodes.documents_of(id, guid, kind, 300))
    return id


def add(bench, what, values, **held):
    bench.rows.append(Row(PART, what, "ms", values[0], values[-1] if len(values) > 1 else None, **held))
