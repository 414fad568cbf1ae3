"""What goes wrong, and which alerts see it. Every alert of deploy/monitoring must have its fault here."""

import asyncio
import json
import os
import subprocess
import time

import case_records
from malformed_records import good, of, text64
from prometheus import SCRAPE_MS
from stage import EPISODE, FEED, GUID

# More than ten within a second, and fewer than a gateway begins to measure.
BURST = 30


async def play(fleet, alerts, say):
    """One after the other. Alerts that only time ends are waited for by the caller."""
    began = time.monotonic()
    for fault in (burst, beside, store_away, dead_letters, no_cutter, no_resolver, wrong_clip, no_gateway, lag):
        await alerts.before()
        await fault(fleet, alerts)
        say(f"{fault.__name__}: {time.monotonic() - began:.0f} s since the first fault")


async def burst(fleet, alerts):
    """Sources can't be read for longer than requests wait, so all of them are late: 504, and slow misses."""
    names = ["CutroomRequestsFail", "CutroomMissesSlow", "CutroomRequestsFailSlowly", "CutroomMissesSlowSlowly"]
    fleet.stage.faults.s3("hold", method="GET", bucket=os.environ["S3_SOURCE_BUCKET"], objects=True)
    answers = await asyncio.gather(*(fleet.clip(fleet.number()) for _ in range(BURST)))
    late = sum(answer.status == 504 for answer in answers)
    if late <= 10:
        alerts.broken.append(f"only {late} of {BURST} requests were late: {[answer.word for answer in answers]}")
    # Before a read is given up, which would be another fault.
    fleet.stage.faults.s3()
    await alerts.fire(names)
    alerts.off(names)


async def beside(fleet, alerts):
    """gateway2: a table for some 500 clips that gets more, twenty connections of which 18 are open, and credentials that end
    within seconds. cutter2: a bucket whose rule takes clips away after a week."""
    names = ["CutroomTableEvicts", "CutroomConnectionsNearLimit", "CutroomCredentialsEnd", "CutroomClipsGoEarly"]
    fleet.credentials.seconds = 20
    await fleet.bucket.ready()
    await fleet.bucket.expire(7)
    await fleet.up("gateway2", "cutter2")
    port = fleet.stage["gateway2"].port
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(18)]
    filling = asyncio.create_task(fill(fleet))
    await alerts.fire(names)
    filling.cancel()
    fleet.credentials.seconds = 3_600
    await fleet.bucket.expire(30)
    for _, writer in connections:
        writer.close()
    alerts.off(names)
    await alerts.end(names)
    await fleet.down("gateway2", "cutter2")


async def fill(fleet):
    """Announces more clips than a small table holds, and further ones all the time."""
    number, count = 1_000, 700
    while True:
        await write([ready(fleet.stage, one) for one in range(number, number + count)])
        number, count = number + count, 20
        await asyncio.sleep(0.5)


async def store_away(fleet, alerts):
    names = ["CutroomDependencyDown", "CutroomCircuitOpen"]
    # The services of the fault before have just gone.
    await alerts.quiet(names)
    world = fleet.stage.world
    await world.component("down", "s3")
    await alerts.fire(names)
    await world.component("up", "s3")
    alerts.off(names)
    await alerts.end(names)


async def dead_letters(fleet, alerts):
    names = ["CutroomDeadLetters"]
    await case_records.write(fleet.stage, "requested", 5, "monitoring")
    await alerts.fire(names)
    alerts.off(names)


async def no_cutter(fleet, alerts):
    await away(fleet, alerts, "CutroomNoCutter", "cutter")


async def no_gateway(fleet, alerts):
    await away(fleet, alerts, "CutroomNoGateway", "gateway")


async def away(fleet, alerts, name, service):
    await fleet.down(service)
    await alerts.fire([name])
    await fleet.up(service)
    alerts.off([name])
    await alerts.end([name])


async def no_resolver(fleet, alerts):
    """It stops, and stops again as soon as it is ready and has been scraped."""
    await fleet.down("resolver")
    await alerts.fire(["CutroomNoResolver"])
    for turn in range(4):
        await fleet.up("resolver")
        await asyncio.sleep(3 * SCRAPE_MS / 1_000)
        if turn < 3:
            await fleet.down("resolver")
    names = ["CutroomNoResolver", "CutroomRestarts"]
    await alerts.fire(names[1:])
    alerts.off(names)
    await alerts.end(names[:1])


