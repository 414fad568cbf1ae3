"""Malformed records into the topics of work, among requests that are all right."""

import asyncio
import base64
import collections
import json
import os
import subprocess
import time

import malformed_records
from services import Failed
from processes import memory_mib
from stage import Stage

TOPICS = ("requested", "resolved", "ready")
UNREADABLE = b"A record could not be read and was skipped"


def tool(*words, given=None):
    done = subprocess.run(
        [os.path.join(os.environ["CUTROOM_BENCH_TOOLS"], "records"), os.environ["KAFKA_BOOTSTRAP_SERVERS"], *words],
        input=given, capture_output=True)
    if done.returncode != 0:
        raise Failed(f"records {words[0]}: {done.stderr[-300:].decode()}")
    return done.stdout


async def write(stage, topic, count, seed):
    lines = (json.dumps(record) for record in malformed_records.records(topic, stage.prefix, count, seed))
    await asyncio.to_thread(tool, "write", given="\n".join(lines).encode())


async def letters(stage):
    """Dead letters as {header: text}."""
    text = await asyncio.to_thread(tool, "read", f"{stage.prefix}clip.dead-letter")
    found = []
    for line in text.splitlines():
        headers = json.loads(line)["headers"] or []
        found.append({header["name"]: base64.b64decode(header["value"] or "").decode(errors="replace")
                      for header in headers})
    return found


async def settle(stage, count, limit):
    began = time.monotonic()
    found = []
    while time.monotonic() - began < limit:
        found = await letters(stage)
        if len(found) >= count:
            break
        await asyncio.sleep(1)
    return found


async def records(world):
    limits = world.limits
    async with Stage(world, "malformed-records") as stage:
        await stage.start("gateway", "resolver", "cutter")
        wave = stage.wave()
        share = limits.bad_records // 4
        quarter = limits.good_records // 4
        began = time.monotonic()
        # A quarter first, so that what is allocated once is allocated.
        counts = [0, 0]
        for part, amount in enumerate((share, limits.bad_records - share)):
            each = amount // len(TOPICS)
            sizes = [each, each, amount - 2 * each]
            counts[part] = sum(sizes)
            good = quarter if part == 0 else limits.good_records - quarter
            offset = 0 if part == 0 else quarter
            asking = asyncio.create_task(wave.at_rate(range(offset, offset + good), good / 4))
            await asyncio.gather(*(
                write(stage, topic, size, f"{topic}{part}") for topic, size in zip(TOPICS, sizes)))
            await asyncio.gather(asking)
            if part == 0:
                await settle(stage, counts[0], limits.records_settle)
                before = memory(stage)
        await write(stage, "failed", limits.bad_failures, "failed")
        found = await settle(stage, sum(counts), limits.records_settle)
        took = time.monotonic() - began
        # In the thick of it good ones wait behind bad ones, and may be refused for that: ready they must be, at last.
        line = await wave.result("malformed-records", 0)
        # Once more, so that a letter too many is seen.
        await asyncio.sleep(1)
        found = await letters(stage)
        judge(line, stage, found, sum(counts))
        flat(line, before, memory(stage), limits)
        logged = stage["gateway"].lines(UNREADABLE)
        allowed = limits.logged_per_minute * (1 + int(took / 60) + 1)
        line.hold(0 < logged <= allowed, f"the gateway logged {logged} unreadable records in {took:.0f} s")
        line.note(f"{limits.bad_failures} more into clip.failed; the gateway logged {logged} of all that it skipped")
        return line


def judge(line, stage, found, bad):
    places = collections.Counter(
        (letter.get("dead_letter_topic"), letter.get("dead_letter_partition"), letter.get("dead_letter_offset"))
        for letter in found)
    services = collections.Counter(letter.get("dead_letter_service") for letter in found)
    reasons = collections.Counter(letter.get("dead_letter_reason") for letter in found)
    line.hold(len(places) == bad, f"{len(places)} of {bad} bad records became dead letters")
    line.hold(len(found) == len(places), f"{len(found) - len(places)} dead letters came twice")
    line.hold(not any(word in (None, "") for word in reasons), "a dead letter has no reason")
    line.hold({"resolver", "cutter"} <= set(services), f"only {', '.join(map(str, services))} put records aside")
    line.hold(all(instance.is_running and instance.starts == 1 for instance in stage.instances.values()),
              "a service ended")
    line.note(f"{len(found)} dead letters for {bad} bad records: " + ", ".join(
        f"{count} {reason}" for reason, count in reasons.most_common()))


def memory(stage):
    return {name: memory_mib(instance.pid)[0] for name, instance in stage.instances.items()}


def flat(line, before, after, limits):
    for name, was in before.items():
        is_now = after[name]
        line.hold(is_now <= was * limits.flat_share + limits.flat_mib,
                  f"the {name}'s memory grew from {was:.0f} to {is_now:.0f} MiB")
    line.note("memory, MiB: " + ", ".join(f"{name} {was:.0f} → {after[name]:.0f}" for name, was in before.items()))


def cases():
    yield "malformed-records", records
