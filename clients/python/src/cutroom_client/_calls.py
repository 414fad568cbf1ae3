"""One call with all that it tries again."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from typing import Any, Dict, Optional, cast

from ._errors import ProblemError, TimedOut
from ._types import Problem

# What may pass if one asks again: limits, overload and outages, a proxy's word that nobody is there, and work that is late.
_PASSING = {429, 502, 503, 504}
_LONGEST_PAUSE_S = 30.0
# Of silence on a connection. A gateway holds a request no longer than it was told, and a stream says something every 15 s.
_LONGEST_SILENCE_S = 45.0

# urllib raises OSError (of which URLError is one) for what the network does, http.client its own for an answer that breaks off.
LOST = (OSError, http.client.HTTPException)


class Call:
    """Ends when its time is up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._failures = 0
        self._last: Optional[BaseException] = None

    def left(self) -> float:
        """Seconds, more than 0. Raises TimedOut once there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimedOut(self._seconds) from self._last
        return left

    def open(self, url: str, headers: Dict[str, str], body: Optional[bytes] = None) -> Any:
        """An answer that is no error, to be closed by the caller; what may pass is tried again."""
        while True:
            request = urllib.request.Request(url, data=body, headers=headers)
            try:
                answer = urllib.request.urlopen(request, timeout=min(self.left(), _LONGEST_SILENCE_S))
            except urllib.error.HTTPError as fault:
                with fault:
                    self._refused(fault)
                continue
            except TimedOut:
                raise
            except LOST as fault:
                self.lost(fault)
                continue
            self._failures = 0
            return answer

    def json(self, url: str, headers: Dict[str, str], body: Optional[bytes] = None) -> "tuple[int, Any, Any]":
        """Status, fields and document of an answer that came whole."""
        while True:
            with self.open(url, headers, body) as answer:
                try:
                    text = answer.read()
                except LOST as fault:
                    self.lost(fault)
                    continue
                return answer.status, answer.headers, json.loads(text)

    def lost(self, fault: BaseException) -> None:
        """Waits before the next try, since there was no answer or it broke off."""
        self._last = fault
        self.pause(self._backoff())

    def pause(self, seconds: float) -> None:
        time.sleep(min(seconds, _LONGEST_PAUSE_S, self.left()))
        self.left()

    def _refused(self, fault: urllib.error.HTTPError) -> None:
        problem = ProblemError(fault.code, _document(fault))
        if fault.code not in _PASSING:
            raise problem from None
        self._last = problem
        after = retry_after(fault.headers)
        self.pause(self._backoff() if after is None else after)

    def _backoff(self) -> float:
        """Doubled with each failure in a row, up to 5 s, and up to half as much again, so that many clients don't come at once."""
        seconds = min(5.0, 0.2 * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return seconds * (1 + random.random() / 2)


def retry_after(headers: Any) -> Optional[float]:
    """As ``Retry-After`` says; as seconds, which is what Cutroom sends."""
    text = (headers.get("Retry-After") or "").strip()
    return float(text) if text.isdigit() else None


def _document(answer: Any) -> Problem:
    try:
        document = json.loads(answer.read())
    except (ValueError, *LOST):
        return {}
    return cast(Problem, document) if isinstance(document, dict) else {}
