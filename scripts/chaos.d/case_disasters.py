"""Each store is lost with all that lies in it, one at a time: what is rebuilt from what, and how long that takes.

The operator's part is what docs/operations/disaster.md says, with the same tools."""

import asyncio
import hashlib
import os
import shutil
import time

import losses
from client import digest_of, fetch
from losses import Clips
from stage import Stage
from wave import TRUE_REASONS

SERVICES = ("gateway", "resolver", "cutter")


def case(name, **settings):
    """A case is a function of its stage and the clips that were made before; it returns how long the way back took."""
    def named(play):
        async def run(world):
            limits = world.limits
            async with Stage(world, name, **settings) as stage:
                await stage.start(*SERVICES)
                clips = await Clips(stage, list(range(limits.disaster_clips))).made()
                cuts, _ = stage.puts()
                notes, broken = [], []
                took = await play(stage, clips, lambda holds, text: holds or broken.append(text), notes.append)
                wave = stage.wave()
                for number in clips.numbers:
                    wave.ask(number)
                # What was made before, and one that nobody has asked for yet.
                wave.ask(len(clips.numbers))
                line = await wave.result(name, 1)
                line.broken += broken
                line.hold(took <= limits.disaster_back, f"the way back took {took:.1f} s, not {limits.disaster_back}")
                line.hold(all(instance.is_running for instance in stage.instances.values()), "a service ended")
                for note in notes:
                    line.note(note)
                line.note(f"{len(clips.numbers)} clips back {took:.1f} s after the operator began; {line.cuts - cuts} PUTs since "
                          "the loss")
                return line
        return name, run
    return named


@case("disaster-clips-bucket")
async def clips_bucket(stage, clips, hold, note):
    """The bucket of clips and layouts is deleted. All is cut again, from the sources, when it is asked for."""
    await losses.clips_bucket(stage)
    answers = await clips.ask()
    hold(await clips.can_be_fetched(answers) == 0, "the fault was not real: clips can be fetched")
    hold(all(answer.is_ready for answer in answers.values()), "the gateway's table does not answer")

    async def is_named():
        told = (await fetch(stage["cutter"].port, "/readyz", limit=5)).json
        return told.get("dependencies", {}).get("clips bucket", "").startswith("missing: ")

    await stage.until("the cutter to say that the clips bucket is missing", is_named)
    began = time.monotonic()
    await losses.new_bucket(stage)
    await stage["cutter"].ready(stage.limits.start)
    # One clip alone needs no more than a client that insists.
    insisted = await fetch(stage["gateway"].port, stage.path(0), {"Cache-Control": "no-cache", "Prefer": "wait=30"}, limit=45)
    hold(insisted.is_ready and await digest_of(insisted.json["clip_url"]) is not None, f"no-cache does not make it anew: {insisted.word}")
    note(f"a single clip, by Cache-Control: no-cache, {time.monotonic() - began:.1f} s after the bucket was there")
    await losses.forget_ready_clips(stage)
    await losses.restart(stage, "gateway")
    took = await clips.back(began, stage.limits.disaster_back)
    same = await clips.can_be_fetched(clips.before)
    hold(same == len(clips.numbers), f"{len(clips.numbers) - same} URLs of before the loss lead nowhere")
    note("URLs from before the loss lead to the clips again")
    return took


@case("disaster-layouts")
async def layouts(stage, clips, hold, note):
    """The layouts are deleted. Each is found again in its source when a clip of that episode is next cut."""
    path = await losses.add_variable_episode(stage)
    times = []

    async def one(number):
        answer = await fetch(stage["gateway"].port, path(number), {"Prefer": "wait=60"}, limit=75)
        hold(answer.is_ready and await digest_of(answer.json["clip_url"]), f"clip {number} of the variable episode: {answer.word}")
        times.append(answer.took)

    folder = losses.data("s3", stage.bucket, "layouts")
    await one(0)
    await stage.until("a layout to be stored", lambda: digests(folder))
    before = digests(folder)
    await losses.restart(stage, "cutter")
    await one(1)
    await losses.lose(folder)
    await losses.restart(stage, "cutter")
    began = time.monotonic()
    await one(2)
    took = time.monotonic() - began
    await stage.until("the layout to be stored again", lambda: digests(folder))
    hold(digests(folder) == before, "the layout is not what it was")
    note("a clip of an episode of 10 min with a variable bitrate: {0:.2f} s at first, {1:.2f} s with its layout, {2:.2f} s after the "
         "loss".format(*times))
    return took


