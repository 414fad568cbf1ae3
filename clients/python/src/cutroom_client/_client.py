"""The client."""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence, Union, cast

from ._calls import LOST, Call, retry_after
from ._errors import CutroomError, ProblemError, TimedOut
from ._types import BatchRequest, Clip, ClipRequest, Entry, Part, Pending, Problem, Progress

if TYPE_CHECKING:
    # In Python 3.10 and later; those who check types have it for earlier ones too.
    from typing_extensions import TypeGuard

# The gateway holds a request that long for a clip that is being made; proxies seldom hold one longer.
_WAIT_S = 25


class Cutroom:
    """A gateway. It holds no connection, and may be used by several threads at once."""

    def __init__(self, address: str, *, key: Optional[str] = None, timeout: float = 120.0) -> None:
        """``address`` is such as ``https://clips.example.org``; ``timeout`` how long a call may take with all that it tries again."""
        parts = urllib.parse.urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"{address!r} is no address of a gateway")
        self._address = address.rstrip("/")
        self._key = key
        self._timeout = timeout

    def get(
        self, clip: ClipRequest, *, parts: Sequence[Part] = (), fresh: bool = False, timeout: Optional[float] = None
    ) -> Clip:
        """The clip; waits for one that has to be made.

        ``fresh`` has a cutter look whether the clip is still there.
        """
        call = self._call(timeout)
        headers = {"Prefer": f"wait={_WAIT_S}"}
        if fresh:
            headers["Cache-Control"] = "no-cache"
        while True:
            status, fields, body = self._json(call, self._url(clip, parts), headers)
            if status != 202:
                return cast(Clip, body)
            call.pause(retry_after(fields) or 1.0)

    def batch(
        self, clips: Sequence[ClipRequest], *, make: bool = False, bulk: bool = False, parts: Sequence[Part] = (),
        timeout: Optional[float] = None
    ) -> List[Entry]:
        """An entry for each of up to 50 clips, in their order; waits for none.

        ``make`` has what is missing made, ``bulk`` ahead of need, while those that somebody waits for leave room.
        """
        request: BatchRequest = {"clips": list(clips)}
        if make:
            request["make"] = True
        if bulk:
            request["lane"] = "bulk"
        if parts:
            request["with"] = list(parts)
        url = f"{self._address}/api/v1/audio_clips/batch"
        headers = {"Content-Type": "application/json"}
        _, _, body = self._json(self._call(timeout), url, headers, json.dumps(request).encode())
        return cast(List[Entry], body["clips"])

    def follow(self, clip: ClipRequest, *, parts: Sequence[Part] = (), timeout: Optional[float] = None) -> Iterator[Progress]:
        """Has the clip made and tells how far it is, ending with ``ready`` or ``failed``."""
        call = self._call(timeout)
        told = ""
        # A stream that ends early, or a gateway that knows nothing of the clip any more: to ask again is always right.
        while True:
            status, fields, body = self._json(call, self._url(clip, parts), {"Prefer": "respond-async"})
            if status != 202:
                yield {"status": "ready", "clip": cast(Clip, body)}
                return
            location = fields.get("Location") or _status_path(body["clip_id"])
            for progress in self._events(call, location):
                if progress["status"] != told:
                    yield progress
                told = progress["status"]
                if told in ("ready", "failed"):
                    return
            call.pause(retry_after(fields) or 1.0)

    def play_url(self, clip: ClipRequest, *, download: bool = False) -> str:
        """An address that plays, for ``<audio>`` and podcast apps. No request is made."""
        query = {name: str(value) for name, value in clip.items() if name not in ("episode_id", "format")}
        if download:
            query["download"] = "1"
        ending = clip.get("format", "mp3")
        return f"{self._clip_path(clip)}/play.{ending}?{urllib.parse.urlencode(query)}"

    def page_url(self, clip_id: str) -> str:
        """The page of a clip, to send around."""
        return f"{self._address}/c/{urllib.parse.quote(clip_id, safe='')}"

    def _call(self, timeout: Optional[float]) -> Call:
        return Call(self._timeout if timeout is None else timeout)

    def _headers(self, headers: Dict[str, str]) -> Dict[str, str]:
        own = {"Accept": "*/*", "User-Agent": "cutroom-client-python"}
        if self._key is not None:
            own["X-Api-Key"] = self._key
        return {**own, **headers}

    def _json(self, call: Call, url: str, headers: Dict[str, str], body: Optional[bytes] = None) -> "tuple[int, Any, Any]":
        try:
            return call.json(url, self._headers(headers), body)
        except json.JSONDecodeError as fault:
            raise CutroomError("the answer is no JSON: is this the address of a gateway?") from fault

    def _clip_path(self, clip: ClipRequest) -> str:
        return f"{self._address}/api/v1/audio_clips/{urllib.parse.quote(clip['episode_id'], safe='')}"

    def _url(self, clip: ClipRequest, parts: Sequence[Part]) -> str:
        query = {name: str(value) for name, value in clip.items() if name != "episode_id"}
        if parts:
            query["with"] = ",".join(parts)
        return f"{self._clip_path(clip)}?{urllib.parse.urlencode(query)}"

    def _events(self, call: Call, location: str) -> Iterator[Progress]:
        """What is sent of one clip until the stream ends, whyever it does (HTML Standard, 9.2.6)."""
        data: List[str] = []
        try:
            with call.open(f"{self._address}{location}/events", self._headers({"Accept": "text/event-stream"})) as answer:
                for line in answer:
                    call.left()
                    text = line.decode("utf-8").rstrip("\r\n")
                    if text.startswith("data:"):
                        data.append(text[5:].lstrip())
                    elif not text and data:
                        yield cast(Progress, json.loads("\n".join(data)))
                        data = []
        except ProblemError as fault:
            # It was another gateway that took the request, or this one was started anew.
            if fault.status != 404:
                raise
        except TimedOut:
            raise
        except LOST as fault:
            call.lost(fault)


def is_clip(entry: Union[Clip, Pending, Problem, None]) -> TypeGuard[Clip]:
    """Whether this entry of a batch, or this end of a follow, is a clip."""
    return entry is not None and "clip_url" in entry


def _status_path(clip_id: str) -> str:
    return f"/api/v1/audio_clips/requests/{urllib.parse.quote(clip_id, safe='')}"
