"""Bodies and requests made to cost a server much: deep, wide, long, repeated, numbers without an end.

    hostile.py URL HIT PID [COUNT]     on a running gateway or `cutroom serve`: its address, the path and query of a clip
                                       that is ready, its process, and how many requests (default 10,000)

Prints what `scripts/bench hostile` writes into its tables. Exit status: 0 measured and all bounds kept, else 1. The bounds
are for a release build on a machine that does nothing else.
"""

import json
import multiprocessing
import os
import random
import socket
import sys
import time
import urllib.parse

CLIENTS = 4
BATCH, CHUNK, CLIP = "/api/v1/audio_clips/batch", "/api/generate-audio-clip", "/api/v1/audio_clips/" + "f" * 24
BODY = 64 << 10


def filled(start, unit, end="", size=BODY):
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


def bodies():
    """(name, path, bytes)"""
    entry = '{"episode_id":"%s","start_time_ms":0}' % ("f" * 24)
    many = '{"episode_id":"%s","start_time_ms":0}' % ("g" * 1_200)
    texts = {
        "deep: [": filled("", "["), "deep: objects": filled("", '{"a":'), "deep: mixed": filled("", '[{"a":'),
        "deep: {} at 50": filled("[" * 50, "{},"), "deep: {} at 500": filled("[" * 500, "{},", "]" * 500),
        "deep: {} in 500 objects": filled('{"":' * 500 + "[", "{},", "]" + "}" * 500),
        "deep: closed": "[" * 30_000 + "]" * 30_000,
        "wide: 0": filled("[", "0,", "0]"), "wide: {}": filled("[", "{},", "{}]"), "wide: []": filled("[", "[],", "[]]"),
        "wide: strings": filled("[", '"",', '""]'), "wide: null": filled("[", "null,", "null]"),
        "wide: names": "{" + ",".join(f'"{number}":0' for number in range(6_800)) + "}",
        "wide: clips": '{"clips":[' + ",".join([entry] * 1_100) + "]}",
        "wide: 50 clips": '{"clips":[' + ",".join([entry] * 50) + "]}",
        "wide: 50 long guids": '{"clips":[' + ",".join([many] * 50) + "]}",
        "wide: unknown fields": '{"clips":[1]' + filled("", ',"x":[0]', "}", BODY - 20),
        "wide: blanks": filled('{"clips":[', " ", "]}"),
        "long: a string": filled('{"clips":[{"episode_id":"', "a", '","start_time_ms":0}]}'),
        "long: a name": filled('{"', "a", '":0}'), "long: escapes": filled('["', "\\u0041", '"]'),
        "long: pairs": filled('["', "\\ud83d\\ude00", '"]'), "long: backslashes": filled('["', "\\\\", '"]'),
        "long: half pairs": filled('["', "\\ud800", '"]'), "long: no end": filled('["', "a"),
        "long: NUL": filled('["', "\\u0000", '"]'), "long: quotes": filled("[", '"'),
        "repeated: names": filled("{", '"a":0,', '"a":0}'),
        "repeated: clips": filled("{", '"clips":[],', '"clips":[1]}'),
        "repeated: documents": filled("", "{}"), "repeated: colons": filled("{", ":"), "repeated: commas": filled("[", ","),
        "number: 60,000 digits": filled('{"clips":[{"start_time_ms":', "9", "}]}"),
        "number: a fraction": filled("[0.", "1", "]"), "number: an exponent": filled("[1e", "9", "]"),
        "number: no end": filled("[", "9"), "number: of 1,000 digits": filled("[", "9" * 1_000 + ",", "0]"),
        "number: 1e400": filled("[", "1e400,", "0]"), "number: -": filled("[", "-"),
        "number: 0.0": filled("[", "0.0e-0,", "0]"),
    }
    for name, text in texts.items():
        yield name, CHUNK if name.startswith("number: an") else BATCH, text.encode()
    yield "long: not UTF-8", BATCH, b'["' + b"\xff" * 60_000 + b'"]'
    yield "long: two thirds of a character", BATCH, b'["' + b"\xe2\x82" * 30_000 + b'"]'
    yield "long: UTF-16", BATCH, '{"clips":[1]}'.encode("utf-16") * 2_000
    yield "long: a body over the limit", BATCH, b"[" * (1 << 20)


