"""Speech whose every sentence and word has a known time: made by espeak-ng, sentence by sentence, with pauses drawn between them."""

import ctypes
import random
import re

import numpy

# What counts as sound, of the loudest sample: 50 dB down.
AUDIBLE = 10 ** (-50 / 20)

# Whole sentences of several lengths, with what looks like an end and is none.
SENTENCES = {
    "en": [
        "{who} {did} {what}.", "Did {who} really find {what}?", "{who} paid 3.50 for {what}, e.g. in Boston!",
        "No. 5 was {what}, as {who} said.", "Yes, it was.", "Nobody {did} {what}…", "\"Really?\" asked {who}.",
        "That is what {who} {did} on example.org.", "Then came {who}, and after that {what}.", "It took 2.5 hours.",
    ],
    "de": [
        "{who} {did} {what}.", "Hat {who} wirklich {what} gesehen?", "{who} zahlte 3,50 Euro für {what}, z. B. in Bonn!",
        "Am 3. Mai war {what} bei uns.", "Ja, so war es.", "Niemand {did} {what}…", "„Wirklich?“, fragte {who}.",
        "Das steht auf beispiel.de, sagt {who}.", "Dann kam {who}, und danach {what}.", "Es dauerte 2,5 Stunden.",
    ],
}
WORDS = {
    "en": {
        "who": ["Dr. Miller", "the old sailor", "Mrs. Brown", "my neighbour", "J. R. Smith", "everybody", "the teacher"],
        "did": ["found", "sold", "painted", "forgot", "carried home", "wrote about"],
        "what": ["a red boat", "the last train", "seven green apples", "a letter from Paris", "the broken radio", "two tickets"],
    },
    "de": {
        "who": ["Dr. Weber", "der alte Fischer", "Frau Braun", "mein Nachbar", "die Lehrerin", "Herr Prof. Klein"],
        "did": ["fand", "verkaufte", "malte", "vergaß", "suchte", "beschrieb"],
        "what": ["ein rotes Boot", "den letzten Zug", "sieben grüne Äpfel", "einen Brief aus Paris", "das kaputte Radio"],
    },
}


class Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", ctypes.c_char * 8),
    ]


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))
SYNCHRONOUS, WORD, LAST, UTF8, POSITION_CHARACTER = 2, 1, 0, 1, 1


class Voice:
    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.library.espeak_Initialize(SYNCHRONOUS, 0, None, 0)
        if self.rate <= 0:
            raise SystemExit("check-sentences: espeak-ng can't be used")
        self.taken = CALLBACK(self.take)
        self.library.espeak_SetSynthCallback(self.taken)

    def take(self, samples, count, events):
        if samples and count > 0:
            self.samples.append(numpy.ctypeslib.as_array(samples, (count,)).copy())
        place = 0
        while events[place].type != LAST:
            if events[place].type == WORD:
                self.words.append((events[place].text_position - 1, events[place].audio_position))
            place += 1
        return 0

    def say(self, language, text):
        """Samples of a sentence without the silence around it, and when each of its words begins, in milliseconds."""
        self.samples, self.words = [], []
        if self.library.espeak_SetVoiceByName(language.encode()) != 0:
            raise SystemExit(f"check-sentences: espeak-ng has no voice for {language}")
        spoken = text.encode()
        self.library.espeak_Synth(spoken, len(spoken) + 1, 0, POSITION_CHARACTER, 0, UTF8, None, None)
        self.library.espeak_Synchronize()
        samples = numpy.concatenate(self.samples).astype(numpy.float64) / 32768
        loud = numpy.flatnonzero(numpy.abs(samples) > numpy.abs(samples).max() * AUDIBLE)
        first, last = loud[0], loud[-1] + 1
        begins = []
        for match in re.finditer(r"\S+", text):
            # Numbers and abbreviations are several words to the voice: the first of them counts.
            inside = [at for place, at in self.words if match.start() <= place < match.end()]
            begins.append((match.group(), inside[0] - first * 1000 / self.rate if inside else None))
        return samples[first:last], begins


class Sentence:
    def __init__(self, text, start, end, words):
        self.text, self.start, self.end, self.words = text, start, end, words


def speak(language, count, seed):
    """Samples, their rate and the sentences in them with their times in milliseconds; each sample is a number from -1 to 1."""
    draw, voice = random.Random(f"{seed} {language}"), Voice()
    parts, sentences, at = [numpy.zeros(voice.rate)], [], voice.rate
    for _ in range(count):
        chosen = {name: draw.choice(words) for name, words in WORDS[language].items()}
        text = draw.choice(SENTENCES[language]).format(**chosen)
        text = text[0].upper() + text[1:]
        samples, begins = voice.say(language, text)
        start, end = at * 1000 / voice.rate, (at + len(samples)) * 1000 / voice.rate
        words = []
        for place, (word, begin) in enumerate(begins):
            follows = next((later for _, later in begins[place + 1:] if later is not None), None)
            begin = 0 if place == 0 else begin
            if begin is None:
                words[-1][0] += " " + word
                continue
            words.append([word, max(start, start + begin), end if follows is None else min(end, start + follows)])
        sentences.append(Sentence(text, start, end, [tuple(word) for word in words]))
        pause = numpy.zeros(int(voice.rate * draw.uniform(0.3, 0.9)))
        parts += [samples, pause]
        at += len(samples) + len(pause)
    return numpy.concatenate(parts + [numpy.zeros(voice.rate)]), voice.rate, sentences


def with_noise(samples, seed):
    """White noise 40 dB below the speech's mean square."""
    loud = samples[numpy.abs(samples) > AUDIBLE]
    noise = numpy.random.default_rng(seed).normal(0, numpy.sqrt(numpy.mean(loud ** 2)) / 100, len(samples))
    return samples + noise
