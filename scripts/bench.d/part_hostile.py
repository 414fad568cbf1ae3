"""Hits and `/livez` beside clients who send what is made to cost much, and what each of these requests costs."""

import statistics

import clips
import hostile
from report import Row

PART = "Hostile requests"
REQUESTS = 10_000


def measure(bench):
    start = bench.cold.take(1)
    side = bench.ours
    clips.ask_all(side.url, start)
    [gateway] = side.groups["gateway"]
    costs = hostile.cost(side.url, gateway)
    dearest = max(costs, key=lambda name: costs[name][0])
    bench.say(f"of {len(costs)} kinds the dearest is '{dearest}': {costs[dearest][0]:.2f} ms of an HTTP thread")
    hit = clips.path(start[0])
    rounds = [
        (hostile.attack(side.url, hit, REQUESTS), hostile.attack(side.url, hit, REQUESTS, sent=hostile.plain))
        for _ in range(bench.words.rounds)]
    found = rounds[-1][0]
    bench.say(f"{REQUESTS:,} hostile requests in {found['seconds']:.1f} s, answered with {found['statuses']}")

    def middle(which, watched, figure):
        return statistics.median(pair[which][watched][figure] for pair in rounds)

    bench.rows += [
        Row(PART, f"CPU of an HTTP thread for the dearest of {len(costs)} kinds ({dearest})", "ms", costs[dearest][0],
            held_to=5),
        Row(PART, f"p99 of hits beside {REQUESTS:,} of them from {hostile.CLIENTS} clients", "ms",
            middle(0, "hits", "p99_ms"), held_to=5),
        Row(PART, "p50 of the same hits", "ms", middle(0, "hits", "p50_ms")),
        Row(PART, "p99 of hits beside as many plain requests from the same clients", "ms", middle(1, "hits", "p99_ms")),
        Row(PART, "slowest /livez beside the hostile ones", "ms", middle(0, "livez", "max_ms"), held_to=50),
    ]
