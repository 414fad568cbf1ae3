"""Writes episodes with transcripts, or reads the transcripts of their clips. Called by scripts/check-transcripts."""

import html
import io
import json
import os
import re
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request

import srt
import webvtt

import corpus
import files

LONGEST_LINE, SHORTEST_LINE, MOST_LINES = 65, 3, 2
LONGEST_CLIP_MS = 60_000


def episodes(seed):
    """Name, ending and writer of the file beside the audio, and what it says. SRT can't name speakers."""
    return [
        ("vtt", "vtt", files.vtt, corpus.transcript(seed)),
        ("srt", "srt", files.srt, [cue for cue in corpus.transcript(seed + 1, speakers=False) if corpus.fits_srt(cue)]),
        ("podcast", "json", files.podcast, corpus.transcript(seed + 2)),
        ("whisper", "json", files.whisper, corpus.transcript(seed + 3, speakers=False, timed=True)),
        ("long", "vtt", files.vtt, corpus.transcript(seed + 4, long=True)),
        ("long-timed", "json", files.whisper, corpus.transcript(seed + 5, long=True, speakers=False, timed=True)),
    ]


def write(folder, audio, seed):
    for name, ending, written, cues in episodes(seed):
        shutil.copy(audio, f"{folder}/{name}.mp3")
        text = written(cues)
        with open(f"{folder}/{name}.{ending}", "w", encoding="utf-8", newline="") as file:
            file.write(text)
        # What is taken for right is what the other parsers read in the originals.
        if written is files.vtt:
            assert [html.unescape(cue.text) for cue in webvtt.from_string(text)] == [cue.text for cue in cues], name
        if written is files.srt:
            assert [cue.content for cue in srt.parse(text)] == [cue.text for cue in cues], name
    shutil.copy(audio, f"{folder}/silent.mp3")
    with open(f"{folder}/seed", "w", encoding="utf-8") as file:
        file.write(str(seed))


def fetch(address, episode, start, duration, form):
    query = urllib.parse.urlencode({"start_time_ms": start, "duration_ms": duration, "format": form})
    with urllib.request.urlopen(f"{address}/api/v1/audio_clips/{episode}?{query}", timeout=60) as answer:
        clip = json.load(answer)
    with urllib.request.urlopen(clip["clip_url"], timeout=60) as file:
        return clip, file.headers.get_content_type(), file.read().decode("utf-8")


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}:\n  found    {found!r}\n  expected {expected!r}")


def joined(texts):
    """Without spaces: where a line of a script without them breaks, there is none."""
    return re.sub(r"\s", "", "".join(texts))


def check_lines(lines, what):
    if len(lines) > MOST_LINES:
        sys.exit(f"{what}: {len(lines)} lines: {lines!r}")
    for line in lines:
        if len(line) > LONGEST_LINE or len(line) < SHORTEST_LINE and len(lines) > 1:
            sys.exit(f"{what}: a line of {len(line)} characters: {line!r}")


def check_times(times, duration, what):
    for start, end in times:
        if not 0 <= start < end <= duration:
            sys.exit(f"{what}: a cue from {start} to {end} in a clip of {duration} ms")
    if times != sorted(times, key=lambda time: time[0]):
        sys.exit(f"{what}: cues in no order: {times!r}")


def spoken(cue):
    """WebVTT's text without its tags, references read."""
    return html.unescape(re.sub(r"<[^>]*>", "", cue.raw_text))


