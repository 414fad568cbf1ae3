"""The load generators: wrk for as much as goes, vegeta for a fixed rate."""

import json
import os
import re
import subprocess

from clips import WrongAnswer
from services import Failed

HERE = os.path.dirname(os.path.abspath(__file__))


class Load:
    def __init__(self, tools, folder, commands):
        self.vegeta = os.path.join(tools, "vegeta")
        self.folder, self.commands = folder, commands

    def _run(self, command, **options):
        shown = " ".join(command).replace(f"{os.path.dirname(self.vegeta)}/", "").replace(f"{os.getcwd()}/", "")
        if shown not in self.commands:
            self.commands.append(shown)
        done = subprocess.run(command, capture_output=True, text=True, **options)
        if done.returncode != 0:
            raise Failed(f"{shown}: {done.stderr[-500:]}")
        return done.stdout

    def most(self, url, paths, seconds, connections, threads=1):
        """As many as go. Returns {requests, per_second, p50_ms, p99_ms}."""
        command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
        if len(paths) == 1:
            # Without a script wrk takes less of the processors.
            return self._most(self._run([*command, url + paths[0]]))
        targets = os.path.join(self.folder, "hits.txt")
        with open(targets, "w") as file:
            file.writelines(f"{path}\n" for path in paths)
        script = ["-s", os.path.join(HERE, "hits.lua")]
        return self._most(self._run([*command, *script, url], env={**os.environ, "HITS": targets}))

    @staticmethod
    def _most(said):
        if "Non-2xx" in said or "Socket errors" in said:
            raise WrongAnswer(f"under full load: {said}")
        quantile = dict(re.findall(r"^ +(50|99)% +([\d.]+(?:us|ms|s|m)) *$", said, re.MULTILINE))
        return {
            "requests": int(re.search(r"(\d+) requests in", said).group(1)),
            "per_second": float(re.search(r"Requests/sec: +([\d.]+)", said).group(1)),
            "p50_ms": milliseconds(quantile["50"]),
            "p99_ms": milliseconds(quantile["99"]),
        }

    def at_rate(self, url, paths, per_second, seconds):
        """A fixed rate, whether answers come or not. Returns {requests, p50_ms, p99_ms, max_ms}."""
        targets, results = os.path.join(self.folder, "rate.txt"), os.path.join(self.folder, "rate.bin")
        with open(targets, "w") as file:
            file.writelines(f"GET {url}{path}\n" for path in paths)
        self._run(
            [self.vegeta, "attack", f"-rate={per_second}/1s", f"-duration={seconds}s", f"-targets={targets}",
             f"-output={results}"])
        report = json.loads(self._run([self.vegeta, "report", "-type=json", results]))
        if report["success"] != 1:
            raise WrongAnswer(f"at {per_second}/s: {report['status_codes']} {report.get('errors')}")
        latency = report["latencies"]
        return {
            "requests": report["requests"], "p50_ms": latency["50th"] / 1e6, "p99_ms": latency["99th"] / 1e6,
            "max_ms": latency["max"] / 1e6,
        }


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]
