"""The services of one case, each a process that may be killed and started again under the same name."""

import asyncio
import os

from client import fetch
from ports import free_port
from services import Service


class Instance(Service):
    def __init__(self, name, service, environment, folder):
        self.service = service
        # Where clips are asked for, or only health.
        port = free_port()
        word = "GATEWAY" if service == "gateway" else f"{service.upper()}_HEALTH"
        settings = {
            "GATEWAY_HEALTH_PORT": os.environ.get("GATEWAY_HEALTH_PORT", "0"), **environment, f"{word}_PORT": str(port),
            f"{word}_ADDRESS": "127.0.0.1"}
        super().__init__(name, None, os.path.join(folder, f"{name}.log"), port, **settings)
        # The folder with its program; another one from its next start on.
        self.programs = os.environ["CUTROOM_CHAOS_BIN"]

    def start(self, pin=None):
        self.program = os.path.join(self.programs, self.service)
        super().start(pin)

    def lines(self, text):
        """How many lines of its log hold a text."""
        with open(self.log, "rb") as file:
            return sum(text in line for line in file)

    async def ready(self, limit):
        """Until it can serve; returns how long that took."""
        return await asyncio.to_thread(self.wait_ready, limit)

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
        await asyncio.to_thread(super().kill)

    async def stop(self, limit=30):
        return await asyncio.to_thread(super().stop, limit)
