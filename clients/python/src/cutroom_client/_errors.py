"""What goes wrong."""

from __future__ import annotations

from ._types import Problem


class CutroomError(Exception):
    """What all errors of this package are."""


class ProblemError(CutroomError):
    """The gateway's answer was no.

    ``reason`` is a word of the list in docs/http.md; empty if the answer was no problem document, as those of proxies.
    """

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"the gateway answered {status}")
        self.status = status
        self.problem = problem
        self.reason: str = problem.get("reason", "")


class TimedOut(CutroomError, TimeoutError):
    """It took longer than it might. ``__cause__`` is what happened last."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not done within {seconds:g} s")
        self.seconds = seconds
