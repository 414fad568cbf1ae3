"""What all cases share: the stack, the faults, and what a quiet run made."""

import asyncio
import os
import subprocess

from client import digest_of
from faults import Faults
from services import Failed
from stage import Stage


class World:
    def __init__(self, limits, say):
        self.limits, self.say = limits, say
        self.folder = os.environ["CUTROOM_CHAOS_FOLDER"]
        self.faults = Faults(self.folder)
        # By the number of the clip; None until the quiet run is over.
        self.digests = None
        self._number = 0
        self._brokers = None

    def next_number(self):
        self._number += 1
        return self._number

    async def quiet_run(self):
        """Cuts every clip once while nothing is wrong, and keeps its digest."""
        numbers = list(range(self.limits.quiet_clips))
        found = {}
        async with Stage(self, "quiet") as stage:
            await stage.start("gateway", "resolver", "cutter")
            doors = asyncio.Semaphore(self.limits.quiet_at_once)
            wave = stage.wave()

            async def cut(number):
                async with doors:
                    answer = await wave._fetch(type("", (), {"gateway": "gateway", "number": number}), 60)
                    if not answer.is_ready:
                        raise Failed(f"the quiet run got {answer.word} for clip {number}")
                    found[number] = await digest_of(answer.json["clip_url"])

            await asyncio.gather(*(cut(number) for number in numbers))
            cuts, duplicates = stage.puts()
        if None in found.values() or len(set(found.values())) < len(numbers):
            raise Failed("the quiet run's clips could not all be fetched, or some are alike")
        if cuts != len(numbers) or duplicates:
            raise Failed(f"the quiet run took {cuts} PUTs for {len(numbers)} clips")
        self.digests = found

    # MARK: the stack's own processes

    async def component(self, verb, name):
        """Stops ("down") or starts ("up") Kafka, MongoDB or the store for real."""
        done = await asyncio.to_thread(
            subprocess.run, ["scripts/stack", verb, name], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"scripts/stack {verb} {name}: {done.stderr[-500:]}")

    def component_runs(self, name):
        """Whether the process that started as this component is there."""
        try:
            with open(os.path.join(os.environ["CUTROOM_STACK_DIR"], "run", f"{name}.pid")) as file:
                os.kill(int(file.read()), 0)
            return True
        except (OSError, ValueError):
            return False

    async def brokers(self, kind):
        """Three brokers of their own, started when a case first needs them."""
        if self._brokers is None:
            self.say("starting three brokers")
            brokers = kind(self.folder)
            self._brokers = brokers
            await brokers.up()
        return self._brokers

    async def close(self):
        self.faults.close()
        if self._brokers:
            await self._brokers.close()
