"""The services as processes, each with a log of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import time

from client import fetch


class Failed(Exception):
    """Something could not run, or a moment did not come."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Instance:
    """One process of a service; it may be killed and started again under the same name."""

    # What each says when it has what it needs.
    RUNS = {"resolver": b"The resolver runs", "cutter": b"The cutter runs"}

    def __init__(self, name, service, environment, folder):
        self.name, self.service, self.environment = name, service, environment
        self.log = os.path.join(folder, f"{name}.log")
        self.port = free_port() if service == "gateway" else None
        self.process = None
        self.starts = 0
        self._said_before = 0

    def start(self, pin=None):
        settings = {**os.environ, **self.environment}
        if self.port:
            settings |= {"GATEWAY_PORT": str(self.port), "GATEWAY_ADDRESS": "127.0.0.1"}
        self._said_before = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        command = [os.path.join(os.environ["CUTROOM_CHAOS_BIN"], self.service)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                (["taskset", "-c", pin] if pin else []) + command, env=settings, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        self.starts += 1

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def lines(self, text, since_start=False):
        """How many lines of its log hold a text."""
        with open(self.log, "rb") as file:
            if since_start:
                file.seek(self._said_before)
            return sum(text in line for line in file)

    async def ready(self, limit):
        """Until it can serve; returns how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < limit:
            if not self.is_running:
                raise Failed(f"{self.name} ended with {self.process.poll()}; see {self.log}")
            if self.port:
                if (await fetch(self.port, "/readyz", limit=5)).status == 200:
                    return time.monotonic() - began
            elif self.lines(self.RUNS[self.service], since_start=True):
                return time.monotonic() - began
            await asyncio.sleep(0.05)
        raise Failed(f"{self.name} was not ready after {limit} s; see {self.log}")

    # How each names what it needs, in the answer of /readyz.
    NAMES = {"kafka": "broker", "mongodb": "catalog", "s3": "store"}

    async def misses(self, component):
        """Where it tells that a component is missing: "/readyz", "log" or nothing."""
        if self.port:
            answer = await fetch(self.port, "/readyz", limit=5)
            if answer.status == 503 and answer.json.get(self.NAMES[component]) not in (None, "connected"):
                return "/readyz"
        waits = {"kafka": b"Waiting for the broker", "mongodb": b"Waiting for MongoDB", "s3": b"Waiting for the store"}
        return "log" if self.lines(waits[component]) else None

    async def kill(self):
        """kill -9; returns once the process is gone."""
        self.process.send_signal(signal.SIGKILL)
        status = await asyncio.to_thread(self.process.wait)
        if status != -signal.SIGKILL:
            raise Failed(f"{self.name} was to be killed and ended with {status}")

    async def stop(self, limit=30):
        """SIGTERM, and the status that it ends with."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            try:
                return await asyncio.to_thread(self.process.wait, limit)
            except subprocess.TimeoutExpired:
                self.process.kill()
                await asyncio.to_thread(self.process.wait)
        return self.process.returncode if self.process else None
