"""Transcripts of ten minutes, drawn by a seed: what is said, who says it, and when."""

import random

# Among them all that a format of subtitles could take for its own.
SAYINGS = [
    "Is 1 < 2 & 3 > 2? Yes --> of course.", "<b>No tag</b> and </v> none either, <v Bob>.", "AT&T &amp; &lt;R&D&gt; &#65; &nope;",
    "00:00:01.000 --> 00:00:02.000", "WEBVTT", "NOTE this is said.", "{\\an8} and <i>italics</i>", "Emoji: 👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️.",
    "שלום עולם, מה שלומך היום?", "مرحبا بالعالم، كيف حالك؟ ١٢٣", "今天天气很好，我们一起去公园散步吧！好吗？", "これはテストです。とても長い文ではありません。",
    "Dr. Smith paid 3.14 euros at 5 p.m. in the U.S. yesterday.", "One.", "Déjà vu: naïve façade, Ünïcödé, ŁÓDŹ.",
    "a\u0301e\u0308 combining", "Quotes “like these” and 'those' and \"these\".", "1", "…", "100 % of 5/6 \\ 7",
]
SPEAKERS = [None, "Ann", "Zoë & <Bob>", "دينا", "Dr. Who: the second"]


class Cue:
    def __init__(self, start, end, text, speaker, words):
        self.start, self.end, self.text, self.speaker, self.words = start, end, text, speaker, words


def transcript(seed, long=False, speakers=True, timed=False):
    """Cues one behind the other, with gaps, times in milliseconds. Long ones need several cues of two lines."""
    draw = random.Random(seed)
    cues, at, speaker = [], 300, None
    while at < 560_000:
        if draw.random() < 0.3:
            speaker = draw.choice(SPEAKERS)
        text = " ".join(draw.choice(SAYINGS) for _ in range(draw.randint(8, 20) if long else draw.randint(1, 2)))
        length = draw.randint(15_000, 30_000) if long else draw.randint(900, 6_000)
        spoken = text.split(" ")
        step = length // len(spoken)
        words = [(word, at + number * step, at + number * step + step - 1) for number, word in enumerate(spoken)]
        cues.append(Cue(at, at + length, text, speaker if speakers else None, words if timed else []))
        # More than the second within which short cues of one speaker are put together.
        at += length + draw.choice([1_001, 1_500, 4_000])
    return cues


def fits_srt(cue):
    """SRT has no escapes: what looks like a tag or like times is one."""
    return not any(part in cue.text for part in ("<i>", "<b>", "00:00:0"))
