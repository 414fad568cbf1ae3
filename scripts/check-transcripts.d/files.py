"""The corpus in the forms that transcripts have; by hand, so that no library is judged by itself."""

import html
import json


def _clock(milliseconds, divider):
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{divider}{rest:03}"


def vtt(cues):
    def voice(cue):
        return f"<v {html.escape(cue.speaker, quote=False)}>" if cue.speaker else ""

    return "WEBVTT\n\n" + "\n\n".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{voice(cue)}{html.escape(cue.text, quote=False)}" for cue in cues)


def srt(cues):
    return "\n\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text}" for number, cue in enumerate(cues, 1))


def podcast(cues):
    return json.dumps({"version": "1.0.0", "segments": [
        {**({"speaker": cue.speaker} if cue.speaker else {}), "startTime": cue.start / 1000, "endTime": cue.end / 1000,
         "body": cue.text} for cue in cues]})


def whisper(cues):
    return json.dumps({"text": " ".join(cue.text for cue in cues), "language": "en", "segments": [
        {"id": number, "start": cue.start / 1000, "end": cue.end / 1000, "text": " " + cue.text, "tokens": [1, 2, 3],
         "words": [{"word": " " + word, "start": start / 1000, "end": end / 1000, "probability": 0.5}
                   for word, start, end in cue.words]} for number, cue in enumerate(cues)]}, ensure_ascii=False)