def requests():
    """(name, bytes) of whole requests, each of which ends its connection."""
    for name, path, body in bodies():
        head = f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nConnection: close\r\n"
        yield name, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    one = b"[" * 16_000
    head = f"POST {BATCH} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nConnection: close\r\n".encode()
    yield "chunks of a byte", head + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n[\r\n" * len(one) + b"0\r\n\r\n"
    query = "&".join(f"{number:x}" for number in range(3_400))
    targets = {
        "query: names": f"{CLIP}?{query}", "query: repeated": filled(f"{CLIP}?", "start_time_ms=0&", size=15_000),
        "query: a": filled(f"{CLIP}?", "a&", size=15_000), "query: escapes": filled(f"{CLIP}?a=", "%41", size=15_000),
        "query: digits": filled(f"{CLIP}?start_time_ms=", "9", size=15_000),
        "query: =": filled(f"{CLIP}?", "=", size=15_000),
        "path: long": filled(CLIP, "a", size=15_000), "path: escapes": filled("/api/v1/audio_clips/", "%2F", size=15_000),
        "path: a clip id": filled("/api/v1/audio_clips/requests/", "%2F", "0-1.mp3", size=15_000),
        "path: slashes": filled("/", "/", size=15_000),
        "path: a signed URL": filled("/clips/", "../", "?expires=1", size=15_000),
        "path: dots": filled("/clips/", "./", "?expires=9&signature=" + "0" * 64, size=15_000),
    }
    for name, target in targets.items():
        yield name, f"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode()
    fields = {
        "fields: many": "".join(f"X-{number}: 1\r\n" for number in range(1_300)),
        "fields: ids": "X-Request-Id: a\r\n" * 800, "fields: one id": "X-Request-Id: " + "a" * 15_000 + "\r\n",
        "fields: Prefer": "Prefer: " + "," * 15_000 + "\r\n", "fields: Prefers": "Prefer: wait=0\r\n" * 900,
        "fields: wait": "Prefer: " + "wait=0;" * 2_000 + "\r\n", "fields: Accept": "Accept: " + "a/b," * 3_700 + "\r\n",
        "fields: Accepts": "Accept: a/b\r\n" * 1_100, "fields: quotes": "Accept: " + '"' * 15_000 + "\r\n",
        "fields: short Accept": "Accept: " + "*/*;" * 250 + "\r\n", "fields: Cookie": "Cookie: " + "a=b;" * 3_700 + "\r\n",
        "fields: Range": "Range: bytes=" + "0-," * 5_000 + "\r\n", "fields: Origin": "Origin: " + "o" * 15_000 + "\r\n",
        "fields: trace": "Traceparent: " + "00-" * 5_000 + "\r\n", "fields: too long": "X: " + "x" * 60_000 + "\r\n",
    }
    for name, lines in fields.items():
        target = f"{CLIP}?start_time_ms=0&format=auto" if "ccept" in name or "quotes" in name else "/readyz"
        if "Prefer" in name or "wait" in name:
            target = f"{CLIP}?start_time_ms=-1"
        yield name, f"GET {target} HTTP/1.1\r\nHost: h\r\n{lines}Connection: close\r\n\r\n".encode()
    for name, text in {
        "no HTTP: no Host": "GET / HTTP/1.1\r\n\r\n", "no HTTP: a version": "GET / HTTP/3.0\r\nHost: h\r\n\r\n",
        "no HTTP: a field": "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        "no HTTP: bytes": "\x16\x03\x01" * 3_000 + "\r\n\r\n",
        "no HTTP: two lengths": f"POST {BATCH} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{{}}",
        "no HTTP: lines": "\r\n" * 7_000,
        "no HTTP: folds": "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n" + " b\r\n" * 3_000 + "\r\n",
    }.items():
        yield name, text.encode("latin-1")


def send(address, data):
    """Sends a request, reads until the server closes; the status, 0 without an answer."""
    status = b""
    try:
        with socket.create_connection(address, 30) as client:
            client.settimeout(30)
            try:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before all was sent: the answer tells why
            while piece := client.recv(65_536):
                status = status or piece[9:12]
    except OSError:
        pass
    return int(status) if status.isdigit() else 0


def http_threads(pid):
    """The server's own threads: those that libmicrohttpd started."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm") as file:
            if file.read().startswith("MHD"):
                found.append(task)
    if not found:
        raise RuntimeError(f"process {pid} has no thread of libmicrohttpd")
    return found


def http_cpu_ms(pid, threads):
    """What the threads have had of a processor, to the nanosecond. Source: the kernel's sched-stats.rst."""
    total = 0
    for task in threads:
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e6


def cost(url, pid, times=5):
    """What each kind costs the server's threads, one request after another: {name: (ms of CPU at most, status)}."""
    address, threads, costs = place(url), http_threads(pid), {}
    for name, data in requests():
        spent = []
        for _ in range(times):
            before = http_cpu_ms(pid, threads)
            status = send(address, data)
            spent.append(http_cpu_ms(pid, threads) - before)
        costs[name] = max(spent), status
    return costs


def place(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port or 80


def plain():
    """What costs next to nothing, sent the same way: what the clients themselves cost the machine."""
    yield "plain", b"GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def _attack(url, count, seed, sent, ready, results):
    # The clients stand for other machines: on this one they leave the processor to the server and to those who measure.
    os.nice(15)
    every, dice, address = list(sent()), random.Random(seed), place(url)
    statuses = {}
    ready.wait()
    for _ in range(count):
        status = send(address, dice.choice(every)[1])
        statuses[status] = statuses.get(status, 0) + 1
    results.put(statuses)


def _watch(url, target, per_second, ready, over, results):
    """A fixed rate on connections that are kept; the seconds that each answer took, from when it was due."""
    address, took, wrong = place(url), [], []
    request = f"GET {target} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n\r\n".encode()
    client = None
    ready.wait()
    due = time.perf_counter()
    while not over.is_set():
        time.sleep(max(0, due - time.perf_counter()))
        try:
            if client is None:
                client = socket.create_connection(address, 30)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += _more(client)
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split()[0])
            while len(body) < length:
                body += _more(client)
            if head[9:12] != b"200":
                wrong.append(head[9:12].decode())
        except OSError as fault:
            wrong.append(str(fault))
            client = None
        took.append(time.perf_counter() - due)
        due = max(due + 1 / per_second, time.perf_counter() - 1)
    results.put((target, took, wrong))


def _more(client):
    piece = client.recv(65_536)
    if not piece:
        raise OSError("closed")
    return piece


def attack(url, hit, count=10_000, per_second=200, sent=requests):
    """Hits and `/livez` while four clients send what `sent` makes.

    Returns {"seconds", "statuses", and for "hits" and "livez" {"requests", "p50_ms", "p99_ms", "max_ms"}}."""
    over, results, said = multiprocessing.Event(), multiprocessing.Queue(), multiprocessing.Queue()
    ready = multiprocessing.Barrier(CLIENTS + 3)
    watchers = [
        multiprocessing.Process(target=_watch, args=(url, target, rate, ready, over, said))
        for target, rate in ((hit, per_second), ("/livez", 20))]
    clients = [
        multiprocessing.Process(target=_attack, args=(url, count // CLIENTS, seed, sent, ready, results))
        for seed in range(CLIENTS)]
    for process in watchers + clients:
        process.start()
    ready.wait()
    began = time.monotonic()
    statuses = {}
    for _ in clients:
        for status, times in results.get().items():
            statuses[status] = statuses.get(status, 0) + times
    seconds = time.monotonic() - began
    over.set()
    found = {"seconds": seconds, "statuses": dict(sorted(statuses.items()))}
    for _ in watchers:
        target, took, wrong = said.get()
        if wrong:
            raise RuntimeError(f"{target}: {len(wrong)} wrong answers, the first: {wrong[0]}")
        ms = sorted(1000 * one for one in took)
        found["livez" if target == "/livez" else "hits"] = {
            "requests": len(ms), "p50_ms": ms[len(ms) // 2], "p99_ms": ms[len(ms) * 99 // 100], "max_ms": ms[-1]}
    for process in watchers + clients:
        process.join()
    return found


def main():
    if len(sys.argv) not in (4, 5):
        print(__doc__, file=sys.stderr)
        return 1
    url, hit, pid = sys.argv[1:4]
    costs = cost(url, int(pid))
    dearest = sorted(costs.items(), key=lambda item: -item[1][0])
    for name, (ms, status) in dearest[:10]:
        print(f"{ms:8.3f} ms of an HTTP thread  {status}  {name}")
    unanswered = [name for name, (_, status) in costs.items() if status == 0]
    print(f"{len(costs)} kinds; closed without an answer: {', '.join(unanswered) or 'none'}")
    found = attack(url, hit, int(sys.argv[4]) if len(sys.argv) > 4 else 10_000)
    print(json.dumps(found, indent=2))
    return 0 if dearest[0][1][0] <= 5 and found["hits"]["p99_ms"] <= 5 and found["livez"]["max_ms"] <= 50 else 1


if __name__ == "__main__":
    sys.exit(main())