def digests(folder):
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                found[os.path.relpath(os.path.join(place, name), folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


@case("disaster-clip-ready")
async def clip_ready(stage, clips, hold, note):
    """The topic clip.ready is deleted. The services make it again, and what it held is found in the bucket."""
    cuts, _ = stage.puts()
    began = time.monotonic()
    await losses.kafka("topics", "--delete", "--topic", f"{stage.prefix}clip.ready")

    async def is_named():
        return (await fetch(stage["gateway"].port, "/readyz", limit=5)).status == 503

    await stage.until("the gateway to say that a topic is missing", is_named)
    answers = await clips.ask()
    hold(all(answer.is_ready for answer in answers.values()), "the gateway's table does not answer without its topic")
    await stage.ready()
    note(f"made again by the services after {time.monotonic() - began:.1f} s; hits were answered meanwhile")
    await losses.restart(stage, "gateway")
    took = await clips.back(began, stage.limits.disaster_back)
    hold(stage.puts()[0] == cuts, f"{stage.puts()[0] - cuts} clips were cut again")
    return took


@case("disaster-kafka", RESOLVER_CACHE_LIFETIME="500ms")
async def whole_kafka(stage, clips, hold, note):
    """All of Kafka is lost: topics, groups and what was under way. It comes again empty."""
    cuts, number = stage.puts()[0], len(clips.numbers) + 1
    gone = await losses.lose_component(stage.world, "kafka")
    hold(gone, "the fault was not real: Kafka runs")
    answers = await clips.ask()
    hold(all(answer.is_ready for answer in answers.values()), "the gateway's table does not answer without Kafka")
    waiting = asyncio.create_task(clips.ask([number]))
    began = time.monotonic()
    await stage.world.component("up", "kafka")
    note(f"an empty Kafka is up after {time.monotonic() - began:.1f} s")
    await losses.restart(stage, "resolver", "cutter", "gateway")
    await stage.ready()
    note(f"all services restarted and ready after {time.monotonic() - began:.1f} s")
    (answer,) = (await waiting).values()
    note(f"a request that came without Kafka ended after {answer.took:.1f} s: {answer.word}")
    hold(answer.is_ready or answer.word in TRUE_REASONS | {"accepted"}, f"a request that came without Kafka: {answer.word}")
    (answer,) = (await clips.ask([number])).values()
    hold(answer.is_ready, f"and once more: {answer.word}")
    took = await clips.back(began, stage.limits.disaster_back)
    hold(stage.puts()[0] == cuts + 1, f"{stage.puts()[0] - cuts - 1} clips were cut again")
    return took


@case("disaster-mongodb", RESOLVER_CACHE_LIFETIME="500ms")
async def whole_mongodb(stage, clips, hold, note):
    """All of MongoDB is lost. Its owners restore the catalog, and the register is made again from clip.ready."""
    gone = await losses.lose_component(stage.world, "mongodb")
    hold(gone, "the fault was not real: MongoDB runs")
    answers = await clips.ask()
    hold(all(answer.is_ready for answer in answers.values()), "hits need MongoDB")
    # An empty catalog would answer that there is no such episode.
    await stage["resolver"].stop()
    waiting = asyncio.create_task(clips.ask([len(clips.numbers) + 1]))
    began = time.monotonic()
    await stage.world.component("up", "mongodb")
    await asyncio.to_thread(losses.restore_catalog, stage)
    await losses.read_register_anew(stage)
    stage["resolver"].start()
    await stage.ready()
    (answer,) = (await waiting).values()
    hold(answer.is_ready, f"a request that waited for the resolver: {answer.word}")
    note(f"a request that came meanwhile was answered after {answer.took:.1f} s")

    async def is_whole():
        return await asyncio.to_thread(losses.registered, stage) > len(clips.numbers)

    await stage.until("the register to have every clip", is_whole)
    note(f"the register is whole after {time.monotonic() - began:.1f} s")
    return time.monotonic() - began


@case("disaster-source", SOURCE_TTL="500ms")
async def source(stage, clips, hold, note):
    """An episode's audio is lost. Its clips stay; new ones are refused until it is there again."""
    folder, number = losses.source_of_the_episode(), len(clips.numbers) + 1
    aside = f"{folder}.lost"
    shutil.move(folder, aside)
    try:
        # As long as a cutter believes what it saw there.
        await asyncio.sleep(0.5)
        (answer,) = (await clips.ask([number])).values()
        hold(answer.word == "no-audio", f"the fault was not real, or a new clip says: {answer.word}")
        hold(await clips.can_be_fetched(await clips.ask()) == len(clips.numbers), "clips of before the loss can't be had")
    finally:
        began = time.monotonic()
        shutil.move(aside, folder)
    while not answer.is_ready and time.monotonic() - began < stage.limits.disaster_back:
        await asyncio.sleep(0.2)
        (answer,) = (await clips.ask([number])).values()
    hold(answer.is_ready, f"after the source came back: {answer.word}")
    return time.monotonic() - began


def cases():
    yield from (clips_bucket, layouts, clip_ready, whole_kafka, whole_mongodb, source)
