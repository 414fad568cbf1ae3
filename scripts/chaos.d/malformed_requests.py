"""HTTP requests that are wrong, each surely: none may be answered with a 2xx, 3xx or 5xx (but 505)."""

import json
import random

EPISODE = "507f1f77bcf86cd799439011"
CLIPS = "/api/v1/audio_clips/"
NUMBERS = (
    "", "abc", "1.5", "1e3", "0x10", "+1", "%201", "1%20", "%EF%BC%91", "--1", "-", "NaN", "Infinity", "1_000", "1,000",
    "null", "true", "%00", "1%00", "9" * 400, "-9223372036854775809", "18446744073709551616", "%D9%A1", "1;2", "''")
BAD_STARTS = NUMBERS + ("-1", "2147483648", "-0.0")
BAD_DURATIONS = NUMBERS + ("0", "-1", "60001", "2147483647")
BAD_UTF8 = ("%FF", "%C0%80", "%ED%A0%80", "%F5%80%80%80", "%E2%82", "%zz", "%", "%4")


def request(dice):
    """(bytes to send, whether it is HTTP that reaches our code, whether to close our side after it)"""
    kind = dice.choices((parameters, paths, methods, bodies, broken_http, halves, pipelined), (5, 3, 1, 4, 4, 1, 1))[0]
    return kind(dice)


def made(method, target, headers=(), body=b"", ours=True, version="HTTP/1.1"):
    lines = [f"{method} {target} {version}", "Host: x", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body, ours, False


def parameters(dice):
    start, duration = "0", "2000"
    which = dice.randrange(6)
    if which == 0:
        start = dice.choice(BAD_STARTS)
    elif which == 1:
        duration = dice.choice(BAD_DURATIONS)
    elif which == 2:
        return made("GET", f"{CLIPS}{EPISODE}?duration_ms={duration}")
    elif which == 3:
        return made("GET", f"{CLIPS}{EPISODE}?start_time_ms=1&start_time_ms=2&duration_ms={duration}")
    elif which == 4:
        return made("GET", f"{CLIPS}{EPISODE}?start_time_ms=0&format={dice.choice(('exe', 'MP3', '', '%00', 'mp3%20'))}")
    else:
        return made("GET", f"{CLIPS}{EPISODE}?start_time_ms=0&{dice.choice(BAD_UTF8)}=1")
    return made("GET", f"{CLIPS}{EPISODE}?start_time_ms={start}&duration_ms={duration}")


def paths(dice):
    window = "?start_time_ms=0&duration_ms=2000"
    return made("GET", dice.choice((
        f"{CLIPS}{dice.choice(BAD_UTF8)}{window}", f"{CLIPS}a%0Ab{window}", f"{CLIPS}%00{window}",
        f"{CLIPS}{'g' * 513}{window}", f"{CLIPS}requests{window}", f"{CLIPS}{window}", f"{CLIPS}a/b/c{window}",
        f"{CLIPS}requests/{dice.choice(('x', '%2F', 'a%2F0-0.mp3', EPISODE + '%2F5-1.mp3', '%FF', 'x%2F1-2.exe'))}",
        f"{CLIPS}requests/{dice.choice(('x', '%FF', EPISODE + '%2F5-1.mp3'))}/events", f"/{dice.randbytes(8).hex()}", "//", "/../../etc/passwd", "/api/v1/audio_clips", "/api/v2/audio_clips/x",
        f"{CLIPS}..%2F..%2Fetc", "/livez/", "/%72eadyz?", "/.env", "/api/generate-audio-clip/1")))


def methods(dice):
    route = dice.choice((f"{CLIPS}{EPISODE}?start_time_ms=0", f"{CLIPS}health", "/livez", "/readyz"))
    if dice.random() < 0.3:
        return made("GET", dice.choice((f"{CLIPS}batch", "/api/generate-audio-clip")))
    return made(dice.choice(("PUT", "DELETE", "PATCH", "POST", "TRACE", "BREW", "get", "PROPFIND", "X" * 60)), route)


def bodies(dice):
    chunk = {"episode_id": "g", "chunk_index": 0}
    body = dice.choice((
        b"", b"{", b"null", b"[]", b"7", b'"x"', b"\xff\xfe", dice.randbytes(200), b"{" * 5_000, b"[" * 50_000,
        b'{"episode_id":' + b"[" * 20_000 + b"]" * 20_000 + b"}", b'{"episode_id":"\xed\xa0\x80","chunk_index":0}',
        b'{"episode_id":"g","chunk_index":1e400}', b'{"episode_id":"g","chunk_index":-1}',
        b'{"episode_id":"g","chunk_index":2147483648}', b'{"episode_id":"g","chunk_index":0.5}',
        b'{"episode_id":"g","chunk_index":"0"}', b'{"episode_id":"g"}', b'{"chunk_index":0}',
        json.dumps(chunk | {"episode_id": dice.choice(("", "\n", "x" * 600, None, 5, [], "batch"))}).encode(),
        b'{"clips":[]}', b'{"clips":7}', b'{"clips":[' + b"0," * 50 + b'0],"make":false}', b'{"clips":[{}],"make":"yes"}',
        b" " * 70_000 + b"{}", b"x" * 200_000))
    kind = [("Content-Type", dice.choice(("application/json", "text/plain", "\u00fc", "application/xml")))]
    route = "/api/generate-audio-clip"
    if b"clips" in body or (b"episode_id" not in body and dice.random() < 0.3):
        route = f"{CLIPS}batch"
    return made("POST", route, kind, body)


def broken_http(dice):
    good = f"GET {CLIPS}health HTTP/1.1\r\nHost: x\r\n"
    post = "POST /api/generate-audio-clip HTTP/1.1\r\nHost: x\r\n"
    text = dice.choice((
        dice.randbytes(dice.randrange(1, 300)) + b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + dice.randbytes(200),
        f"GET {CLIPS}health HTTP/3.7\r\nHost: x\r\n\r\n".encode(), f"GET {CLIPS}health HTTP/1.1\r\n\r\n".encode(),
        f"GET {CLIPS}health HTTP/1.1 extra\r\nHost: x\r\n\r\n".encode(), b"GET\r\n\r\n", b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
        good.encode() + b"X: " + b"y" * 20_000 + b"\r\n\r\n", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        good.encode() + b"".join(b"H%d: v\r\n" % number for number in range(3_000)) + b"\r\n",
        (post + "Content-Length: -1\r\n\r\n").encode(), (post + "Content-Length: abc\r\n\r\n").encode(),
        (post + "Content-Length: 99999999999999999999\r\n\r\n").encode(),
        (post + "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}").encode(),
        (post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").encode(),
        (post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n").encode(),
        (post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n").encode(),
        (post + "Transfer-Encoding: gzip\r\n\r\n").encode(), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        good.encode() + b"No colon here\r\n\r\n", good.encode() + b" : nameless\r\n\r\n",
        good.encode() + b"A\x00B: c\r\n\r\n", f"GET {CLIPS}\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1")))
    return text, False, True


def halves(dice):
    whole, _, _ = made("POST", "/api/generate-audio-clip", (), b'{"episode_id": "g", "chunk_index": -1}')
    return whole[: dice.randrange(1, len(whole) - 1)], False, True


def pipelined(dice):
    text = b""
    for _ in range(dice.randrange(2, 6)):
        one, _, _ = parameters(dice)
        text += one.replace(b"Connection: close\r\n", b"")
    return text, False, True


def many(count, seed):
    dice = random.Random(seed)
    for _ in range(count):
        yield request(dice)