def check_window(address, episode, name, start, cues):
    """Of a clip that no cue reaches into or out of."""
    end = cues[-1].end
    duration = end - start
    expected = joined(cue.text for cue in cues)
    what = f"{name} from {start} to {end}"

    clip, kind, text = fetch(address, episode, start, duration, "vtt")
    same(kind, "text/vtt", what)
    read = list(webvtt.from_string(text))
    same(joined(spoken(cue) for cue in read), expected, f"{what}: WebVTT")
    for cue in read:
        check_lines([html.unescape(re.sub(r"<[^>]*>", "", line)) for line in cue.raw_text.split("\n")], f"{what}: WebVTT")
    times = [(time(cue.start), time(cue.end)) for cue in read]
    check_times(times, duration, what)
    same(times[0][0], cues[0].start - start, f"{what}: the first start")
    same(max(end for _, end in times), cues[-1].end - start, f"{what}: the last end")
    speakers = [html.unescape(cue.voice or "") for cue in read]
    same([one for one, _ in groups(speakers)], [one for one, _ in groups(cue.speaker or "" for cue in cues)], f"{what}: speakers")

    _, kind, text = fetch(address, episode, start, duration, "srt")
    same(kind, "application/x-subrip", what)
    subtitles = list(srt.parse(text))
    check_times([(ms(cue.start), ms(cue.end)) for cue in subtitles], duration, what)
    for cue in subtitles:
        check_lines(cue.content.split("\n"), f"{what}: SRT")
    named = "".join(cue.content for cue in subtitles)
    same(joined([named]), joined(name_of_change(cues)), f"{what}: SRT")
    same([cue.index for cue in subtitles], list(range(1, len(subtitles) + 1)), f"{what}: numbers")

    clip, kind, text = fetch(address, episode, start, duration, "transcript")
    same(kind, "application/json", what)
    document = json.loads(text)
    same(document["version"], "1.0.0", what)
    segments = document["segments"]
    same(joined(segment["body"] for segment in segments), expected, f"{what}: JSON")
    same([(round(one["startTime"] * 1000), round(one["endTime"] * 1000)) for one in segments], times, f"{what}: times of JSON")
    for segment in segments:
        if not set(segment) <= {"startTime", "endTime", "body", "speaker", "timing", "words"}:
            sys.exit(f"{what}: {segment!r}")
    # The cues' own times are all exact here; where a long one was divided, within a word or without word times, its parts are estimated.
    same(clip["exact"], "timed", what)
    whole = all(len(cue.text) <= LONGEST_LINE for cue in cues)
    if whole and any(one["timing"] != "exact" for one in segments):
        sys.exit(f"{what}: segments with estimated times: {segments!r}")
    if not any(cue.words for cue in cues) and len(segments) > len(cues) and all(one["timing"] == "exact" for one in segments):
        sys.exit(f"{what}: divided cues with exact times")
    words = [word for cue in cues for word in cue.words]
    if words:
        found = [word for segment in segments for word in segment["words"]]
        same(joined(word["body"] for word in found), expected, f"{what}: words")
        starts = {round(word["startTime"] * 1000) for word in found}
        missing = [begin for _, begin, _ in words if begin - start not in starts]
        if missing:
            sys.exit(f"{what}: words lack their starts {missing!r}")
        stamps = {time(stamp) for cue in read for stamp in re.findall(r"<([0-9:.]+)>", cue.raw_text)}
        if not stamps <= starts:
            sys.exit(f"{what}: timestamps that no word begins at: {sorted(stamps - starts)!r}")
        if len(words) > 3 and not stamps:
            sys.exit(f"{what}: no timestamps within cues")
    return len(read)


def groups(items):
    last, found = object(), []
    for item in items:
        if item != last:
            found.append((item, None))
        last = item
    return found


def name_of_change(cues):
    last = None
    for cue in cues:
        if cue.speaker and cue.speaker != last:
            yield cue.speaker + ":"
        last = cue.speaker
        yield cue.text


def time(text):
    hours, minutes, seconds = ([0, 0] + [float(part) for part in text.split(":")])[-3:]
    return round((hours * 3600 + minutes * 60 + seconds) * 1000)


def ms(delta):
    return round(delta.total_seconds() * 1000)


def windows(cues):
    """Starts in the gaps before cues, with as many of them as a clip may have."""
    at = 0
    while at < len(cues):
        start = max(0, cues[at].start - 250)
        inside = [cue for cue in cues[at:] if cue.end - start <= LONGEST_CLIP_MS]
        yield start, inside
        at += len(inside)


def listed(address, folder):
    """The episodes' ids follow from their paths."""
    import hashlib

    return {name[:-4]: hashlib.sha256(name.encode()).hexdigest()[:24] for name in os.listdir(folder) if name.endswith(".mp3")}


def read(folder, address):
    with open(f"{folder}/seed", encoding="utf-8") as file:
        seed = int(file.read())
    ids = listed(address, folder)
    clips = cues = 0
    for name, _, _, said in episodes(seed):
        for start, inside in windows(said):
            cues += check_window(address, ids[name], name, start, inside)
            clips += 1
    try:
        fetch(address, ids["silent"], 0, 30_000, "vtt")
        sys.exit("an episode without a transcript has one")
    except urllib.error.HTTPError as error:
        same((error.code, json.load(error)["reason"]), (422, "no-transcript"), "an episode without a transcript")
    if clips < 30 or cues < 300:
        sys.exit(f"only {clips} clips with {cues} cues were compared")
    print(f"check-transcripts: {clips} clips with {cues} cues, each as WebVTT, SRT and JSON, are read as they were meant (seed {seed})")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        read(sys.argv[2], sys.argv[3])
