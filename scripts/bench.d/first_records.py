"""How long resolver and cutter take from their start on idle groups to their first record."""

import http.client
import json
import time

import clips
from services import Failed

LIMIT_S = 30
RECORDS = 120


def measure(bench, name, build):
    """Seconds, as a dictionary. The clip's request lies in its topic before the resolver starts, and so on."""
    services = bench.services(f"first{name}", build)
    services.start("gateway", "resolver", "cutter")
    services.wait_ready()
    # So many that each partition has had one: a group that has none committed in a partition has to ask where that begins.
    clips.ask_all(services.url, bench.cold.take(RECORDS), at_once=10)
    services.stop("resolver", "cutter")
    path = ask(services.port, bench.cold.take(1)[0])
    found = {}
    try:
        for service, states in (("resolver", {"cutting", "ready"}), ("cutter", {"ready"})):
            began = time.monotonic()
            services.start(service)
            wait_until(services, path, states)
            found[f"first_{service}_s"] = time.monotonic() - began
    finally:
        services.stop()
    return found


def ask(port, start_ms):
    """Where the request's progress is told."""
    status, headers, body = call(port, clips.path(start_ms), {"Prefer": "respond-async"})
    if status != 202:
        raise Failed(f"{status} instead of 202 for a cold clip that nobody makes: {body[:300]}")
    return headers["Location"]


def wait_until(services, path, states):
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        for service in services.running.values():
            service.must_run()
        status, _, body = call(services.port, path)
        told = json.loads(body).get("status") if status == 200 else None
        if told in states:
            return
        if told == "failed":
            raise Failed(f"a clip failed: {body[:300]}")
        time.sleep(0.005)
    raise Failed(f"after {LIMIT_S} s a clip was not yet {' or '.join(sorted(states))}; see {services.folder}")


def call(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()
