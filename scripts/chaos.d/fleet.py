"""The services as processes, each with a log of its own."""

import asyncio
import os
import signal
import subprocess
import time

from client import fetch
from ports import free_port


# Before a command: the kernel kills it when we are gone, however that came.
TIED = ["setpriv", "--pdeathsig", "KILL"]


class Failed(Exception):
    """Something could not run, or a moment did not come."""


class Instance:
    """One process of a service; it may be killed and started again under the same name."""

    def __init__(self, name, service, environment, folder):
        self.name, self.service, self.environment = name, service, environment
        self.log = os.path.join(folder, f"{name}.log")
        # Where clips are asked for, or only health.
        self.port = free_port()
        self.process = None
        self.starts = 0
        # The folder with its program; another one from its next start on.
        self.programs = os.environ["CUTROOM_CHAOS_BIN"]

    def start(self, pin=None):
        name = "GATEWAY" if self.service == "gateway" else f"{self.service.upper()}_HEALTH"
        settings = {
            "GATEWAY_HEALTH_PORT": "0", **os.environ, **self.environment, f"{name}_PORT": str(self.port),
            f"{name}_ADDRESS": "127.0.0.1"}
        command = [os.path.join(self.programs, self.service)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                TIED + (["taskset", "-c", pin] if pin else []) + command, env=settings, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        self.starts += 1

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def lines(self, text):
        """How many lines of its log hold a text."""
        with open(self.log, "rb") as file:
            return sum(text in line for line in file)

    async def ready(self, limit):
        """Until it can serve; returns how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < limit:
            if not self.is_running:
                raise Failed(f"{self.name} ended with {self.process.poll()}; see {self.log}")
            if (await fetch(self.port, "/readyz", limit=5)).status == 200:
                return time.monotonic() - began
            await asyncio.sleep(0.05)
        raise Failed(f"{self.name} was not ready after {limit} s; see {self.log}")

    async def misses(self, component):
        """What its /readyz says of a component that is missing; None if that is not what it says."""
        answer = await fetch(self.port, "/readyz", limit=5)
        if answer.status != 503:
            return None
        if self.service == "gateway":
            return answer.json.get("broker") if answer.json.get("broker") != "connected" else None
        names = {"kafka": ("kafka",), "mongodb": ("mongodb",), "s3": ("source bucket", "clips bucket")}[component]
        told = {answer.json.get("dependencies", {}).get(name, "") for name in names}
        # At first it has not looked yet, which tells nothing.
        is_told = all(text.startswith("missing: ") and "not looked" not in text for text in told)
        return ", ".join(sorted(told)) if is_told else None

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
