"""Writes the time marks of the sample episode with a time for each word, as Whisper does.   words.py TIME-MARKS.tsv FILE.json"""

import json
import sys

# Seconds that a mark is spoken.
SPOKEN_S = 3
segments = []
with open(sys.argv[1], encoding="utf-8") as marks:
    for number, mark in enumerate(marks):
        at, text = mark.rstrip("\n").split("\t")
        words = text.split()
        step = SPOKEN_S / len(words)
        begin = [round(float(at) + place * step, 2) for place in range(len(words))]
        segments.append({
            "id": number, "start": float(at), "end": float(at) + SPOKEN_S, "text": f" {text}",
            "words": [{"word": f" {word}", "start": start, "end": round(start + step - 0.05, 2)} for word, start in zip(words, begin)]})
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({"text": "", "language": "en", "segments": segments}, file)
