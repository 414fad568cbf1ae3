"""An HTTP client that takes what comes: every way in which an answer can fail to be one is told apart."""

import asyncio
import dataclasses
import hashlib
import json
import time
import urllib.parse


@dataclasses.dataclass
class Answer:
    # 0 where there was none.
    status: int = 0
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    took: float = 0
    # Why there was none: "reset", "refused", "timed out", "cut short".
    fault: str | None = None

    @property
    def json(self):
        try:
            value = json.loads(self.body)
            return value if isinstance(value, dict) else {}
        except ValueError:
            return {}

    @property
    def is_ready(self):
        return self.status == 200 and "clip_url" in self.json

    @property
    def is_problem(self):
        return self.headers.get("content-type", "").startswith("application/problem+json") and "reason" in self.json

    @property
    def word(self):
        """In one word, what it came to."""
        if self.fault:
            return self.fault
        if self.is_ready:
            return "ready"
        if self.status == 202:
            return "accepted"
        return self.json.get("reason", f"status {self.status}") if self.is_problem else f"status {self.status}"


async def fetch(port, path, headers=None, limit=75, method="GET", body=b"", host="127.0.0.1"):
    """One request on a connection of its own."""
    began = time.monotonic()
    answer = Answer()
    writer = None
    try:
        async with asyncio.timeout(limit):
            reader, writer = await asyncio.open_connection(host, port)
            lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{port}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
            if body:
                lines.append(f"Content-Length: {len(body)}")
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            await read_answer(reader, answer)
    except TimeoutError:
        answer.fault = "timed out"
    except ConnectionRefusedError:
        answer.fault = "refused"
    except (asyncio.IncompleteReadError, ValueError):
        answer.fault = "cut short"
    except OSError:
        answer.fault = "reset"
    finally:
        if writer:
            writer.transport.abort()
    answer.took = time.monotonic() - began
    return answer


async def read_answer(reader, answer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as fault:
        raise ConnectionResetError from fault
    lines = head.decode("latin-1").split("\r\n")
    answer.headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        answer.headers[name.strip().lower()] = value.strip()
    answer.body = await reader.readexactly(int(answer.headers.get("content-length", 0)))
    answer.status = int(lines[0].split(" ", 2)[1])


async def digest_of(url):
    """The SHA-256 of what a signed URL gives; None if it gives nothing."""
    parts = urllib.parse.urlsplit(url)
    answer = await fetch(parts.port or 80, f"{parts.path}?{parts.query}", limit=30, host=parts.hostname)
    return hashlib.sha256(answer.body).hexdigest() if answer.status == 200 and answer.body else None
