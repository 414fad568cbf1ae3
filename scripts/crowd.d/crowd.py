"""Asks for a clip of each of many episodes at once, and watches what that costs. scripts/crowd says how to call it."""

import argparse
import asyncio
import ctypes
import hashlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

DESCRIPTORS = 1024
SLOTS = 2
WAITING = 2
# Cuts and looks have so many slots each; then those that wait for work, and the audit's one.
MOST_CHILDREN = 2 * SLOTS + WAITING + 1
MOST_BYTES = 200_000_000
LIMIT_SECONDS = 600


def arguments():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--episodes", type=int, default=1000)
    parser.add_argument("--half", type=int, default=1000)
    return parser.parse_args()


def make_folder(folder, episodes):
    """Two samples under many names: an MP3 of constant bitrate, and every tenth a FLAC, which ffmpeg has to decode."""
    sound = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "aevalsrc='0.4*sin(2*PI*t*(200+3*t))':s=44100:d=60"]
    subprocess.run([*sound, "-c:a", "libmp3lame", "-b:a", "128k", str(folder / "sample.mp3")], check=True)
    subprocess.run([*sound, "-c:a", "flac", str(folder / "sample.flac")], check=True)
    audio = folder / "audio"
    audio.mkdir()
    names = []
    for number in range(episodes):
        kind = "flac" if number % 10 == 9 else "mp3"
        names.append(f"{number:05}.{kind}")
        os.link(folder / f"sample.{kind}", audio / names[-1])
    # An episode's id: the first 12 bytes of the SHA-256 of its path in the folder.
    return [hashlib.sha256(name.encode()).hexdigest()[:24] for name in names]


def start(folder):
    def limited():
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))

    environment = {**os.environ, "CUTTER_SLOTS": str(SLOTS), "FFMPEG_WAITING": str(WAITING), "LOG_LEVEL": "warning"}
    log = open(folder / "log", "wb")
    process = subprocess.Popen(
        [os.environ["CUTROOM_CROWD_BIN"], "serve", str(folder / "audio"), "--port", "0", "--data", str(folder / "data")],
        stdout=subprocess.PIPE, stderr=log, preexec_fn=limited, env=environment)
    line = process.stdout.readline()
    if not line:
        sys.stderr.write((folder / "log").read_text()[-2000:])
        sys.exit("cutroom did not serve")
    return process, json.loads(line)["url"]


class Watch(threading.Thread):
    """The most children, and the most memory of all processes together: shared pages are counted once (PSS)."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.children, self.bytes, self.ended = pid, 0, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            pids = [self.pid, *self.below()]
            self.children = max(self.children, len(pids) - 1)
            self.bytes = max(self.bytes, sum(self.pss(pid) for pid in pids))

    def below(self):
        found = []
        for tasks in pathlib.Path(f"/proc/{self.pid}/task").glob("*/children"):
            try:
                found += [int(word) for word in tasks.read_text().split()]
            except OSError:
                pass
        return found

    @staticmethod
    def pss(pid):
        try:
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
        except OSError:
            pass
        return 0


async def fetch(port, target):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nPrefer: wait=60\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        return int(head.split()[1]), await reader.read()
    finally:
        writer.close()


async def ask(port, episode, until, counts):
    """Until the clip is there, as a client does that is told to ask again."""
    target = f"/api/v1/audio_clips/{episode}?start_time_ms=10000&duration_ms=5000"
    first = True
    while time.monotonic() < until:
        try:
            status, _ = await fetch(port, target)
        except (OSError, asyncio.IncompleteReadError):
            status = 0
        if first:
            counts[status] = counts.get(status, 0) + 1
            first = False
        if status == 200:
            return True
        await asyncio.sleep(1)
    return False


async def half(port, held):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1")
        held.append((reader, writer))
    except OSError:
        pass


async def crowd(port, ids, halves):
    counts, held = {}, []
    until = time.monotonic() + LIMIT_SECONDS
    asks = [ask(port, episode, until, counts) for episode in ids]
    began = time.monotonic()
    answered, _ = await asyncio.gather(
        asyncio.gather(*asks), asyncio.gather(*(half(port, held) for _ in range(halves))))
    took = time.monotonic() - began
    try:
        alive, _ = await asyncio.wait_for(fetch(port, "/livez"), 90)
    except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
        alive = 0
    for _, writer in held:
        writer.close()
    return sum(answered), counts, took, alive


def main():
    options = arguments()
    if options.episodes < 1:
        sys.exit(2)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="cutroom-crowd-") as name:
        folder = pathlib.Path(name)
        ids = make_folder(folder, options.episodes)
        process, url = start(folder)
        watch = Watch(process.pid)
        watch.start()
        answered, counts, took, alive = asyncio.run(crowd(int(url.rsplit(":", 1)[1]), ids, options.half))
        watch.ended.set()
        watch.join()
        lives = process.poll() is None
        process.terminate()
        status = process.wait(60)
        log = (folder / "log").read_text()
    broken = []
    if answered != len(ids):
        broken.append(f"{len(ids) - answered} clips did not come within {LIMIT_SECONDS} s")
    if set(counts) != {200}:
        broken.append(f"first answers other than 200: {counts}")
    if not 0 < watch.children <= MOST_CHILDREN:
        broken.append(f"{watch.children} children, not 1 to {MOST_CHILDREN}")
    if not 0 < watch.bytes <= MOST_BYTES:
        broken.append(f"{watch.bytes} bytes of memory, not at most {MOST_BYTES}")
    if not lives or alive != 200 or status != 0:
        broken.append(f"the server: lives {lives}, /livez {alive}, exit {status}")
    print(json.dumps({
        "episodes": len(ids), "half_requests": options.half, "answered": answered,
        "first_answers": {str(key): value for key, value in sorted(counts.items())}, "seconds": round(took, 1),
        "most_children": watch.children, "most_bytes": watch.bytes, "broken": broken}))
    if broken:
        sys.stderr.write(log[-2000:])
    sys.exit(1 if broken else 0)


main()
