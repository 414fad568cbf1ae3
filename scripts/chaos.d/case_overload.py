"""More misses than the machine can cut, with hits beside them: the gateway and the load on one core, the rest on another."""

import asyncio
import collections
import os
import random
import subprocess
import time

from case_records import memory
from client import Answer, fetch
from services import Failed
from load import attack, p99_ms
from stage import Stage
from wave import TRUE_REASONS, Line

FRONT, BACK = "0", "1"


def pin(pid, cores):
    subprocess.run(["taskset", "--all-tasks", "--cpu-list", "--pid", cores, str(pid)], check=True, capture_output=True)


def components():
    folder = os.path.join(os.environ["CUTROOM_STACK_DIR"], "run")
    for name in ("kafka", "mongodb", "s3"):
        with open(os.path.join(folder, f"{name}.pid")) as file:
            yield int(file.read())


async def overload(world):
    everywhere = f"0-{os.cpu_count() - 1}"
    if os.cpu_count() < 2:
        raise Failed("this case needs two cores")
    try:
        for pid in components():
            pin(pid, BACK)
        pin(os.getpid(), FRONT)
        return await pinned(world)
    finally:
        for pid in (*components(), os.getpid()):
            pin(pid, everywhere)


async def pinned(world):
    limits = world.limits
    # Past the proxies, which would take their share of the cores.
    async with Stage(world, "overload") as stage:
        # Clients wait 5 s, and so no queue gets longer than what is made in that time.
        await stage.start("gateway", through_proxies=False, pin=FRONT, GATEWAY_WAIT=f"{limits.overload_wait}s")
        await stage.start("resolver", "cutter", through_proxies=False, pin=BACK)
        base = f"http://127.0.0.1:{stage['gateway'].port}"
        # Beyond the numbers that are compared with the quiet run.
        fresh = iter(range(limits.quiet_clips, 100_000))
        rate = await miss_rate(stage, fresh)
        known = list(range(100))
        wave = stage.wave()
        for number in known:
            wave.ask(number)
        await stage.until("the clips that are hit", lambda: wave.ready == len(known), limits.wait)
        hits = [(base + stage.path(number), {}) for number in known]
        calm = await attack(stage.folder, "calm", hits, limits.overload_hits, limits.overload_measure, FRONT)
        too_many = max(10, int(rate * limits.overload_factor))
        # Among the many, some that the quiet run has made.
        compared = list(range(len(known), limits.quiet_clips))
        numbers = [next(fresh) for _ in range(too_many * limits.overload - len(compared))] + compared
        random.Random(5).shuffle(numbers)
        asked = {base + stage.path(number): number for number in numbers}
        misses = [(url, {}) for url in asked]
        samples = []
        watch = asyncio.create_task(sample(stage, samples))
        flood, loaded, normal_after = await asyncio.gather(
            attack(stage.folder, "misses", misses, too_many, limits.overload, FRONT),
            attack(stage.folder, "hits", hits, limits.overload_hits, limits.overload, FRONT),
            back_to_normal(stage, fresh, time.monotonic() + limits.overload))
        watch.cancel()
        line = judge_flood(stage, flood, asked)
        await ask_once_more(stage, line, flood, asked, rate)
        bound = max(limits.hits_p99_factor * p99_ms(calm), limits.hits_p99_floor_ms)
        bad = sum(one["code"] != 200 for one in loaded)
        line.hold(not bad, f"{bad} of {len(loaded)} hits failed")
        line.hold(p99_ms(loaded) <= bound, f"hits took {p99_ms(loaded):.1f} ms at p99, and {bound:.1f} are allowed")
        line.hold(normal_after is not None, f"not back to normal {limits.normal_after} s after")
        line.note(f"{rate:.0f} clips/s measured, {too_many}/s asked for {limits.overload} s; hits' p99 "
                  f"{p99_ms(calm):.1f} ms before, {p99_ms(loaded):.1f} ms meanwhile; a new clip was ready "
                  f"{normal_after if normal_after is not None else float('nan'):.2f} s after the end")
        flat(line, samples, limits)
        return line


