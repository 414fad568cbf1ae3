"""Starts of the services; and the gateway alone with a full table, under load, while many wait: what memory it takes then."""

import http.client
import json
import select
import statistics
import time

import clips
import first_records
from processes import Usage, memory_mib
from report import Row
from services import Failed

PART = "The gateway with a full table"
ENTRIES = 100_000
MANY = 1_000_000
EPISODES = 1_000
WAITERS = 500
RATE = 1_000


def measure(bench):
    found = [[] for _ in bench.builds]
    # What malloc keeps differs from run to run by more than builds do.
    for number in range(bench.words.rounds if len(found) > 1 else 1):
        for place, build in enumerate(bench.builds):
            name = f"{number}-{place}"
            found[place].append(measure_build(bench, name, build) | first_records.measure(bench, name, build))

    def add(what, unit, key, **more):
        bench.rows.append(Row(PART, what, unit, *(statistics.median(one[key] for one in of) for of in found), **more))

    as_good = bench.at_least(None)
    add("from start to ready, no topic yet: they are made first", "s", "new_s")
    add("from start to ready, empty table", "s", "empty_s", held_to=0.1)
    add(f"from start to ready, {ENTRIES:,} clips read from Kafka", "s", "full_s", held_to=1)
    add(f"from start to ready, {MANY:,} clips", "s", "many_s", held_to=6)
    add("resolver, from start on an idle group to its first record", "s", "first_resolver_s", held_to=1)
    add("cutter, from start on an idle group to its first clip", "s", "first_cutter_s", held_to=1)
    add(f"memory (RSS) for a clip, of {MANY:,}", "bytes", "clip_bytes", held_to=300)
    add("memory (RSS), empty table", "MiB", "empty_mib")
    add(f"memory (RSS), {ENTRIES:,} clips", "MiB", "read_mib", held_to_ratio=as_good)
    add(f"memory (RSS), and {WAITERS} that wait, and {RATE:,} hits/s", "MiB", "loaded_mib", held_to=60, held_to_ratio=as_good)
    add(f"p50 at {RATE:,} hits/s then", "ms", "p50_ms")
    add(f"p99 at {RATE:,} hits/s then", "ms", "p99_ms", held_to=2)
    add(f"CPU for a hit at {RATE:,} hits/s then", "µs", "hit_us")


def measure_build(bench, name, build):
    services = bench.services(f"full{name}", build)
    # By default fewer are taken before it is known how long clips take.
    services.more = {"GATEWAY_UNMEASURED_CLIPS": str(WAITERS)}
    # Once without a table: the gateway makes the topics as it wants them.
    services.start("gateway")
    found = {"new_s": services.wait_ready()}
    services.stop()
    services.start("gateway")
    found["empty_s"] = services.wait_ready()
    found["empty_mib"] = memory_mib(services.pids()["gateway"][0])[0]
    services.stop()
    began = time.monotonic()
    bench.fill(f"{services.prefix}clip.ready", ENTRIES)
    bench.say(f"{ENTRIES:,} clips published in {time.monotonic() - began:.1f} s")
    services.start("gateway")
    waiting = []
    try:
        found["full_s"] = services.wait_ready()
        pid = services.pids()["gateway"][0]
        found["read_mib"] = memory_mib(pid)[0]
        bench.say(f"the table was read within {found['full_s']:.2f} s; {found['read_mib']:.1f} MiB")
        waiting = wait_for_cold_clips(services.port)
        paths = [
            clips.path(number // EPISODES * 30_000, episode=f"{number % EPISODES:024x}")
            for number in range(0, ENTRIES, 37)
        ]
        with Usage(services.pids()) as usage:
            load = bench.load.at_rate(services.url, paths, RATE, bench.words.seconds)
        answered, _, _ = select.select(waiting, [], [], 0)
        if answered:
            raise clips.WrongAnswer(f"{len(answered)} of {WAITERS} requests were answered, and nobody makes their clips")
        check_hit(services.port, paths[0])
        found["loaded_mib"] = memory_mib(pid)[0]
        bench.say(f"{found['loaded_mib']:.1f} MiB with {WAITERS} waiting and {RATE}/s, p99 {load['p99_ms']:.2f} ms")
    finally:
        for connection in waiting:
            connection.close()
        services.stop()
    found |= {**load, "hit_us": usage.cpu["gateway"] / load["requests"] * 1e6}
    return found | read_many(bench, services, found["empty_mib"])


def read_many(bench, services, empty_mib):
    bench.fill(f"{services.prefix}clip.ready", MANY)
    # More than the default has room for.
    services.more = {"GATEWAY_TABLE_BYTES": "512MiB"}
    services.start("gateway")
    try:
        took = services.wait_ready()
        memory = memory_mib(services.pids()["gateway"][0])[0]
    finally:
        services.stop()
    bench.say(f"{MANY:,} clips were read within {took:.2f} s; {memory:.1f} MiB")
    return {"many_s": took, "clip_bytes": (memory - empty_mib) * 2**20 / MANY}


class Waiting:
    """A request for a clip that nobody makes."""

    def __init__(self, port, number):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        # Past the clips in the table.
        self.connection.request("GET", clips.path(500_000_000 + number), headers={"Prefer": "wait=60"})

    def fileno(self):
        return self.connection.sock.fileno()

    def close(self):
        self.connection.close()


def wait_for_cold_clips(port):
    return [Waiting(port, number) for number in range(WAITERS)]


def check_hit(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200 or json.loads(body)["cache_hit"] is not True:
        raise Failed(f"{response.status} for a clip of the table: {body[:300]}")
