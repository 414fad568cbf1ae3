"""Stores that are lost for good, with all that lay in them, and the operator's ways to have them again."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time

from client import digest_of, fetch
from services import Failed
from stage import EPISODE, EPISODE_MS, FEED, GUID, describe_episode, make_bucket, seed


def data(*parts):
    """Where the stack's components keep what they store."""
    return os.path.join(os.environ["CUTROOM_STACK_DIR"], "data", *parts)


async def lose(path):
    """Deletes a folder behind the back of whoever serves it. What is only in it, is gone."""
    if not os.path.isdir(path) or not os.listdir(path):
        raise Failed(f"{path} holds nothing that could be lost")
    await asyncio.to_thread(shutil.rmtree, path)


async def lose_component(world, name):
    """A component ends and comes again with nothing of what it had."""
    await world.component("down", name)
    gone = not world.component_runs(name)
    await lose(data(name))
    return gone


async def clips_bucket(stage):
    await lose(data("s3", stage.bucket))


async def new_bucket(stage):
    await asyncio.to_thread(make_bucket, stage.bucket)


async def kafka(*words):
    """Kafka's own tool, as an operator runs it."""
    done = await asyncio.to_thread(
        subprocess.run, ["scripts/stack", "kafka", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"kafka-{' '.join(words)}: {(done.stderr + done.stdout)[-500:]}")
    return done.stdout


async def forget_ready_clips(stage):
    """Takes all records out of clip.ready: from then on a gateway that starts knows no clip."""
    topic = f"{stage.prefix}clip.ready"
    partitions = int(stage.environment("gateway")["KAFKA_TOPIC_PARTITIONS"])
    # -1: up to the end.
    everything = {"version": 1, "partitions": [
        {"topic": topic, "partition": number, "offset": -1} for number in range(partitions)]}
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=stage.folder) as file:
        json.dump(everything, file)
        file.flush()
        await kafka("delete-records", "--offset-json-file", file.name)


async def read_register_anew(stage):
    """The register's group begins with the first record of clip.ready. No resolver may run."""
    async def is_empty():
        # The broker knows that the resolver has left a moment after it has ended.
        try:
            await kafka("consumer-groups", "--group", f"{stage.prefix}cutroom-register", "--topic", f"{stage.prefix}clip.ready",
                        "--reset-offsets", "--to-earliest", "--execute")
            return True
        except Failed:
            return False

    await stage.until("the group of the register to be free", is_empty)


def restore_catalog(stage):
    """What other programs wrote into MongoDB comes back from a backup of theirs."""
    describe_episode(stage.database)


def registered(stage):
    """How many clips the register has."""
    return seed("find", stage.database, "audio_clips").count("\n")


async def restart(stage, *names):
    for name in names:
        await stage[name].stop()
        stage[name].start()
        await stage[name].ready(stage.limits.start)


class Clips:
    """Clips that are there before a store is lost, and whether they are there again."""

    def __init__(self, stage, numbers):
        self.stage, self.numbers, self.before = stage, numbers, {}

    async def ask(self, numbers=None):
        """Number → answer, of all at once."""
        numbers = self.numbers if numbers is None else numbers
        port, limits = self.stage["gateway"].port, self.stage.limits
        answers = await asyncio.gather(*(
            fetch(port, self.stage.path(number), {"Prefer": f"wait={limits.wait}"}, limit=limits.wait + limits.answer_slack)
            for number in numbers))
        return dict(zip(numbers, answers))

    async def made(self):
        self.before = await self.ask()
        for number, answer in self.before.items():
            if not answer.is_ready:
                raise Failed(f"clip {number} was not ready before the loss: {answer.word}")
        return self

    async def can_be_fetched(self, answers):
        """How many of these lead to bytes."""
        found = await asyncio.gather(*(digest_of(answer.json["clip_url"]) for answer in answers.values() if answer.is_ready))
        return sum(digest is not None for digest in found)

    async def back(self, began, limit):
        """Asks until every clip is answered and can be fetched; returns how long after `began` that was."""
        while True:
            answers = await self.ask()
            if await self.can_be_fetched(answers) == len(self.numbers):
                return time.monotonic() - began
            if time.monotonic() - began > limit:
                words = sorted({answer.word for answer in answers.values()})
                raise Failed(f"not all clips were back after {limit} s: {', '.join(words)}")
            await asyncio.sleep(0.5)


# An episode whose frames lie where only a scan tells, beside the one of constant bitrate.
VARIABLE = "507f1f77bcf86cd799439012"
VARIABLE_GUID = "0d9c3a52-1f0b-4c61-9c55-2b6f7f3a1c11"


async def add_variable_episode(stage):
    """Of ten minutes with a variable bitrate; returns the path of a clip by its number."""
    file = os.path.join(stage.folder, "variable.mp3")
    done = await asyncio.to_thread(subprocess.run, [
        "ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
        f"anoisesrc=seed=11:amplitude=0.2:r=44100:d={EPISODE_MS // 1000}", "-codec:a", "libmp3lame", "-q:a", "4", "-ac", "1", file],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"ffmpeg: {done.stderr.strip()}")
    key = f"{FEED}/{VARIABLE_GUID}/audio/variable_{VARIABLE_GUID[:8]}_audio.mp3"
    where = os.environ
    done = await asyncio.to_thread(subprocess.run, [
        "curl", "--silent", "--show-error", "--fail", "--max-time", "60", "--upload-file", file, "--aws-sigv4",
        f"aws:amz:{where['AWS_REGION']}:s3", "--user", f"{where['AWS_ACCESS_KEY_ID']}:{where['AWS_SECRET_ACCESS_KEY']}",
        f"{where['AWS_ENDPOINT_URL_S3']}/{where['S3_SOURCE_BUCKET']}/{key}"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{key}: {done.stderr.strip()}")
    await asyncio.to_thread(describe_episode, stage.database, VARIABLE, VARIABLE_GUID)

    def path(number):
        return stage.path(number).replace(EPISODE, VARIABLE)

    return path


def source_of_the_episode():
    return data("s3", os.environ["S3_SOURCE_BUCKET"], FEED, GUID)