async def miss_rate(stage, fresh):
    """Clips a second that are cut when a few clients ask one after the other."""
    limits, count = stage.limits, 0
    until = time.monotonic() + limits.overload_measure

    async def client():
        nonlocal count
        while time.monotonic() < until:
            answer = await fetch(stage["gateway"].port, stage.path(next(fresh)), {"Prefer": f"wait={limits.wait}"})
            if not answer.is_ready:
                raise Failed(f"a clip was answered with {answer.word} before any overload")
            count += 1

    began = time.monotonic()
    await asyncio.gather(*(client() for _ in range(limits.overload_clients)))
    return count / (time.monotonic() - began)


async def sample(stage, samples):
    while True:
        samples.append((time.monotonic(), memory(stage)))
        await asyncio.sleep(1)


async def back_to_normal(stage, fresh, ended):
    """Seconds from the last request of the load until a new clip was ready, asked for after it; None if that takes too
    long."""
    await asyncio.sleep(ended - time.monotonic())
    while time.monotonic() - ended < stage.limits.normal_after:
        left = stage.limits.normal_after - (time.monotonic() - ended)
        answer = await fetch(stage["gateway"].port, stage.path(next(fresh)), limit=left)
        if answer.is_ready:
            return time.monotonic() - ended
        await asyncio.sleep(0.2)
    return None


def as_answer(one):
    return Answer(one["code"], one["headers"], one["body"], one["latency_ms"] / 1000, None if one["code"] else "no answer")


def judge_flood(stage, flood, asked):
    line = Line("overload")
    line.asked = len(flood)
    without = 0
    for one in flood:
        answer = as_answer(one)
        line.first += answer.is_ready
        line.refused += answer.status >= 500
        if not answer.is_ready:
            line.reasons[answer.word] += 1
            line.lost += answer.word not in TRUE_REASONS | {"accepted"}
        without += answer.status == 503 and "retry-after" not in answer.headers
    line.ready = line.first
    line.hold(line.lost == 0, f"{line.lost} lost: " + ", ".join(
        f"{count} {error}" for error, count in collections.Counter(
            one["error"] for one in flood if not one["code"]).most_common(3)))
    line.hold(not without, f"{without} answers with 503 had no Retry-After")
    line.hold(line.first > 0, "nothing was made under overload")
    line.hold(line.first < line.asked, "there was no overload: all was ready")
    return line


async def ask_once_more(stage, line, flood, asked, rate):
    """All that was not ready and can be compared; more would be an overload once more."""
    quiet = stage.world.limits.quiet_clips
    found = {asked[one["url"]]: as_answer(one) for one in flood if asked[one["url"]] < quiet}
    again = [number for number, answer in found.items() if not answer.is_ready][: max(20, int(rate * 10))]
    limits = stage.limits

    async def ask(number):
        return await fetch(stage["gateway"].port, stage.path(number), {"Prefer": f"wait={limits.second_try}"},
                           limits.second_try + 1)

    answers = dict(zip(again, await asyncio.gather(*(ask(number) for number in again))))
    late = collections.Counter(answer.word for answer in answers.values() if not answer.is_ready)
    line.hold(not late, f"asked once more, not ready in {limits.second_try} s: {dict(late)}")
    line.ready += sum(answer.is_ready for answer in answers.values())
    line.note(f"{len(answers)} of those not ready were asked for once more")
    await stage.compare(line, {number: answer for number, answer in (found | answers).items() if answer.is_ready})
    # Past the proxies nobody counts PUTs: what the cutter says is counted.
    line.cuts = stage["cutter"].lines(b"The clip is cut and stored")


def flat(line, samples, limits):
    """Memory at the end against that after the first quarter, when what is allocated once is allocated."""
    first, last = samples[len(samples) // 4][1], samples[-1][1]
    most = {name: max(sizes[name] for _, sizes in samples) for name in first}
    for name, was in first.items():
        line.hold(last[name] <= was * limits.flat_share + limits.flat_mib,
                  f"the {name}'s memory grew from {was:.0f} to {last[name]:.0f} MiB")
    line.note("memory, MiB, at the start, after a quarter, at most, at the end: " + "; ".join(
        f"{name} {samples[0][1][name]:.0f} {was:.0f} {most[name]:.0f} {last[name]:.0f}" for name, was in first.items()))


def cases():
    yield "overload", overload
