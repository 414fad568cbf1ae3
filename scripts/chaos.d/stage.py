"""What one case plays on: topics and a clips bucket of its own, so that every clip is cold, and its services."""

import asyncio
import json
import os
import subprocess
import time

from client import digest_of, fetch
from fleet import Instance
from services import Failed
from wave import Wave

EPISODE = "507f1f77bcf86cd799439011"
EPISODE_MS = 600_000
# Where the seed program puts the episode's audio.
GUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
FEED = "time-marks"


class Stage:
    def __init__(self, world, name, **settings):
        self.world, self.name, self.limits, self.faults = world, name, world.limits, world.faults
        self.prefix = f"{name}-{world.next_number()}."
        self.bucket = f"clips-{self.prefix[:-1]}"
        self.database = f"podinsight-{self.prefix[:-1]}"
        self.folder = os.path.join(world.folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.settings = settings
        self.instances, self.waves = {}, []

    async def __aenter__(self):
        self.faults.lift()
        await asyncio.to_thread(make_bucket, self.bucket)
        await asyncio.to_thread(describe_episode, self.database)
        self.faults.forget()
        return self

    async def __aexit__(self, *_):
        self.faults.lift()
        for wave in self.waves:
            wave.cancel()
        await asyncio.gather(*(instance.stop() for instance in self.instances.values()))

    def environment(self, service, through_proxies=True):
        at = self.faults.at
        found = {
            "KAFKA_TOPIC_PREFIX": self.prefix, "KAFKA_TOPIC_PARTITIONS": "6", "S3_CLIPS_BUCKET": self.bucket,
            "MONGODB_DATABASE": self.database,
            # What is answered is fetched past the proxy, whose counts are the services' alone.
            "S3_PUBLIC_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL_S3"],
        }
        if through_proxies:
            found |= {
                "KAFKA_BOOTSTRAP_SERVERS": at[service], "MONGODB_URI": f"mongodb://{at['mongodb']}/",
                "AWS_ENDPOINT_URL_S3": f"http://{at['s3']}",
            }
        return found | self.settings

    def add(self, name, through_proxies=True, pin=None, programs=None, **more):
        """Starts one more instance; its service is its name without the number, its program lies in the folder `programs`."""
        service = name.rstrip("0123456789")
        self.instances[name] = Instance(
            name, service, self.environment(service, through_proxies) | more, self.folder)
        self.instances[name].programs = programs or self.instances[name].programs
        self.instances[name].start(pin)
        return self.instances[name]

    def __getitem__(self, name):
        return self.instances[name]

    async def start(self, *names, **more):
        for name in names:
            self.add(name, **more)
        await asyncio.gather(*(self[name].ready(self.limits.start) for name in names))

    async def ready(self):
        await asyncio.gather(*(instance.ready(self.limits.start) for instance in self.instances.values()))

    def wave(self):
        self.waves.append(Wave(self))
        return self.waves[-1]

    def path(self, number):
        """Of clip `number`: the same window in every case, and another for each number below 100,000."""
        last = EPISODE_MS - self.limits.clip_ms
        start = number * 7_919 % last
        return f"/api/v1/audio_clips/{EPISODE}?start_time_ms={start}&duration_ms={self.limits.clip_ms}"

    async def waiting(self, *gateways):
        """Requests that these hold now."""
        answers = await asyncio.gather(
            *(fetch(self[name].port, "/api/v1/audio_clips/health", limit=5) for name in gateways))
        return sum(answer.json.get("waiting", 0) for answer in answers)

    async def until(self, what, is_so, limit=None):
        """Until the moment has come."""
        began = time.monotonic()
        limit = limit or self.limits.moment
        while time.monotonic() - began < limit:
            found = is_so()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)
        raise Failed(f"{what}: that did not come within {limit} s")

    def puts(self):
        """(PUTs of clips that were begun, those of a key after its first)"""
        counted = self.faults.counts("s3")["puts"]
        clips = [count for place, count in counted.items() if place.startswith(f"{self.bucket}/audio_clips/")]
        return sum(clips), sum(count - 1 for count in clips)

    async def registered(self, line, count):
        """The resolver notes every clip in the register, once it runs and MongoDB is there."""
        until, found = time.monotonic() + self.limits.second_try, 0
        while found < count and time.monotonic() < until:
            text = await asyncio.to_thread(seed, "find", self.database, "audio_clips")
            found = text.count("\n")
        line.hold(found >= count, f"the register has {found} of {count} clips")

    async def compare(self, line, answers):
        """Fetches clips by their number: each is byte for byte what a quiet run made of the same window."""
        quiet, doors = self.world.digests, asyncio.Semaphore(50)
        if quiet is None:
            return

        async def is_same(number, answer):
            async with doors:
                return await digest_of(answer.json["clip_url"]) == quiet[number]

        same = await asyncio.gather(*(is_same(number, answer) for number, answer in answers.items() if number in quiet))
        line.compared = len(same)
        line.hold(all(same), f"{same.count(False)} clips are not what a quiet run made")


def seed(*words, given=""):
    done = subprocess.run([os.environ["CUTROOM_TEST_SEED"], *words], input=given, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"seed {words[0]}: {done.stderr.strip()}")
    return done.stdout


def describe_episode(database, episode_id=EPISODE, guid=GUID):
    """An episode, by default the seeded one, in another database, so that the register there begins empty."""
    episode = {"_id": {"$oid": episode_id}, "guid": guid, "title": "Time marks", "duration": EPISODE_MS // 1000}
    chunk = {"episode_id": guid, "feed_slug": FEED, "chunk_index": 0, "start_time": 0.0, "text": "first"}
    seed("insert", database, "episode_metadata", given=json.dumps(episode))
    seed("insert", database, "transcript_chunks_768d", given=json.dumps(chunk))


def make_bucket(bucket):
    where = os.environ
    command = [
        "curl", "--silent", "--show-error", "--fail", "--max-time", "20", "--request", "PUT", "--aws-sigv4",
        f"aws:amz:{where['AWS_REGION']}:s3", "--user",
        f"{where['AWS_ACCESS_KEY_ID']}:{where['AWS_SECRET_ACCESS_KEY']}", f"{where['AWS_ENDPOINT_URL_S3']}/{bucket}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"bucket {bucket}: {done.stderr.strip()}")
