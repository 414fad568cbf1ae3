"""Limits and fair shares: what a key that asks for too much does to another one, and what three gateways let it have together."""

import hashlib
import http.client
import json
import multiprocessing
import statistics
import time

import clips
from report import Row
from services import Failed, Services

PART = "Limits and fair shares"
GATEWAYS = 3
# Of the key that asks for too much: so many a minute, and it sends twenty times as many.
REQUESTS_A_MINUTE, MISSES_A_MINUTE, TIMES = 600, 60, 20
HITS_A_SECOND = 150
BURST, SINGLES = 500, 12
# As many clips as it takes to keep the cutters busy while the single ones are asked for.
BATCH = 50
KEYS = {"flood": f"requests={REQUESTS_A_MINUTE}/min misses={MISSES_A_MINUTE}/min", "heavy": "requests=none misses=none",
        "other": "requests=none misses=none"}


def measure(bench):
    prefix = f"bench-{int(time.time())}-limits."
    more = {
        "GATEWAY_KEYS": ",".join(f"{name} sha256:{hashlib.sha256(key(name).encode()).hexdigest()} {limits}"
                                 for name, limits in KEYS.items()),
        # All of a burst is to be taken, however long it takes.
        "GATEWAY_UNMEASURED_CLIPS": str(4 * BURST), "WORK_DEADLINE": "600",
        "GATEWAY_HEALTH_PORT": "0", "RESOLVER_HEALTH_PORT": "0", "CUTTER_HEALTH_PORT": "0"}
    members = [Services(bench.builds[0], bench.log, prefix, bench.say) for _ in range(GATEWAYS)]
    for member in members:
        member.more = more
    try:
        members[0].start("resolver", "cutter")
        for member in members:
            member.start("gateway")
            member.wait_ready()
        settings = " ".join(f"{name}='{value}'" for name, value in more.items())
        bench.commands.append(f'eval "$(scripts/stack env)"; {settings} gateway & resolver & cutter &, and two gateways more')
        ports = [member.port for member in members]
        limits(bench, ports)
        shares(bench, ports[0])
    finally:
        for member in members:
            member.stop()


def key(name):
    return f"cutroom_bench_{name}"


