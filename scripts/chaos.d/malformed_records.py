"""Records that no writer of ours would write, each surely refused by whoever reads the topic for work."""

import base64
import functools
import json
import os
import random
import subprocess

CLIP = "507f1f77bcf86cd799439011/0-2000.mp3"


@functools.cache
def samples():
    """Of each topic, by its last word: the type and the value of a record that our own codec has written."""
    told = subprocess.run([os.environ["CUTROOM_SAMPLE_RECORDS"], "each"], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in told.splitlines():
        record = json.loads(line)
        types = [base64.b64decode(one["value"]).decode() for one in record["headers"] if one["name"] == "ce_type"]
        found[record["topic"].rpartition(".")[2]] = types[0], json.loads(base64.b64decode(record["value"]))
    return found


def of(topic):
    """What its records are said to be."""
    return samples()[topic][0]


def good(topic):
    """What stands in a record that is right."""
    return dict(samples()[topic][1])


# Of each kind: what a field that must be there can't be.
ABSURD_TIMES = {
    "requested": {"budget_ms": (10**18, -10**15, 3_600_001, 1e300)},
    "resolved": {"budget_ms": (10**18, -10**15), "start_ms": (-1, 2**31, 10**30), "end_ms": (0, -5, 2**40)},
    "ready": {"stored_at": (-1, 10**18, 2**32), "source_checked_at": (-7, 2**33), "object_expires_at": (10**25,)},
    "failed": {"episode_duration_ms": ("soon", 10**40, [])},
}
STRANGE_IDS = (
    "", "/", "507f1f77bcf86cd799439011", CLIP + "\n", "a/b/c/1-0.mp3", "x/-1-5.mp3", "x/0-2000.exe", "x/01-2000.mp3",
    "\u0000/0-2000.mp3", "x" * 600 + "/0-2000.mp3", "x/chunk--1.mp3", "x/0-99999999999.mp3")


def records(topic, prefix, count, seed):
    """`count` bad records for a topic, named by its last word."""
    dice = random.Random(seed)
    kinds = (noise, truncated, wrong_type, unknown_version, huge, absurd_time, strange_id, deep)
    weights = (3, 3, 3, 2, 0.3, 3, 2, 0.2)
    for kind in dice.choices(kinds, weights, k=count):
        version, value = kind(topic, dice)
        headers = [("ce_specversion", "1.0"), ("ce_id", str(dice.random())), ("ce_source", "/chaos")]
        if version is not None:
            headers.append(("ce_type", version))
        if dice.random() < 0.2:
            headers.append(("traceparent", dice.choice(("", "00-zz", "\u00ff" * 200, "00-" + "0" * 32 + "-0-01"))))
        yield {
            "topic": f"{prefix}clip.{topic}", "key": text64(dice.randbytes(dice.randrange(0, 40))),
            "value": None if value is None else text64(value),
            "headers": [{"name": name, "value": text64(said.encode())} for name, said in headers],
        }


def text64(data):
    return base64.b64encode(data).decode()


def noise(topic, dice):
    # The first byte begins no JSON.
    return dice.choice((None, of(topic))), b"\xff" + dice.randbytes(dice.randrange(0, 2_000))


def truncated(topic, dice):
    whole = json.dumps(good(topic)).encode()
    return of(topic), whole[: dice.randrange(0, len(whole))]


def wrong_type(topic, dice):
    value = good(topic)
    name = dice.choice(list(value))
    if dice.random() < 0.3:
        del value[name]
    else:
        value[name] = dice.choice(([], {}, None, [1, 2], {"a": 1}, [None]))
    if dice.random() < 0.1:
        value = dice.choice(([], 7, "text", None, True))
    return of(topic), json.dumps(value).encode()


def unknown_version(topic, dice):
    version = dice.choice((
        f"cutroom.clip.{topic}.v{dice.choice((2, 99, 2**31))}", f"cutroom.clip.{topic}.v", "", "cutroom.clip.other.v1",
        f"cutroom.clip.{topic}.vv1", "x" * 3_000))
    return version, json.dumps(good(topic)).encode()


def huge(topic, dice):
    value = good(topic) | {"more": "x" * dice.choice((70_000, 300_000, 900_000))}
    return of(topic), json.dumps(value).encode()


def absurd_time(topic, dice):
    name = dice.choice(list(ABSURD_TIMES[topic]))
    return of(topic), json.dumps(good(topic) | {name: dice.choice(ABSURD_TIMES[topic][name])}).encode()


def strange_id(topic, dice):
    return of(topic), json.dumps(good(topic) | {"clip_id": dice.choice(STRANGE_IDS)}).encode()


def deep(topic, dice):
    depth = dice.choice((600, 20_000))
    return of(topic), b'{"clip_id":' + b"[" * depth + b"]" * depth + b"}"
