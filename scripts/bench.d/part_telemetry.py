"""What metrics and traces cost a hit: two gateways of one build on the same topics, measured in turns."""

import http.client
import http.server
import json
import statistics
import threading
import time

import clips
from ports import free_port
from processes import Usage, memory_mib
from report import Row
from services import Failed, Services

PART = "Metrics and traces"
CLIPS = 20
CONNECTIONS = 64
# Traces that are recorded.
SHARE = 0.01
SCRAPE_EVERY_S = 5


class Sink(http.server.ThreadingHTTPServer):
    """A receiver of traces that throws them away."""

    daemon_threads = True

    def __init__(self):
        self.requests = 0
        super().__init__(("127.0.0.1", 0), Taker)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Taker(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.requests += 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


class Scraper(threading.Thread):
    """A Prometheus, as far as a gateway notices it."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.scrapes, self._over = port, 0, threading.Event()
        self.start()

    def run(self):
        while not self._over.wait(SCRAPE_EVERY_S):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text"})
                answer = connection.getresponse()
                self.scrapes += answer.status == 200 and len(answer.read()) > 1_000
            finally:
                connection.close()

    def close(self):
        self._over.set()
        self.join()


def measure(bench):
    sink, metrics = Sink(), free_port()
    on = bench.services("telemetry", bench.builds[0])
    on.more = {
        "GATEWAY_HEALTH_PORT": str(metrics), "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{sink.server_address[1]}",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": str(SHARE)}
    off = Services(on.binaries, on.folder, on.prefix, bench.say)
    off.more = {"GATEWAY_HEALTH_PORT": "0"}
    sides = {"everything on": on, "everything off": off}
    try:
        for services in sides.values():
            services.start("gateway")
            services.wait_ready()
        bench.fill(f"{on.prefix}clip.ready", 1_000)
        paths = [clips.path(0, episode=f"{number:024x}") for number in range(CLIPS)]
        for services in sides.values():
            for path in paths:
                is_hit(services.port, path)
        found = rounds(bench, sides, paths, Scraper(metrics))
        if sink.requests == 0:
            raise Failed("no span came to the receiver of traces")
        memory = {name: memory_mib(services.pids()["gateway"][0])[0] for name, services in sides.items()}
    finally:
        for services in sides.values():
            services.stop()
        sink.shutdown()
    tell(bench, found, memory)


def is_hit(port, path, limit_s=30):
    """Until a gateway has read this clip from its topic."""
    began = time.monotonic()
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Prefer": "wait=0"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if answer.get("cache_hit") is True:
            return
        if time.monotonic() - began > limit_s:
            raise Failed(f"not a hit after {limit_s} s: {answer}")
        time.sleep(0.1)


def rounds(bench, sides, paths, scraper):
    """Each side goes first in every second round; the round before the first warms both up and is not counted."""
    found = {name: [] for name in sides}
    for number in range(bench.words.rounds + 1):
        for name in sides if number % 2 == 0 else reversed(sides):
            services = sides[name]
            with Usage(services.pids()) as usage:
                load = bench.load.most(services.url, paths, bench.words.seconds, CONNECTIONS)
            load["cpu_us"] = usage.cpu["gateway"] / load["requests"] * 1e6
            bench.say(f"{name}, round {number}: {load['per_second']:,.0f} hits/s, CPU {load['cpu_us']:.1f} µs")
            if number > 0:
                found[name].append(load)
    scraper.close()
    if scraper.scrapes == 0:
        raise Failed(f"no scrape in {bench.words.rounds} rounds of {bench.words.seconds} s; --seconds more")
    return found


def tell(bench, found, memory):
    on, off = found.values()

    def add(what, unit, key, **more):
        bench.rows.append(Row(PART, what, unit, *(statistics.median(one[key] for one in of) for of in (on, off)), **more))

    add(f"hits with everything on ({SHARE:.0%} of traces, a scrape every {SCRAPE_EVERY_S} s); the other: everything off", "hits/s",
        "per_second", better="more", held_to_ratio=0.92)
    add("CPU of the gateway for a hit", "µs", "cpu_us")
    add("p99 at that load", "ms", "p99_ms")
    bench.rows.append(Row(PART, "hits with everything on for each with everything off, median of the rounds' ratios", "×",
                          statistics.median(one["per_second"] / other["per_second"] for one, other in zip(on, off)),
                          better="more", held_to=0.92))
    bench.rows.append(Row(PART, "memory (RSS) afterwards; the other: everything off", "MiB", *memory.values()))
    bench.rows.append(Row(PART, "memory that everything on takes more", "MiB",
                          memory["everything on"] - memory["everything off"], held_to=5))