class Client:
    """One connection that is kept alive, with a key."""

    def __init__(self, port, name):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=650)
        self.headers = {"X-Api-Key": key(name)}

    def get(self, path, **headers):
        """(status, the answer's bytes, seconds)"""
        began = time.perf_counter()
        self.connection.request("GET", path, headers={**self.headers, **headers})
        response = self.connection.getresponse()
        body = response.read()
        return response.status, body, time.perf_counter() - began

    def make(self, starts):
        """How many of them are being made now."""
        body = json.dumps({"make": True, "clips": [
            {"episode_id": clips.EPISODE, "start_time_ms": start, "duration_ms": clips.DURATION_MS} for start in starts]})
        self.connection.request(
            "POST", "/api/v1/audio_clips/batch", body, {**self.headers, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        told = json.loads(response.read())
        if response.status != 200:
            raise Failed(f"{response.status} for a batch: {told}")
        return sum(entry.get("status") == "pending" for entry in told["clips"])


def expect(status, body, statuses=(200,)):
    if status not in statuses:
        raise clips.WrongAnswer(f"{status}: {body[:300].decode(errors='replace')}")


def at_pace(a_second, seconds, send):
    """Calls at a fixed rate; when it falls behind, as fast as it goes."""
    began = time.perf_counter()
    for number in range(int(a_second * seconds)):
        wait = began + number / a_second - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        send(number)


def hits(port, path, seconds, found):
    client, times = Client(port, "other"), []

    def send(_):
        status, body, took = client.get(path)
        expect(status, body)
        times.append(took)

    at_pace(HITS_A_SECOND, seconds, send)
    found.put(times)


def flood(port, starts, seconds, found):
    client, passed = Client(port, "flood"), 0

    def send(number):
        nonlocal passed
        status, body, _ = client.get(clips.path(starts[number]), Prefer="wait=0")
        # What is over the limit of clips, or refused because its clip would be late, has passed the limit of requests.
        expect(status, body, (200, 202, 429, 503))
        passed += status != 429 or b"more clips" in body

    at_pace(TIMES * REQUESTS_A_MINUTE / 60 / GATEWAYS, seconds, send)
    found.put(passed)


def run(work, *arguments):
    found = multiprocessing.Queue()
    process = multiprocessing.Process(target=work, args=(*arguments, found))
    process.start()
    return process, found


def result(process, found):
    while True:
        try:
            value = found.get(timeout=1)
            process.join()
            return value
        except multiprocessing.queues.Empty:
            if not process.is_alive() and found.empty():
                raise Failed("a client ended without a result") from None


def quantile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1000


def limits(bench, ports):
    """Hits of one key, alone and beside another key's flood, in turns; and how much of the flood three gateways let pass."""
    seconds = bench.words.seconds
    [start] = bench.cold.take(1)
    for port in ports:
        expect(*Client(port, "other").get(clips.path(start))[:2])
    alone, beside, passed, began = [], [], 0, None
    for number in range(bench.words.rounds):
        for is_flooded in ((False, True) if number % 2 == 0 else (True, False)):
            floods = []
            if is_flooded:
                began = began or time.monotonic()
                each = int(TIMES * REQUESTS_A_MINUTE / 60 * seconds / GATEWAYS) + 1
                floods = [run(flood, port, bench.cold.take(each), seconds) for port in ports]
            times = result(*run(hits, ports[0], clips.path(start), seconds))
            (beside if is_flooded else alone).append(quantile(times, 0.99))
            passed += sum(result(*one) for one in floods)
            ended = time.monotonic() if is_flooded else None
            if ended:
                permitted = REQUESTS_A_MINUTE * (1 + (ended - began) / 60)
    ratio = statistics.median(one / other for one, other in zip(beside, alone))
    bench.say(f"p99 {statistics.median(alone):.2f} ms alone, {statistics.median(beside):.2f} ms beside a flood; "
              f"{passed} of it passed and {permitted:.0f} were permitted")
    bench.rows += [
        Row(PART, f"p99 of {HITS_A_SECOND} hits/s of one key, alone", "ms", statistics.median(alone)),
        Row(PART, f"beside {TIMES} times as much as is permitted of another key, at {GATEWAYS} gateways", "ms",
            statistics.median(beside)),
        Row(PART, "the one by the other, median of the rounds", "×", ratio, held_to=2),
        Row(PART, f"what {GATEWAYS} gateways let pass of that, by what is permitted", "×", passed / permitted, held_to=1.2),
    ]


def shares(bench, port):
    """Single clips of one key, alone and while another key's burst is being made."""
    other = Client(port, "other")

    def singles():
        times = []
        for start in bench.cold.take(SINGLES):
            status, body, took = other.get(clips.path(start))
            expect(status, body)
            if json.loads(body)["cache_hit"] is not False:
                raise clips.WrongAnswer("a clip that was to be cold was there")
            times.append(took)
        return times

    drain(other)
    singles()
    alone, beside, left = [], [], []
    for number in range(bench.words.rounds):
        alone += singles()
        # A connection that was idle while the last burst was made would be closed.
        heavy, starts = Client(port, "heavy"), bench.cold.take(BURST)
        taken = sum(heavy.make(starts[at:at + BATCH]) for at in range(0, BURST, BATCH))
        if taken < BURST * 0.98:
            raise Failed(f"only {taken} of {BURST} clips of the burst are being made")
        beside += singles()
        left.append(in_flight(other))
        drain(other)
        bench.say(f"round {number + 1}: {statistics.median(alone) * 1000:.0f} ms alone, "
                  f"{statistics.median(beside) * 1000:.0f} ms beside {BURST}; {left[-1]} were left then")
    if min(left) < BURST / 10:
        raise Failed(f"the burst was over before the single clips were: {left}")
    quiet, busy = quantile(alone, 0.5), quantile(beside, 0.5)
    bench.rows += [
        Row(PART, "one clip of a key, alone, p50", "ms", quiet),
        Row(PART, f"while {BURST} of another key are being made, p50", "ms", busy),
        Row(PART, "the same, the slowest", "ms", max(beside) * 1000),
        Row(PART, "p50 by p50", "×", busy / quiet, held_to=3),
    ]


def drain(client):
    while in_flight(client):
        time.sleep(0.1)


def in_flight(client):
    return json.loads(client.get("/api/v1/audio_clips/health")[1])["in_flight"]
