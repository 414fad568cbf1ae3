"""Misses: clips that nobody has asked for yet, through Kafka, MongoDB and S3."""

import statistics

import clips
from processes import Usage, memory_mib
from report import Row

PART = "Misses"
AT_ONCE = 10


def measure(bench):
    sides = bench.sides
    for side in sides:
        clips.ask_all(side.url, bench.cold.take(3))

    found = {side.name: {"single": [], "burst_times": [], "burst_rates": [], "cpu": {}, "stack_cpu": {}, "peak": {}, "count": 0}
             for side in sides}
    for number in range(bench.words.rounds):
        for side in bench.turns(number):
            of = found[side.name]
            count = bench.words.misses
            with Usage(side.groups) as usage, Usage(bench.stack()) as stack:
                answers, times, _ = clips.ask_all(side.url, bench.cold.take(count))
                burst, burst_times, took = clips.ask_all(side.url, bench.cold.take(count), AT_ONCE)
            expect_cut(side, answers + burst)
            of["single"] += times
            of["burst_times"] += burst_times
            of["burst_rates"].append(count / took)
            of["count"] += 2 * count
            for key, measured in (("cpu", usage.cpu), ("stack_cpu", stack.cpu)):
                for name, seconds in measured.items():
                    of[key][name] = of[key].get(name, 0) + seconds
            bench.look_at(side, "misses", answers[-5:] + burst[-5:])
            bench.say(
                f"{side.name}, round {number + 1}: p50 {statistics.median(times) * 1000:.1f} ms one by one, "
                f"{count / took:.1f}/s ten at a time")

    # By itself: a process whose memory is looked at costs its parent several ms of CPU when it ends, since the kernel then takes
    # down what /proc showed of it.
    for side in sides:
        with Usage(side.groups, watch_memory=True) as usage:
            expect_cut(side, clips.ask_all(side.url, bench.cold.take(bench.words.misses), AT_ONCE)[0])
        found[side.name]["peak"] = usage.peak_rss_mib

    def add(what, unit, read, **more):
        bench.rows.append(Row(PART, what, unit, *(read(found[side.name]) for side in sides), **more))

    def quantile(key, part):
        return lambda of: sorted(of[key])[min(len(of[key]) - 1, int(len(of[key]) * part))] * 1000

    add("one by one, p50", "ms", quantile("single", 0.5))
    add("one by one, p99", "ms", quantile("single", 0.99))
    add("ten at a time", "clips/s", lambda of: statistics.median(of["burst_rates"]), better="more")
    add("ten at a time, p50", "ms", quantile("burst_times", 0.5))
    add("ten at a time, p99", "ms", quantile("burst_times", 0.99))
    add("CPU of the services for a miss, children included", "ms", lambda of: sum(of["cpu"].values()) / of["count"] * 1000,
        held_to_ratio=bench.at_least(None))
    ours = found[sides[0].name]
    for name in sides[0].groups:
        bench.rows.append(Row(PART, f"of that the {name}", "ms", ours["cpu"][name] / ours["count"] * 1000))
    add("CPU of the stack for a miss (Kafka, FerretDB, versitygw)", "ms",
        lambda of: sum(of["stack_cpu"].values()) / of["count"] * 1000)
    add("most memory of the services (RSS), children included", "MiB", lambda of: sum(of["peak"].values()),
        held_to_ratio=bench.at_least(None))
    for name, pids in sides[0].groups.items():
        bench.rows.append(Row(PART, f"of that the {name}", "MiB", ours["peak"][name]))
    bench.rows.append(Row(PART, "memory of the services afterwards (RSS)", "MiB", *(total(side, 0) for side in sides)))
    bench.rows.append(Row(PART, "the same with shared pages counted once (PSS)", "MiB", *(total(side, 1) for side in sides)))


def total(side, kind):
    return sum(memory_mib(pid)[kind] for pids in side.groups.values() for pid in pids)


def expect_cut(side, answers):
    hits = sum(answer["cache_hit"] is not False for answer in answers)
    if hits:
        raise clips.WrongAnswer(f"{side.name} had {hits} of {len(answers)} clips that were to be cold")
