"""Hits and `/livez` beside clients who send what is made to cost much, and what each of these requests costs."""

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
    found = hostile.attack(side.url, clips.path(start[0]), REQUESTS)
    bench.say(f"{REQUESTS:,} hostile requests in {found['seconds']:.0f} s, answered with {found['statuses']}")
    bench.rows += [
        Row(PART, f"CPU of an HTTP thread for the dearest of {len(costs)} kinds ({dearest})", "ms", costs[dearest][0],
            held_to=5),
        Row(PART, f"p99 of hits beside {REQUESTS:,} of them from {hostile.CLIENTS} clients", "ms",
            found["hits"]["p99_ms"], held_to=5),
        Row(PART, "p50 of the same hits", "ms", found["hits"]["p50_ms"]),
        Row(PART, "slowest /livez beside them", "ms", found["livez"]["max_ms"], held_to=50),
    ]
