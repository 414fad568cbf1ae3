"""What is asked and answered; docs/http.md tells of each field. Versions to come may answer with further fields."""

from __future__ import annotations

from typing import List, Literal, TypedDict, Union

Format = Literal["mp3", "opus", "webm", "m4a", "wav", "peaks", "dat", "svg", "png", "vtt", "srt", "transcript"]
Part = Literal["waveform", "transcript"]
SnapTo = Literal["sentence", "chunk", "silence"]


class _Episode(TypedDict):
    episode_id: str


class ClipRequest(_Episode, total=False):
    """``episode_id`` (ObjectId or guid), and one of ``start_time_ms`` and ``at``, are needed."""

    start_time_ms: int
    at: int
    duration_ms: int
    length: Literal[15, 30, 60]
    snap: SnapTo
    max_shift_ms: int
    format: Format
    samples_per_pixel: Literal[128, 256, 512, 1024, 2048, 4096]
    bits: Literal[8, 16]
    channels: Literal["mono", "split"]
    size: Literal["320x64", "640x128", "1280x256"]
    colors: Literal["light", "dark", "clear"]


# "with" is a word of Python's own.
BatchRequest = TypedDict("BatchRequest", {"clips": List[ClipRequest], "make": bool, "lane": str, "with": List[Part]}, total=False)


class FieldFault(TypedDict):
    name: str
    detail: str


class Problem(TypedDict, total=False):
    """An error as the gateway tells it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    reason: str
    errors: List[FieldFault]
    episode_duration_ms: int
    retry_after_seconds: int


class Pending(TypedDict):
    status: Literal["pending"]
    clip_id: str
    location: str


class FailedPart(TypedDict):
    status: Literal["failed"]
    clip_id: str
    problem: Problem


class TooLong(TypedDict):
    status: Literal["too-long"]


MissingPart = Union[Pending, FailedPart]


class Word(TypedDict):
    """Seconds from the clip's start."""

    startTime: float
    endTime: float
    body: str


class _Segment(Word):
    timing: Literal["exact", "estimated"]


class Segment(_Segment, total=False):
    speaker: str
    words: List[Word]


class Transcript(TypedDict):
    version: str
    segments: List[Segment]


class Snapped(TypedDict):
    asked_start_time_ms: int
    asked_duration_ms: int
    by: SnapTo
    start_shift_ms: int
    end_shift_ms: int
    basis: Literal["exact", "estimated"]


class _Clip(TypedDict):
    clip_url: str
    expires_at: str
    cache_hit: bool
    episode_id: str
    start_time_ms: int
    duration_ms: int
    generation_time_ms: int
    format: Format
    exact: Literal["sample", "reencoded", "timed", "estimated"]


class Clip(_Clip, total=False):
    """The answer for a clip that is ready."""

    snapped: Snapped
    waveform_url: str
    waveform: MissingPart
    transcript_url: str
    transcript: Union[Transcript, MissingPart, TooLong]


Entry = Union[Clip, Pending, Problem]


class _Progress(TypedDict):
    status: Literal["queued", "resolving", "cutting", "ready", "failed"]


class Progress(_Progress, total=False):
    """How far a clip is. ``clip`` comes with ``ready``, ``problem`` with ``failed``."""

    clip_id: str
    clip: Union[Clip, Problem]
    problem: Problem
