"""Clips asked for in a case, and what became of each request."""

import asyncio
import collections
import dataclasses
import time

from client import Answer, fetch

# Answers that tell the truth about a failure which is not the client's: everything else loses a request.
TRUE_REASONS = {
    "catalog-unavailable", "store-unavailable", "broker-unavailable", "source-changed", "cut-failed", "overloaded",
    "stopping", "expired", "not-ready-in-time",
}


@dataclasses.dataclass
class Request:
    number: int
    gateway: str
    first: Answer | None = None
    second: Answer | None = None
    # By time.monotonic().
    asked: float = 0

    @property
    def last(self):
        return self.second or self.first


class Wave:
    def __init__(self, stage):
        self.stage, self.limits = stage, stage.limits
        self.requests, self._tasks = [], []
        # Set once the fault is lifted and everything that was killed runs again.
        self.lifted = asyncio.Event()

    def ask(self, number, gateway="gateway"):
        request = Request(number, gateway, asked=time.monotonic())
        self.requests.append(request)
        self._tasks.append(asyncio.create_task(self._see_through(request)))

    async def at_rate(self, numbers, per_second, gateway="gateway"):
        """Asks for one after the other, whether answers come or not."""
        began = asyncio.get_running_loop().time()
        for index, number in enumerate(numbers):
            await asyncio.sleep(max(0, began + index / per_second - asyncio.get_running_loop().time()))
            self.ask(number, gateway)

    async def _see_through(self, request):
        request.first = await self._fetch(request, self.limits.wait)
        if not request.first.is_ready:
            await self.lifted.wait()
            # A client that is told when to come back does so, if that is soon.
            await asyncio.sleep(min(5, int(request.first.headers.get("retry-after", 0))))
            request.second = await self._fetch(request, self.limits.second_try)

    async def _fetch(self, request, wait):
        return await fetch(
            self.stage[request.gateway].port, self.stage.path(request.number), {"Prefer": f"wait={wait}"},
            limit=wait + self.limits.answer_slack)

    def cancel(self):
        """Nobody wants to know any more."""
        for task in self._tasks:
            task.cancel()

    @property
    def answered(self):
        return sum(request.first is not None for request in self.requests)

    @property
    def ready(self):
        return sum(request.last is not None and request.last.is_ready for request in self.requests)

    async def result(self, case, first_try, killed_gateway=None):
        """Waits for the last answer, fetches every clip, and judges.

        `first_try`: the share that must be ready without asking again, of all but those whose gateway was killed."""
        self.lifted.set()
        await asyncio.gather(*self._tasks)
        line = Line(case)
        line.asked = len(self.requests)
        line.ready = self.ready
        firsts = [request for request in self.requests if request.first.is_ready]
        line.first = len(firsts)
        for request in self.requests:
            for answer in (request.first, request.second):
                if answer is None:
                    continue
                line.refused += answer.status >= 500
                if not answer.is_ready:
                    line.reasons[answer.word] += 1
            if not request.last.is_ready and request.last.word not in TRUE_REASONS | {"accepted"}:
                line.lost += 1
        others = [request for request in self.requests if request.gateway != killed_gateway]
        if others:
            share = sum(request.first.is_ready for request in others) / len(others)
            line.hold(share >= first_try, f"{share:.1%} ready at the first try, not {first_try:.0%}")
        late = [request for request in self.requests if request.second and request.second.is_ready
                and request.second.took > self.limits.second_try]
        line.hold(not late, f"{len(late)} ready only more than {self.limits.second_try} s after asking again")
        line.hold(line.ready == line.asked, f"{line.asked - line.ready} not ready at the second try")
        line.hold(line.lost == 0, f"{line.lost} lost")
        line.hold(line.asked > 0, "nothing was asked")
        await self.stage.compare(
            line, {request.number: request.last for request in self.requests if request.last.is_ready})
        line.cuts, line.duplicates = self.stage.puts()
        await self.stage.registered(line, len({request.number for request in self.requests}))
        return line


class Line:
    """What is told of one case."""

    def __init__(self, case):
        self.case = case
        self.asked = self.ready = self.first = self.refused = self.lost = self.cuts = self.duplicates = 0
        self.compared = 0
        self.reasons = collections.Counter()
        self.seconds = 0
        self.notes, self.broken = [], []

    def hold(self, holds, otherwise):
        """A bound that must hold."""
        if not holds:
            self.broken.append(otherwise)

    def note(self, text):
        self.notes.append(text)

    def as_json(self):
        return {
            "case": self.case, "asked": self.asked, "ready": self.ready, "ready_first": self.first,
            "not_ready": dict(self.reasons), "answered_5xx": self.refused, "lost": self.lost, "cuts": self.cuts,
            "duplicate_puts": self.duplicates, "compared": self.compared, "seconds": round(self.seconds, 1),
            "notes": self.notes, "broken": self.broken,
        }
