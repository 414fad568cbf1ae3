"""What stands beside a clip in its answer, a waveform and what is said: what it costs a miss, a hit and a batch."""

import json
import os
import statistics
import time
import urllib.parse

import clips
import part_far
from processes import Usage
from report import Row

PART = "Waveform and transcript beside the clip"
WITH = "&with=waveform,transcript"
CONNECTIONS, IN_A_BATCH, BATCHES = 64, 50, 200
# Of the episode: starts are drawn so that none comes twice.
EPISODE_S, LEAP = 300, 7_919
CHUNK_S, WORD_S = 5, 0.4


def measure(bench):
    services = bench.services("parts")
    services.more = {"FFMPEG_PATH": os.environ["CUTROOM_BENCH_FFMPEG"]}
    services.start("resolver", "cutter", "gateway")
    try:
        services.wait_ready()
        Parts(bench, services).measure()
    finally:
        services.stop()


class Parts:
    def __init__(self, bench, services):
        self.bench, self.url, self.groups = bench, services.url, services.pids()
        self.episode = part_far.provide(bench, "MP3, 128 kbit/s")
        bench.documents([("transcript_chunks_768d", [json.dumps(chunk) for chunk in self.chunks()])])
        self.number, self.whole = 0, []

    def chunks(self):
        for number in range(EPISODE_S // CHUNK_S):
            start = number * CHUNK_S
            words = [f"word{number * 10 + place}" for place in range(10)]
            yield {
                "episode_id": f"far-{self.episode}", "feed_slug": part_far.episodes.FEED, "chunk_index": number + 1,
                "start_time": float(start), "end_time": float(start + CHUNK_S), "text": " ".join(words) + ".",
                "words": [{"word": word, "start": start + place * WORD_S, "end": start + (place + 1) * WORD_S}
                          for place, word in enumerate(words)]}

    def take(self, count):
        range_ms = EPISODE_S * 1000 - clips.DURATION_MS
        self.number += count
        return [number * LEAP % range_ms for number in range(self.number - count, self.number)]

    def measure(self):
        for more in ("", WITH):
            self.misses(self.take(5), more)
        times, cpu, count, self.whole = {"": [], WITH: []}, {"": 0.0, WITH: 0.0}, 0, []
        for number in range(self.bench.words.rounds):
            count += self.bench.words.misses
            for more in ("", WITH) if number % 2 == 0 else (WITH, ""):
                found, spent = self.misses(self.take(self.bench.words.misses), more)
                times[more] += found
                cpu[more] += spent
        plain, all_parts = (statistics.median(times[more]) * 1000 for more in ("", WITH))
        self.row("a miss until the clip is ready, p50", "ms", plain)
        self.row("the same where its parts are asked for too, p50", "ms", all_parts)
        self.row("the second to the first", "×", all_parts / plain, held_to=1.25)
        self.row("a miss until its parts are there too, p50", "ms", statistics.median(self.whole) * 1000)
        plain, all_parts = (cpu[more] / count * 1000 for more in ("", WITH))
        self.row("CPU of the services for a miss, children included", "ms", plain)
        self.row("CPU of the services for both parts, beside that", "ms", all_parts - plain, held_to=12)
        self.hits()
        self.batches()

    def misses(self, starts, more):
        """Seconds of each until the clip is ready, and the CPU of all until their parts are there too. One by one: the next is asked
        for when the parts of the one before are there, as otherwise the two of them would be timed together."""
        times = []
        with Usage(self.groups) as usage:
            client = clips.Client(self.url)
            for start in starts:
                began = time.perf_counter()
                answer = self.get(client, start, more)
                times.append(time.perf_counter() - began)
                if answer["cache_hit"] is not False:
                    raise clips.WrongAnswer(f"the clip at {start} ms was to be cold")
                if more:
                    self.wait_for_parts(client, [start])
                    self.whole.append(time.perf_counter() - began)
            time.sleep(1)
        return times, sum(usage.cpu.values())

    def wait_for_parts(self, client, starts):
        deadline = time.monotonic() + 60
        for start in starts:
            while not self.is_whole(answer := self.get(client, start, WITH)):
                if time.monotonic() > deadline:
                    raise clips.WrongAnswer(f"parts that are not there after a minute: {answer}")
                time.sleep(0.01)

    @staticmethod
    def is_whole(answer):
        return "waveform_url" in answer and bool(answer.get("transcript", {}).get("segments"))

    def get(self, client, start, more):
        return self.call(client, "GET", clips.path(start, self.episode) + more)

    def call(self, client, method, path, body=None):
        fields = {"Content-Type": "application/json"} if body else {}
        client.connection.request(method, path, body=body, headers=fields)
        response = client.connection.getresponse()
        said = response.read()
        if response.status != 200:
            raise clips.WrongAnswer(f"{response.status} for {path}: {said[:300].decode(errors='replace')}")
        return json.loads(said)

    def hits(self):
        start = self.take(1)
        self.misses(start, WITH)
        found = {"": [], WITH: []}
        for number in range(self.bench.words.rounds):
            for more in ("", WITH) if number % 2 == 0 else (WITH, ""):
                with Usage(self.groups) as usage:
                    path = clips.path(start[0], self.episode) + more
                    load = self.bench.load.most(self.url, [path], self.bench.words.seconds, CONNECTIONS)
                found[more].append((usage.cpu["gateway"] / load["requests"] * 1e6, load["per_second"]))
        plain, all_parts = ([statistics.median(values) for values in zip(*found[more])] for more in ("", WITH))
        self.row(f"hits, wrk with {CONNECTIONS} connections", "hits/s", plain[1], better="more")
        self.row("hits with both parts", "hits/s", all_parts[1], better="more")
        self.row("CPU of the gateway for a hit", "µs", plain[0])
        self.row("CPU of the gateway for a hit with both parts", "µs", all_parts[0])
        self.row("the second to the first", "×", all_parts[0] / plain[0], held_to=1.5)

    def batches(self):
        starts = self.take(IN_A_BATCH)
        client = clips.Client(self.url)
        for start in starts:
            self.get(client, start, WITH)
        self.wait_for_parts(client, starts)
        body = json.dumps({"with": ["waveform", "transcript"], "clips": [
            {"episode_id": self.episode, "start_time_ms": start, "duration_ms": clips.DURATION_MS} for start in starts]})
        with Usage(self.groups) as usage:
            for _ in range(BATCHES):
                answer = self.call(client, "POST", "/api/v1/audio_clips/batch", body)
        entries = answer["clips"]
        if len(entries) != IN_A_BATCH or not all(self.is_whole(entry) for entry in entries):
            raise clips.WrongAnswer(f"a batch without all parts: {json.dumps(entries)[:500]}")
        self.row(f"CPU of the gateway for a batch of {IN_A_BATCH} hits with both parts", "ms",
                 usage.cpu["gateway"] / BATCHES * 1000, held_to=2)

    def row(self, what, unit, value, **more):
        self.bench.rows.append(Row(PART, what, unit, value, **more))