async def wrong_clip(fleet, alerts):
    """Between its PUT and its audit a clip is replaced by another one, of another length."""
    stage, names = fleet.stage, ["CutroomClipWrong"]
    # A cutter that has just been started reads the source's layout from the same bucket.
    await fleet.clip(fleet.number(), wait=30)
    stage.faults.counts("s3", reset=True)
    stage.faults.s3("hold", method="GET", bucket=stage.bucket, objects=True)
    number = fleet.number()
    answer = await fleet.clip(number, wait=30)
    key = answer.json["clip_url"].split("?")[0].split(f"/{stage.bucket}/")[1]
    await stage.until("the audit to read the clip", lambda: stage.faults.counts("s3")["hit"] > 0)
    await asyncio.to_thread(replace, stage.bucket, key)
    stage.faults.s3()
    await alerts.fire(names)
    alerts.off(names)


def replace(bucket, key):
    """Stores the beginning of the object under its own key, past the proxy."""
    where = os.environ
    curl = ["curl", "--silent", "--show-error", "--fail", "--max-time", "20", "--config", "-"]
    config = (f'aws-sigv4 = "aws:amz:{where["AWS_REGION"]}:s3"\n'
              f'user = "{where["AWS_ACCESS_KEY_ID"]}:{where["AWS_SECRET_ACCESS_KEY"]}"\n'
              f'url = "{where["AWS_ENDPOINT_URL_S3"]}/{bucket}/{key}"\n')
    whole = subprocess.run(curl, input=config.encode(), capture_output=True, check=True).stdout
    path = os.path.join(where["CUTROOM_CHAOS_FOLDER"], "half.mp3")
    with open(path, "wb") as file:
        file.write(whole[:len(whole) // 2])
    subprocess.run([*curl, "--upload-file", path], input=config.encode(), capture_output=True, check=True)


async def lag(fleet, alerts):
    """Far more work than one slot does, and more all the time."""
    names = ["CutroomLagGrows"]

    async def more():
        number = 100_000
        while True:
            await write([resolved(fleet.stage, one) for one in range(number, number + 40)])
            number += 40
            await asyncio.sleep(0.3)

    await write([resolved(fleet.stage, one) for one in range(50_000, 50_700)])
    writing = asyncio.create_task(more())
    await alerts.fire(names)
    writing.cancel()
    alerts.off(names)


def resolved(stage, number):
    """Work for a cutter. It is large, so that few fit into one fetch: only by a fetch does a consumer learn how many there are, and one
    that has much in hand does not fetch."""
    start = number % 590_000
    return record(stage, "resolved", number, {
        "clip_id": f"{EPISODE}/{start}-{start + 2_000}.mp3", "budget_ms": 15_000, "episode_id": EPISODE, "guid": GUID,
        "feed_slug": FEED, "start_ms": start, "end_ms": start + 2_000,
        "padding": "x" * 30_000})


def ready(stage, number):
    """A clip of an episode that is not there."""
    episode, now = f"{number:024x}", int(time.time())
    return record(stage, "ready", number, {
        "clip_id": f"{episode}/0-2000.mp3", "object_key": f"audio_clips/{episode}/0-2000_v2-1a2b3c4d.mp3",
        "start_ms": 0, "duration_ms": 2_000,
        "stored_at": now, "object_expires_at": now + 30 * 86_400, "source_checked_at": now})


def record(stage, topic, number, values):
    value = good(topic) | values
    headers = {"ce_specversion": "1.0", "ce_id": str(number), "ce_source": "/monitoring", "ce_type": of(topic),
               "ce_subject": value["clip_id"], "content-type": "application/json"}
    return {
        "topic": f"{stage.prefix}clip.{topic}", "key": text64(value["clip_id"].encode()),
        "value": text64(json.dumps(value).encode()),
        "headers": [{"name": name, "value": text64(said.encode())} for name, said in headers.items()]}


async def write(records):
    lines = "\n".join(json.dumps(one) for one in records)
    await asyncio.to_thread(case_records.tool, "write", given=lines.encode())
