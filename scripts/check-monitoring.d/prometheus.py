"""A Prometheus of Debian's with the rules of deploy/monitoring, and what it says."""

import asyncio
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

from client import fetch
from ports import free_port
from services import TIED, Failed

HERE = "deploy/monitoring"
# What a duration of rules and alerts is divided by.
DIVISOR = 300
# By the alert, where that would be too short for its fault.
DIVISORS = {"CutroomRestarts": 60}
SCRAPE_MS = 400
UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def shortened(text, divisor):
    """A duration as Prometheus writes it, divided; never shorter than four scrapes, below which no rate can be told."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", text).groups()
    return max(int(number) * UNIT_MS[unit] // divisor, 4 * SCRAPE_MS)


def shorten(rule):
    divisor = DIVISORS.get(rule.get("alert"), DIVISOR)
    expression = re.sub(
        r"\[(\d+[smhd])\]", lambda found: f"[{shortened(found[1], divisor)}ms]", rule["expr"])
    short = rule | {"expr": expression}
    if "for" in rule:
        short["for"] = f"{shortened(rule['for'], divisor)}ms"
    return short


class Prometheus:
    """`targets`: job → ports of this machine."""

    def __init__(self, folder, targets):
        self.folder, self.port, self.began = folder, free_port(), time.time()
        self.alerts = []
        for name in ("rules.yaml", "alerts.yaml"):
            with open(f"{HERE}/{name}") as file:
                groups = yaml.safe_load(file)["groups"]
            for group in groups:
                self.alerts += [rule["alert"] for rule in group["rules"] if "alert" in rule]
                group["rules"] = [shorten(rule) for rule in group["rules"]]
            self._write(name, {"groups": groups})
        every = f"{SCRAPE_MS}ms"
        self._write("prometheus.yml", {
            "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
            "rule_files": ["rules.yaml", "alerts.yaml"],
            "scrape_configs": [
                {"job_name": job, "scrape_timeout": every,
                 "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
                for job, ports in targets.items()]})
        self.log = os.path.join(folder, "prometheus.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*TIED, "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/prometheus",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--enable-feature=exemplar-storage", "--log.level=warn"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _write(self, name, value):
        with open(os.path.join(self.folder, name), "w") as file:
            yaml.safe_dump(value, file, width=1_000)

    async def ask(self, path, **parameters):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"

        def get():
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]

        try:
            return await asyncio.to_thread(get)
        except urllib.error.HTTPError as fault:
            raise Failed(f"Prometheus, {path} {parameters}: {fault.read()[:300]!r}") from fault

    async def ready(self, limit=30):
        began = time.monotonic()
        while (await fetch(self.port, "/-/ready", limit=5)).status != 200:
            if self.process.poll() is not None or time.monotonic() - began > limit:
                raise Failed(f"Prometheus is not ready; see {self.log}")
            await asyncio.sleep(0.05)

    async def firing(self):
        """Names of the alerts that fire now."""
        found = (await self.ask("alerts"))["alerts"]
        return {one["labels"]["alertname"] for one in found if one["state"] == "firing"}

    async def number(self, query):
        """Of the first series; None if there is none."""
        found = (await self.ask("query", query=query))["result"]
        return float(found[0]["value"][1]) if found else None

    async def numbers(self, query):
        """All that a query gave since the start, every second, of all series."""
        found = await self.ask("query_range", query=query, start=self.began, end=time.time(), step="1s")
        return [float(value) for series in found["result"] for _, value in series["values"]]

    async def exemplars(self, query):
        found = await self.ask("query_exemplars", query=query, start=self.began, end=time.time())
        return {one["labels"].get("trace_id") for series in found for one in series["exemplars"]}

    def close(self):
        self.process.kill()
        self.process.wait()


class Alerts:
    """Who fires, looked at while somebody waits for it."""

    def __init__(self, prometheus, say):
        self.prometheus, self.say = prometheus, say
        self.now = set()
        self.broken = []
        # Alert → seconds from the fault to the alert, and from its end to the end of the alert.
        self.fired, self.ended = {}, {}
        self._off = {}

    async def until(self, what, names, is_so, seen, limit):
        """Until each alert was as it should be at some time; `seen` is told of each."""
        began, left = time.monotonic(), set(names)
        while True:
            self.now = await self.prometheus.firing()
            for name in [name for name in left if is_so(name)]:
                left.remove(name)
                seen(name)
            if not left:
                return
            if time.monotonic() - began > limit:
                self.broken.append(f"{', '.join(sorted(left))} {what} within {limit} s "
                                   f"(firing: {', '.join(sorted(self.now)) or 'none'})")
                return
            await asyncio.sleep(0.1)

    async def quiet(self, names=None):
        """All is well, so that none of these, or of all, fires."""
        await self.until("did not end, though all is well,", names or self.prometheus.alerts, lambda name: name not in self.now,
                         lambda name: None, 60)

    async def fire(self, names, limit=90):
        """The fault of these alerts is on; none of them fired before."""
        began, early = time.monotonic(), self.now & set(names)
        if early:
            self.broken.append(f"{', '.join(sorted(early))} fired before the fault was on")
        await self.until("did not fire", names, lambda name: name in self.now,
                         lambda name: self.fired.update({name: time.monotonic() - began}), limit)

    async def before(self):
        """Looks who fires before the next fault is on."""
        self.now = await self.prometheus.firing()

    def off(self, names):
        """Their fault is over."""
        for name in names:
            self._off[name] = time.monotonic()

    async def end(self, names=None, limit=120):
        """Until these, or all whose fault is over, are quiet."""
        names = list(names or self._off)
        await self.until("did not end", names, lambda name: name not in self.now, self._over, limit)

    def _over(self, name):
        self.ended[name] = time.monotonic() - self._off.pop(name)
