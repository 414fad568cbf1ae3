"""Hits beside nginx: as a cache of the same answers, and with one answer that it only has to send.

The cache asks the gateway of the same run for what it has not, so that all three send the same bytes; none of its hits does.
Each side has two threads, or processes, that answer.
"""

import json
import random
import statistics

import clips
from nginx import Nginx, answer
from processes import Usage, memory_mib
from report import Row

PART = "Hits beside nginx"
EPISODES = 1_000
CLIPS = 10_000
# So many requests are drawn once and asked for again and again.
DRAWN = 50_000
CONNECTIONS = 64
THREADS = 2
RATE = 1_000
OTHERS = {"nginx's proxy_cache": 1.25, "nginx's return": 0.8}


def measure(bench):
    services = bench.services("nginx")
    services.more = {"GATEWAY_THREADS": str(THREADS)}
    log = f"{bench.log}/nginx.log"
    others = {}
    try:
        # The gateway makes the topics as it wants them.
        services.start("gateway")
        services.wait_ready()
        services.stop()
        bench.fill(f"{services.prefix}clip.ready", 10 * CLIPS)
        services.start("gateway")
        services.wait_ready()
        paths = [path(number) for number in range(CLIPS)]
        same = answer(services.url, paths[0])
        others["nginx's proxy_cache"] = Nginx.caching(services.url, log, THREADS)
        others["nginx's return"] = Nginx.returning(same, log, THREADS)
        for other in others.values():
            compare(other.url, paths[0], same)
        sides = {"Cutroom": (services.url, lambda: services.pids()["gateway"])}
        sides |= {name: (other.url, lambda other=other: other.pids) for name, other in others.items()}
        found = {
            "one clip": rounds(bench, sides, paths[:1]),
            f"{CLIPS:,} clips, Zipf": rounds(bench, sides, zipf(paths)),
        }
        steady = bench.load.at_rate(services.url, zipf(paths)[:1_000], RATE, bench.words.seconds)
        memory = memory_mib(services.pids()["gateway"][0])[0]
    finally:
        for other in others.values():
            other.stop()
        services.stop()
    tell(bench, found, steady, memory)


def path(number):
    return clips.path(number // EPISODES * 30_000, episode=f"{number % EPISODES:024x}")


def zipf(paths):
    """The same for each run: the clip at place n is asked for as often as the first one, divided by n."""
    drawn = random.Random(1)
    order = drawn.sample(paths, len(paths))
    return drawn.choices(order, [1 / place for place in range(1, len(order) + 1)], k=DRAWN)


def compare(url, path, same):
    """A side that sends something else is no other to be compared with."""
    fields, body = answer(url, path)
    # nginx names itself, and says of each connection that it stays.
    sent, wanted = ({name.lower() for name, _ in headers} - {"server", "connection"} for headers in (fields, same[0]))
    if body != same[1] or json.loads(body)["cache_hit"] is not True or sent != wanted:
        raise clips.WrongAnswer(f"{url} sends {sorted(sent)} and {body[:200]}, the gateway {sorted(wanted)} and {same[1][:200]}")


def rounds(bench, sides, paths):
    """Each side goes first in turn; the round before the first fills the caches and is not counted."""
    found = {name: [] for name in sides}
    names = list(sides)
    for number in range(bench.words.rounds + 1):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            url, pids = sides[name]
            with Usage({name: pids()}) as usage:
                load = bench.load.most(url, paths, bench.words.seconds, CONNECTIONS)
            load["cpu_us"] = usage.cpu[name] / load["requests"] * 1e6
            bench.say(f"{name}, {len(paths):,} requests, round {number}: {load['per_second']:,.0f} hits/s, "
                      f"CPU {load['cpu_us']:.1f} µs, p99 {load['p99_ms']:.2f} ms")
            if number > 0:
                found[name].append(load)
    return found


def tell(bench, found, steady, memory):
    def add(what, unit, *values, **more):
        bench.rows.append(Row(PART, what, unit, *values, **more))

    for what, of in found.items():
        def median(name, key, of=of):
            return statistics.median(one[key] for one in of[name])

        for other, least in OTHERS.items():
            add(f"{what}, wrk with {CONNECTIONS} connections; the other: {other}", "hits/s",
                median("Cutroom", "per_second"), median(other, "per_second"), better="more")
            add(f"{what}: hits for each of {other}, median of the rounds' ratios", "×",
                statistics.median(
                    ours["per_second"] / theirs["per_second"] for ours, theirs in zip(of["Cutroom"], of[other])),
                better="more", held_to=least)
            add(f"{what}: CPU for a hit; the other: {other}", "µs", median("Cutroom", "cpu_us"), median(other, "cpu_us"))
            add(f"{what}: p99; the other: {other}", "ms", median("Cutroom", "p99_ms"), median(other, "p99_ms"))
    add(f"p99 at {RATE:,} hits/s, vegeta, {CLIPS:,} clips", "ms", steady["p99_ms"], held_to=1)
    add(f"memory (RSS) afterwards, {10 * CLIPS:,} clips in the table", "MiB", memory, held_to=40e6 / 2**20)
