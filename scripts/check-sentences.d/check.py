"""Writes episodes of speech, or asks for clips of them that begin and end with a sentence. Called by scripts/check-sentences."""

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import wave

import numpy

import speech

LANGUAGES = ("en", "de")
# Words of a chunk, whatever sentences they are of: as documents are divided for a search by meaning.
CHUNK_WORDS = 30
# How far beside a pause an edge may lie and still be in it: a frame's blur of MP3.
SLACK_MS = 15
LEAST = {"exact": 0.98, "estimated": 0.90}


def names():
    for language in LANGUAGES:
        for sound in ("clean", "noisy"):
            for basis in ("exact", "estimated"):
                yield f"{language}-{sound}-{basis}", language, sound, basis


def write(folder, count, seed):
    for language in LANGUAGES:
        samples, rate, sentences = speech.speak(language, count, seed)
        with open(f"{folder}/{language}.truth", "w", encoding="utf-8") as file:
            json.dump([[one.text, one.start, one.end] for one in sentences], file)
        for name, _, sound, basis in [one for one in names() if one[1] == language]:
            encode(f"{folder}/{name}.mp3", samples if sound == "clean" else speech.with_noise(samples, seed), rate)
            if basis == "exact":
                with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
                    json.dump(whisper(sentences), file, ensure_ascii=False)
            else:
                with open(f"{folder}/{name}.vtt", "w", encoding="utf-8") as file:
                    file.write(chunks(sentences))


