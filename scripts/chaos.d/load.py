"""vegeta, which keeps a rate whether answers come or not, in a process of its own."""

import asyncio
import base64
import json
import os

from services import Failed


async def attack(folder, name, targets, per_second, seconds, pin=None, limit=75, connections=100_000):
    """`targets`: (URL, {header: value}) one after the other, again from the start when they are used up. With fewer
    connections than answers that are waited for at once, the rate is not kept.

    Returns a dict for each request: code (0 without an answer), latency_ms, began, headers, body, url."""
    vegeta = os.path.join(os.environ["CUTROOM_BENCH_TOOLS"], "vegeta")
    given, results = os.path.join(folder, f"{name}.targets"), os.path.join(folder, f"{name}.results")
    with open(given, "w") as file:
        for url, headers in targets:
            file.write(f"GET {url}\n" + "".join(f"{key}: {value}\n" for key, value in headers.items()) + "\n")
    prefix = ["taskset", "-c", pin] if pin else []
    await run(*prefix, vegeta, "attack", f"-rate={per_second}/1s", f"-duration={seconds}s", f"-targets={given}",
              f"-timeout={limit}s", f"-workers={min(10, connections)}",
              f"-max-workers={connections}", f"-output={results}")
    found = []
    for line in (await run(vegeta, "encode", "-to", "json", results)).splitlines():
        one = json.loads(line)
        found.append({
            "code": one["code"], "latency_ms": one["latency"] / 1e6, "error": one.get("error"), "url": one["url"],
            "headers": {name.lower(): values[0] for name, values in (one.get("headers") or {}).items()},
            "body": base64.b64decode(one.get("body") or "")})
    if not found:
        raise Failed(f"vegeta made no request for {name}")
    return found


async def run(*command):
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said, complaint = await process.communicate()
    if process.returncode != 0:
        raise Failed(f"{command[0]}: {complaint[-300:].decode()}")
    return said


def p99_ms(found):
    times = sorted(one["latency_ms"] for one in found)
    return times[min(len(times) - 1, int(len(times) * 0.99))]
