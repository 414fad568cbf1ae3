"""Hits: clips that are ready."""

import statistics

import clips
from processes import Usage, memory_mib
from report import Row

PART = "Hits"
READY_CLIPS = 20
CONNECTIONS = 64
HIGH_RATE = 1_000
# What the other implementation bears without a queue.
LOW_RATE = 200


def measure(bench):
    starts = bench.cold.take(READY_CLIPS)
    paths = [clips.path(start) for start in starts]
    sides = bench.sides
    for side in sides:
        bench.say(f"{side.name}: {READY_CLIPS} clips are cut, to be hit")
        clips.ask_all(side.url, starts)
        look_again(bench, side, starts)

    most = {side.name: [] for side in sides}
    for number in range(bench.words.rounds):
        for side in bench.turns(number):
            with Usage(side.groups) as usage:
                found = bench.load.most(side.url, paths, bench.words.seconds, CONNECTIONS)
            found["cpu_us"] = {name: cpu / found["requests"] * 1e6 for name, cpu in usage.cpu.items()}
            most[side.name].append(found)
            bench.say(f"{side.name}, round {number + 1}: {found['per_second']:,.0f} hits/s, p99 {found['p99_ms']} ms")

    rates = {}
    for side in sides:
        for rate in (LOW_RATE, HIGH_RATE) if side.is_cutroom else (LOW_RATE,):
            with Usage(side.groups) as usage:
                found = bench.load.at_rate(side.url, paths, rate, bench.words.seconds)
            found["cpu_us"] = {name: cpu / found["requests"] * 1e6 for name, cpu in usage.cpu.items()}
            rates[side.name, rate] = found
            bench.say(f"{side.name} at {rate}/s: p50 {found['p50_ms']:.2f} ms, p99 {found['p99_ms']:.2f} ms")

    for side in sides:
        look_again(bench, side, starts)

    def add(what, unit, read, **more):
        bench.rows.append(Row(PART, what, unit, *map(read, [side.name for side in sides]), **more))

    def median(read):
        return lambda name: statistics.median(map(read, most[name]))

    def hit_cpu(found):
        return found["cpu_us"].get("gateway") or sum(found["cpu_us"].values())

    add(f"as many as go, wrk with {CONNECTIONS} connections", "hits/s", median(lambda found: found["per_second"]),
        better="more", held_to=40_000, held_to_ratio=bench.at_least(60))
    add("p50 at that load", "ms", median(lambda found: found["p50_ms"]))
    add("p99 at that load", "ms", median(lambda found: found["p99_ms"]))
    add("CPU of the service for a hit, at that load", "µs", median(hit_cpu), held_to_ratio=bench.at_least(None))
    high = [rates.get((side.name, HIGH_RATE)) for side in sides]
    for quantile in ("p50", "p99"):
        add(f"{quantile} at {LOW_RATE} hits/s, vegeta", "ms", lambda name, of=quantile: rates[name, LOW_RATE][f"{of}_ms"])

    def add_high(what, unit, read, **more):
        bench.rows.append(Row(PART, what, unit, *(read(found) if found else None for found in high), **more))

    add_high(f"p50 at {HIGH_RATE:,} hits/s, vegeta", "ms", lambda found: found["p50_ms"])
    add_high(f"p99 at {HIGH_RATE:,} hits/s, vegeta", "ms", lambda found: found["p99_ms"], held_to=2)
    add_high(f"slowest of {high[0]['requests']:,} at {HIGH_RATE:,} hits/s", "ms", lambda found: found["max_ms"])
    add_high(f"CPU of the service for a hit, at {HIGH_RATE:,} hits/s", "µs", hit_cpu)
    bench.rows.append(Row(PART, "memory of what answers hits (RSS) afterwards", "MiB", *(
        sum(memory_mib(pid)[0] for pid in side.groups.get("gateway") or side.groups["the other"]) for side in sides),
        held_to_ratio=bench.at_least(None)))


def look_again(bench, side, starts):
    """Each clip is a hit now, and lies where its URL says."""
    answers, _, _ = clips.ask_all(side.url, starts)
    for answer in answers:
        if answer["cache_hit"] is not True:
            raise clips.WrongAnswer(f"{side.name} cut a clip again: {answer}")
    bench.look_at(side, "hits", answers)
