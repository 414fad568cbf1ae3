"""Asking for clips as a client does, and looking at what was answered."""

import http.client
import json
import subprocess
import tempfile
import threading
import time
import urllib.parse

EPISODE = "507f1f77bcf86cd799439011"
EPISODE_MS = 600_000
DURATION_MS = 30_000


class WrongAnswer(Exception):
    """An answer that no client may get."""


def path(start_ms, episode=EPISODE):
    return f"/api/v1/audio_clips/{episode}?start_time_ms={start_ms}&duration_ms={DURATION_MS}"


class ColdStarts:
    """Starts that were never asked for on this stack: they go through all milliseconds of the episode in leaps."""

    # Prime to the count, so that each start comes once before any comes again.
    LEAP = 7_919
    COUNT = EPISODE_MS - DURATION_MS + 1

    def __init__(self, memory):
        self.memory = memory
        self.lock = threading.Lock()
        try:
            with open(memory) as file:
                self.number = int(file.read())
        except (FileNotFoundError, ValueError):
            self.number = 0

    def take(self, count):
        with self.lock:
            starts = [number * self.LEAP % self.COUNT for number in range(self.number, self.number + count)]
            self.number += count
            with open(self.memory, "w") as file:
                file.write(str(self.number))
            return starts


class Client:
    """One connection that is kept alive."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=65)

    def ask(self, start_ms, episode=EPISODE):
        """(the answer, seconds)"""
        began = time.perf_counter()
        self.connection.request("GET", path(start_ms, episode), headers={"Accept": "application/json"})
        response = self.connection.getresponse()
        body = response.read()
        took = time.perf_counter() - began
        if response.status != 200:
            raise WrongAnswer(f"{response.status} for {path(start_ms, episode)}: {body[:300].decode(errors='replace')}")
        answer = json.loads(body)
        expected = {"episode_id": episode, "start_time_ms": start_ms, "duration_ms": DURATION_MS}
        for name, value in expected.items():
            if answer.get(name) != value:
                raise WrongAnswer(f"{name} is {answer.get(name)!r} and not {value!r} for {path(start_ms, episode)}")
        return answer, took


def ask_all(url, starts, at_once=1):
    """Asks for each start once, so many at a time. Returns (answers, seconds of each, seconds of all)."""
    waiting, answers, times, faults = list(reversed(starts)), [], [], []
    lock = threading.Lock()

    def work():
        client = Client(url)
        while True:
            with lock:
                if not waiting or faults:
                    return
                start = waiting.pop()
            try:
                answer, took = client.ask(start)
            except Exception as fault:
                with lock:
                    faults.append(fault)
                return
            with lock:
                answers.append(answer)
                times.append(took)

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(at_once)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if faults:
        raise faults[0]
    return answers, times, time.perf_counter() - began


def check(answers, sample=5):
    """Fetches the URLs of a sample and decodes one. Returns what was found, for the report."""
    if not answers:
        raise WrongAnswer("there was no answer to look at")
    chosen = answers[:: max(1, len(answers) // sample)][:sample]
    decoded_s = None
    for answer in chosen:
        sound = fetch(answer["clip_url"])
        if decoded_s is None:
            decoded_s = decode(sound)
            # A cut by copying is as long as the frames that it touches, and each lasts 26 ms.
            tolerance_s = 0.001 if answer.get("exact") == "sample" else 0.1
            if abs(decoded_s - answer["duration_ms"] / 1000) > tolerance_s:
                raise WrongAnswer(f"{answer['clip_url']} lasts {decoded_s} s and not {answer['duration_ms']} ms")
    return {"fetched": len(chosen), "decoded_s": decoded_s}


def fetch(url):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    announced = response.getheader("Content-Length")
    sound = response.read()
    connection.close()
    if response.status != 200:
        raise WrongAnswer(f"{response.status} for {url}")
    if announced is None or int(announced) != len(sound) or len(sound) < 10_000:
        raise WrongAnswer(f"{len(sound)} bytes came and {announced} were announced: {url}")
    return sound


def decode(sound):
    """The length in seconds that ffmpeg makes of it. From a file: reading a pipe, it leaves padding at the end."""
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(sound)
        file.flush()
        command = ["ffmpeg", "-v", "error", "-i", file.name, "-f", "s16le", "-ac", "1", "-ar", "44100", "pipe:1"]
        done = subprocess.run(command, capture_output=True)
    if done.returncode != 0 or done.stderr:
        raise WrongAnswer(f"ffmpeg could not decode a clip: {done.stderr[-300:].decode(errors='replace')}")
    return len(done.stdout) / 2 / 44_100
