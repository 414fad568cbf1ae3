"""Malformed HTTP requests to a gateway that others use meanwhile."""

import asyncio
import collections
import time

import malformed_requests
from case_records import flat, memory
from load import attack, p99_ms
from stage import Stage

# An answer or the end of the connection must come within so many seconds.
PATIENCE = 8


async def send(port, text, ends):
    """What came back, and whether the connection was closed."""
    writer = None
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(text)
        await writer.drain()
        if ends:
            writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            return await reader.read(-1), True
    except TimeoutError:
        return b"", False
    except OSError:
        return b"", True
    finally:
        if writer:
            writer.transport.abort()


def answers(text):
    """[(status, media type)] of answers that follow one another."""
    found = []
    while text:
        head, separator, text = text.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        words = lines[0].split(" ")
        if not separator or len(words) < 2 or not words[1].isdigit():
            return [*found, (0, lines[0][:60])]
        found.append((int(words[1]), fields.get("content-type", "")))
        text = text[int(fields.get("content-length", 0)):]
    return found


async def requests(world):
    limits = world.limits
    async with Stage(world, "malformed-requests") as stage:
        await stage.start("gateway", "resolver", "cutter")
        port = stage["gateway"].port
        wave = stage.wave()
        for number in range(20):
            wave.ask(number)
        await stage.until("the clips of others", lambda: wave.ready == 20, limits.wait)
        statuses, wrong = collections.Counter(), collections.Counter()

        async def worker(texts):
            for text, ours, ends in texts:
                said, closed = await send(port, text, ends)
                found = answers(said)
                statuses[" ".join(str(status) for status, _ in found[:1]) or ("closed" if closed else "no answer")] += 1
                for status, media in found:
                    # A request in HTTP/1.1 of which our code sees the whole is answered by it.
                    if not (400 <= status < 500 or status == 505):
                        wrong[f"{status} to {text[:150]!r}"] += 1
                    elif ours and media != "application/problem+json":
                        wrong[f"{media} with {status} to {text[:150]!r}"] += 1
                if (ours and not found) or not (found or closed):
                    wrong[f"no answer to {text[:150]!r}"] += 1

        hits = [(f"http://127.0.0.1:{port}{stage.path(number)}", {}) for number in range(20)]
        # Some first, so that what is allocated once is allocated.
        await worker(malformed_requests.many(limits.bad_requests // 20, "first"))
        before = memory(stage)
        began = time.monotonic()
        drip = asyncio.create_task(loris(port, limits))
        over = asyncio.Event()
        others = asyncio.create_task(hit_on(stage, hits, over))
        for number in range(20, 40):
            wave.ask(number)
        texts = malformed_requests.many(limits.bad_requests, "requests")
        await asyncio.gather(*(worker(texts) for _ in range(limits.requests_at_once)))
        took = time.monotonic() - began
        dripped = await drip
        over.set()
        others = await others
        line = await wave.result("malformed-requests", 1)
        line.note(f"{sum(statuses.values())} malformed in {took:.0f} s, answered " + ", ".join(
            f"{count} {word}" for word, count in statuses.most_common()))
        line.hold(sum(statuses.values()) >= limits.bad_requests, "not all of them were sent")
        for what, count in wrong.most_common(5):
            line.broken.append(f"{count} times {what}")
        bad = [one for one in others if one["code"] != 200]
        line.hold(not bad, f"{len(bad)} of {len(others)} well-behaved requests failed")
        line.hold(p99_ms(others) <= limits.unharmed_p99 * 1000, f"others waited {p99_ms(others):.0f} ms at p99")
        line.note(f"others meanwhile: {len(others)} hits, p99 {p99_ms(others):.1f} ms; {dripped} dripped for "
                  f"{limits.loris} s")
        flat(line, before, memory(stage), limits)
        line.hold(all(instance.is_running and instance.starts == 1 for instance in stage.instances.values()),
                  "a service ended")
        return line


async def hit_on(stage, hits, over):
    """Well-behaved clients, until it is over."""
    found = []
    while not over.is_set():
        found += await attack(stage.folder, "others", hits, stage.limits.unharmed_rate, 2)
    return found


async def loris(port, limits):
    """Clients that send a byte from time to time and never finish; returns how many were taken."""

    async def one():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            for _ in range(limits.loris * 2):
                writer.write(b"a")
                await asyncio.sleep(0.5)
            writer.transport.abort()
            return 1
        except OSError:
            return 0

    return sum(await asyncio.gather(*(one() for _ in range(limits.loris_connections))))


def cases():
    yield "malformed-requests", requests
