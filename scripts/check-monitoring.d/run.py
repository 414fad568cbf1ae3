"""Runs the three services under a Prometheus, lets things go wrong, and tells which alerts saw it."""

import asyncio
import json
import math
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Services, faults and load are those of the other scripts, before modules of the same names.
sys.path[1:1] = [os.path.join(HERE, "..", "chaos.d"), os.path.join(HERE, "..", "bench.d")]

from judge import judge  # noqa: E402
from stage import Stage  # noqa: E402

import incidents  # noqa: E402
from prometheus import Alerts, Prometheus  # noqa: E402
from targets import Fleet  # noqa: E402

# What Grafana puts there for a panel of some minutes.
VARIABLES = {"$__rate_interval": "5s"}


def say(text):
    print(f"monitoring: {text}", file=sys.stderr, flush=True)


async def play(world, broken):
    # A store and a database that are remembered would not be missed.
    settings = {"SOURCE_TTL": "500ms", "RESOLVER_CACHE_LIFETIME": "500ms", "CIRCUIT_FAILURES": "3",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "GATEWAY_LIMIT_ADDRESS_REQUESTS": "1000000/min",
                "GATEWAY_LIMIT_ADDRESS_MISSES": "none", "GATEWAY_TRUSTED_PROXIES": "127.0.0.0/8"}
    async with Stage(world, "monitoring", **settings) as stage:
        fleet = Fleet(stage)
        prometheus = Prometheus(stage.folder, fleet.targets)
        alerts = Alerts(prometheus, say)
        try:
            await prometheus.ready()
            await fleet.start()
            await alerts.quiet()
            traffic = asyncio.create_task(fleet.traffic())
            try:
                await incidents.play(fleet, alerts, say)
                await alerts.end()
            finally:
                traffic.cancel()
            broken += alerts.broken
            for name in prometheus.alerts:
                if name not in alerts.fired or name not in alerts.ended:
                    broken.append(f"{name} was not seen to fire and to end; what goes wrong for it belongs into incidents.py")
                else:
                    print(f"{name:<28}fired {alerts.fired[name]:5.1f} s after its fault was on, "
                          f"over {alerts.ended[name]:5.1f} s after its end", flush=True)
            await dashboard(prometheus, broken)
            await exemplar(prometheus, fleet, broken)
            metrics(fleet, broken)
        finally:
            prometheus.close()
            fleet.close()


async def dashboard(prometheus, broken):
    """Every query of every panel gave a number at some time of the run."""
    with open("deploy/monitoring/grafana/cutroom.json") as file:
        panels = json.load(file)["panels"]
    queries = [(panel["title"], target["expr"]) for panel in panels for target in panel.get("targets", [])]
    for title, query in queries:
        for name, value in VARIABLES.items():
            query = query.replace(name, value)
        if "$" in query:
            broken.append(f"dashboard, {title}: a variable without a value in {query}")
            continue
        if not any(math.isfinite(number) for number in await prometheus.numbers(query)):
            broken.append(f"dashboard, {title}: no number for {query}")
    print(f"dashboard: {len(queries)} queries", flush=True)
    if not queries:
        broken.append("the dashboard has no query")


async def exemplar(prometheus, fleet, broken):
    """Prometheus keeps the trace of a request of ours beside the histogram's bucket."""
    for metric in ("cutroom_clip_request_duration_seconds_bucket", "cutroom_record_duration_seconds_bucket"):
        if not fleet.traces & await prometheus.exemplars(metric):
            broken.append(f"Prometheus has no exemplar of a trace of ours for {metric}")
    if not any(await prometheus.numbers('sum(cutroom_span_exports_total{result="unanswered"})')):
        broken.append("no metric says that spans could not be exported")


def metrics(fleet, broken):
    """promtool agrees with names and help of each service."""
    for name, text in fleet.scrapes.items():
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        if done.returncode != 0 or done.stdout or done.stderr:
            broken.append(f"promtool check metrics, {name}: {(done.stdout + done.stderr).decode()[:500]}")
    if set(fleet.scrapes) != {"gateway", "resolver", "cutter"}:
        broken.append(f"only {', '.join(fleet.scrapes) or 'nobody'} was scraped")


sys.exit(judge(play, say, "all held"))
