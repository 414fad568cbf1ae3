"""The rights at Kafka that docs/operations.md gives: exactly these are enough, and each that is missing is named."""

import asyncio
import json
import os
import subprocess
import time

import malformed_records
from brokers import Brokers, BrokerStage
from case_brokers import Readiness, mended, said
from services import Failed
from stage import EPISODE

SERVICES = ("gateway", "resolver", "cutter")
# Named by no /readyz: those of a person's commands.
OPERATOR = "operator"
# How topics of the bulk lane end.
BULK = ".bulk"
# And its consumer groups.
BULK_GROUP = "-bulk"
# By which gateways tell each other what clients have used.
USAGE = "gateway.usage"


async def least_rights(world):
    limits = world.limits
    brokers = await world.brokers(Brokers)
    async with BrokerStage(world, brokers, "brokers-least-rights", "documented") as stage:
        await stage.start(*SERVICES)
        readiness = Readiness(stage, SERVICES)
        try:
            wave = stage.wave()
            for number in range(limits.rights_clips):
                wave.ask(number)
            line = await wave.result("brokers-least-rights", limits.first_try_brokers)
            await put_aside(stage, line)
            tried = await one_less(stage, readiness, line, limits.rights_clips)
            tried += await one_less_of_the_operator(stage, line, limits.rights_clips + tried)
            line.hold(tried >= limits.rights_tried, f"only {tried} rights were tried")
        finally:
            readiness.stop()
        line.hold(all(instance.is_running and instance.starts == 1 for instance in stage.instances.values()),
                  "a service ended")
        return line


async def put_aside(stage, line):
    """Records that can't be read, for the resolver and for the cutter: each becomes a dead letter, which is listed."""
    count = stage.limits.rights_bad_records
    records = [record | {"topic": record["topic"] + lane} for topic in ("requested", "resolved") for lane in ("", BULK)
               for record in malformed_records.records(topic, stage.prefix, count, f"rights-{topic}{lane}")]
    tool = os.path.join(os.environ["CUTROOM_BENCH_TOOLS"], "records")
    await run([tool, stage.brokers.plain, "write"], "\n".join(json.dumps(record) for record in records))
    found = []

    async def all_are_listed():
        found[:] = (await dead_letters(stage)).splitlines()
        return len(found) >= len(records)

    await stage.until("every unreadable record to be a dead letter", all_are_listed, 60)
    line.hold(len(found) == len(records), f"{len(found)} dead letters of {len(records)} unreadable records")
    line.note(f"{len(found)} dead letters listed with the operator's rights")


async def dead_letters(stage):
    return await operate(stage, "dead-letters", "list")


async def operate(stage, *words):
    """A command of cutroom's, with the operator's rights at Kafka."""
    return await run([os.path.join(os.environ["CUTROOM_CHAOS_BIN"], "cutroom"), *words, "--wait", "8s"],
                     env=os.environ | stage.environment("gateway") | {
                         "KAFKA_PROPERTY_SASL_USERNAME": OPERATOR, "KAFKA_PROPERTY_SASL_PASSWORD": f"{OPERATOR}-secret"})


async def run(command, given="", env=None):
    done = await asyncio.to_thread(
        subprocess.run, command, input=given, capture_output=True, text=True, env=env, timeout=120)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command[1:])}: {done.stderr.strip()[-1_500:]}")
    return done.stdout