def encode(path, samples, rate):
    wav = path + ".wav"
    with wave.open(wav, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((numpy.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", wav, "-ar", "44100", "-c:a", "libmp3lame", "-b:a", "96k", path], check=True)
    os.remove(wav)


def whisper(sentences):
    """As Whisper writes it with word times; each segment is a sentence or two."""
    segments = []
    for place in range(0, len(sentences), 2):
        part = sentences[place:place + 2]
        segments.append({
            "start": part[0].start / 1000, "end": part[-1].end / 1000, "text": " " + " ".join(one.text for one in part),
            "words": [{"word": " " + word, "start": round(start / 1000, 2), "end": round(end / 1000, 2)}
                      for one in part for word, start, end in one.words],
        })
    return {"text": "", "segments": segments}


def chunks(sentences):
    words = [word for one in sentences for word in one.words]
    text = "WEBVTT\n"
    for place in range(0, len(words), CHUNK_WORDS):
        part = words[place:place + CHUNK_WORDS]
        text += f"\n{clock(part[0][1])} --> {clock(part[-1][2])}\n{' '.join(word for word, _, _ in part)}\n"
    return text


def clock(ms):
    ms = round(ms)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def ask(address, episode, **query):
    url = f"{address}/api/v1/audio_clips/{episode}?{urllib.parse.urlencode(query)}"
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{url}: {error.code} {error.read().decode()}")


def text_of(address, episode, **query):
    clip = ask(address, episode, format="transcript", **query)
    with urllib.request.urlopen(clip["clip_url"], timeout=60) as file:
        return clip, " ".join(segment["body"] for segment in json.load(file)["segments"])


class Count:
    def __init__(self):
        self.edges = self.inside = self.far = self.texts = self.same = 0
        self.shifts, self.misses = [], []


def in_reach(truth, asked, outwards, bound):
    """Whether a sentence's edge lies within the bound, or the pause that was asked for."""
    if outwards < 0:
        return any(-bound <= start - asked <= 0 for _, start, _ in truth) or in_pause(truth, asked, 0)
    return any(0 <= end - asked <= bound for _, _, end in truth) or in_pause(truth, asked, 0)


def in_pause(truth, at, slack):
    return not any(start + slack < at < end - slack for _, start, end in truth)


def check(folder, address, windows, seed):
    faults, rows = [], []
    for name, language, sound, basis in names():
        with open(f"{folder}/{language}.truth", encoding="utf-8") as file:
            truth = json.load(file)
        # Ids follow from paths.
        episode = hashlib.sha256(f"{name}.mp3".encode()).hexdigest()[:24]
        draw, count = random.Random(f"{seed} {name}"), Count()
        for _ in range(windows):
            duration = draw.randint(5_000, 40_000)
            start = draw.randint(1_000, round(truth[-1][2]) - duration - 1_000)
            bound = draw.choice([4_000, 4_000, 8_000])
            query = {"start_time_ms": start, "duration_ms": duration, "snap": "sentence", "max_shift_ms": bound}
            clip = ask(address, episode, **query)
            judge(clip, truth, start, duration, bound, count, faults, f"{name} {query}")
            if basis == "exact":
                same_words(address, episode, query, clip, truth, count)
        share = count.inside / max(1, count.edges)
        rows.append([language, sound, basis, count.edges, f"{100 * share:.1f} %", count.far,
                     f"{numpy.median(count.shifts):.0f} ms", f"{max(count.shifts):.0f} ms",
                     f"{count.same} of {count.texts}" if count.texts else "—"])
        if count.edges < windows:
            faults.append(f"{name}: only {count.edges} edges had a place in reach")
        if share < LEAST[basis]:
            faults.append(f"{name}: {100 * share:.1f} % of the edges lie in a pause")
        if count.same < 0.98 * count.texts:
            faults.append(f"{name}: of {count.texts} clips only {count.same} have the words that are heard")
        for miss in count.misses[:5]:
            print(f"{name}: {miss}", file=sys.stderr)
    print("| language | sound | times | edges | in a pause | no place in reach | median shift | largest | words as heard |\n"
          + "|---" * 9 + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print("\n".join(faults), file=sys.stderr)
    sys.exit(1 if faults or not rows else 0)


def judge(clip, truth, start, duration, bound, count, faults, what):
    snapped = clip["snapped"]
    begin, end = clip["start_time_ms"], clip["start_time_ms"] + clip["duration_ms"]
    told = (snapped["asked_start_time_ms"], snapped["asked_duration_ms"], snapped["start_shift_ms"], snapped["end_shift_ms"])
    if told != (start, duration, begin - start, end - start - duration):
        faults.append(f"{what}: {snapped} of a clip from {begin} to {end}")
    for at, asked, outwards in ((begin, start, -1), (end, start + duration, 1)):
        if abs(at - asked) > bound:
            faults.append(f"{what}: an edge at {at} was asked for at {asked}")
        if not in_reach(truth, asked, outwards, bound):
            count.far += 1
            continue
        count.edges += 1
        count.shifts.append(abs(at - asked))
        if in_pause(truth, at, SLACK_MS):
            count.inside += 1
        else:
            count.misses.append(f"an edge at {at}, asked for at {asked}, by {snapped['by']}, {snapped['basis']}")
    if clip["duration_ms"] > 60_000:
        faults.append(f"{what}: {clip['duration_ms']} ms long")


def same_words(address, episode, query, clip, truth, count):
    """Of clips that begin and end in pauses: the transcript has the sentences that lie in the clip, and no other words."""
    begin, end = clip["start_time_ms"], clip["start_time_ms"] + clip["duration_ms"]
    if not (in_pause(truth, begin, SLACK_MS) and in_pause(truth, end, SLACK_MS)):
        return
    text, found = text_of(address, episode, **query)
    count.texts += 1
    heard = " ".join(sentence for sentence, start, stop in truth if begin < (start + stop) / 2 < end)
    same_window = (text["start_time_ms"], text["duration_ms"]) == (clip["start_time_ms"], clip["duration_ms"])
    if same_window and re.sub(r"\s", "", found) == re.sub(r"\s", "", heard):
        count.same += 1
    else:
        count.misses.append(f"from {begin} to {end} is heard {heard!r}, and written {found!r}")


if sys.argv[1] == "write":
    write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    check(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
