"""Audio clips out of podcast episodes: a client of Cutroom, with the standard library alone."""

from ._client import Cutroom, is_clip
from ._errors import CutroomError, ProblemError, TimedOut
from ._types import Clip, ClipRequest, Entry, MissingPart, Pending, Problem, Progress, Segment, Snapped, Transcript, Word

__all__ = [
    "Clip", "ClipRequest", "Cutroom", "CutroomError", "Entry", "MissingPart", "Pending", "Problem", "ProblemError", "Progress", "Segment",
    "Snapped", "TimedOut", "Transcript", "Word", "is_clip",
]