async def one_less(stage, readiness, line, number):
    """Takes each right away in turn, while a clip is asked for, and gives it back."""
    brokers, times, tried = stage.brokers, [], 0
    for user, right, kind, name in brokers.rights("kafka-acls", stage.prefix):
        if user == OPERATOR:
            continue
        rule = ["--allow-principal", f"User:{user}", "--operation", right, f"--{kind}", name]
        what, notes, tried = f"{right} on {name.removeprefix(stage.prefix)} taken from the {user}", [], tried + 1
        at = time.monotonic()
        await brokers.tool("acls", "--remove", "--force", *rule)
        number += 1
        wave = stage.wave()
        wave.ask(number)
        if name.endswith((BULK, BULK_GROUP, USAGE)):
            # What the bulk lane lacks, or what gateways tell each other by, keeps no service from live work: the log says it.
            await stage.until(f"{what}: its log to say so", lambda: denied(stage.instances[user], right, name), 45)
            line.hold(readiness.is_ready(user), f"{what}: not ready, though live work lacks nothing")
        else:
            await said(stage, readiness, [user], [right, name], at, notes, line.broken, what)
        times.append((time.monotonic() - at, what))
        await brokers.tool("acls", "--add", *rule)
        back = time.monotonic()
        wave.lifted.set()
        await mended(stage, readiness, SERVICES, back, notes, line.broken, what)
        await stage.until(f"{what}: the clip to be ready", lambda wave=wave: wave.ready == 1, stage.limits.second_try)
    line.note(f"{tried} rights taken away and given back, one after the other; the last to be named: "
              + "{1} ({0:.1f} s)".format(*max(times, default=(0, "none"))))
    return tried


def denied(instance, right, name):
    """Whether a line of the service's log says that Kafka denies it this, or that it was denied this."""
    with open(instance.log, "rb") as file:
        return any(all(part.encode() in line for part in ("denie", right, name)) for line in file)


async def one_less_of_the_operator(stage, line, number):
    """With all rights each command does its work; with one less it says which, and with it again it works."""
    brokers, tried = stage.brokers, 0
    commands = {
        ("Read", "clip.ready"): purge, ("Write", "clip.ready"): purge, ("Write", "clip.purged"): purge,
        ("Read", "clip.dead-letter"): dead_letters, ("Write", "clip.dead-letter"): put_back("clip.requested"),
        ("Write", "clip.requested"): put_back("clip.requested"), ("Write", "clip.resolved"): put_back("clip.resolved"),
        ("Write", "clip.requested.bulk"): put_back("clip.requested.bulk"),
        ("Write", "clip.resolved.bulk"): put_back("clip.resolved.bulk"),
    }
    for command in dict.fromkeys(commands.values()):
        await clip(stage, number)
        await command(stage)
    for user, right, kind, name in brokers.rights("kafka-acls", stage.prefix):
        if user != OPERATOR:
            continue
        rule = ["--allow-principal", f"User:{user}", "--operation", right, f"--{kind}", name]
        command = commands.pop((right, name.removeprefix(stage.prefix)), None)
        if command is None:
            line.hold(False, f"nothing tries {right} on {name} of the operator")
            continue
        # So that a purge has something to do.
        number, tried = number + 1, tried + 1
        await clip(stage, number)
        await brokers.tool("acls", "--remove", "--force", *rule)
        try:
            await command(stage)
        except Failed as fault:
            line.hold(f"{right} on topic {name}" in str(fault), f"without {right} on {name} it says: {fault}")
        else:
            line.hold(False, f"{command.__name__} does its work without {right} on {name}")
        await brokers.tool("acls", "--add", *rule)
        await command(stage)
    line.hold(not commands, f"the documentation does not give the operator: {sorted(commands)}")
    line.note(f"{tried} rights of the operator taken away and given back: purge, list and replay name each")
    return tried


async def clip(stage, number):
    wave = stage.wave()
    wave.ask(number)
    wave.lifted.set()
    await stage.until("a clip to be purged", lambda: wave.ready == 1, stage.limits.second_try)


async def purge(stage):
    return await operate(stage, "purge", EPISODE, "--yes", "--settle", "1s")


def put_back(topic):
    """Puts back one dead letter that comes from this topic, holds the whole record, and was not put back yet."""
    async def replay(stage):
        async def letters():
            told = [json.loads(line) for line in (await dead_letters(stage)).splitlines()]
            return [letter["position"] for letter in told
                    if letter["topic"] == stage.prefix + topic and letter["replayed"] == "no" and not letter["left_out"]]
        # One that was put back before is a dead letter anew.
        found = await stage.until(f"a dead letter from {topic}", letters)
        return await operate(stage, "dead-letters", "replay", found[0], "--yes")

    replay.__name__ = f"replay to {topic}"
    return replay


def cases():
    yield "brokers-least-rights", least_rights
