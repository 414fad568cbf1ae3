"""The services that are watched, and what is asked of them."""

import asyncio
import datetime
import http.server
import json
import os
import random
import subprocess
import threading

from client import fetch
from fleet import Instance
from ports import free_port
from services import TIED, Failed
from stage import EPISODE

GATEWAYS, CUTTERS = ("gateway", "gateway2"), ("cutter", "cutter2")
# How long requests are held, so that they are late soon.
WAIT = "3s"


class Credentials(http.server.ThreadingHTTPServer):
    """An agent as ECS has it, whose credentials last as long as it is told."""

    daemon_threads = True

    def __init__(self):
        self.seconds = 3_600
        super().__init__(("127.0.0.1", 0), Agent)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/credentials"


class Agent(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.server.seconds)
        body = json.dumps({
            "AccessKeyId": os.environ["AWS_ACCESS_KEY_ID"], "SecretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"],
            "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Bucket:
    """moto, with a lifecycle rule."""

    def __init__(self, folder):
        self.port = free_port()
        with open(os.path.join(folder, "bucket.log"), "ab") as log:
            self.process = subprocess.Popen(
                [*TIED, os.environ["CUTROOM_CHECKS_PYTHON"], "scripts/check-monitoring.d/bucket.py", str(self.port)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    async def ready(self):
        await self._line("ready")

    async def expire(self, days):
        self.process.stdin.write(f"{days}\n")
        self.process.stdin.flush()
        await self._line("done")

    async def _line(self, expected):
        if (await asyncio.to_thread(self.process.stdout.readline)).strip() != expected:
            raise Failed("moto does not answer; see bucket.log")

    def close(self):
        self.process.kill()
        self.process.wait()


class Fleet:
    """gateway, resolver and cutter at work; gateway2, with little room and passing credentials, and cutter2, with a bucket of its
    own, run only for their faults."""

    def __init__(self, stage):
        self.stage = stage
        self.operations = {name: free_port() for name in GATEWAYS}
        self.credentials = Credentials()
        self.bucket = Bucket(stage.folder)
        self.traces, self.scrapes = set(), {}
        self._number = 0
        nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent"}
        more = {
            "gateway": {"GATEWAY_WAIT": WAIT},
            "gateway2": nobody | {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.credentials.url, "GATEWAY_TABLE_BYTES": "64KiB",
                "GATEWAY_MAX_CONNECTIONS": "20"},
            "resolver": {},
            # Every clip is audited, and one is cut at a time.
            # Only by a fetch does a consumer learn how much there is, so each brings little.
            "cutter": {"CUTTER_AUDIT_EVERY": "1", "CUTTER_PROBE_EVERY": "1s", "CUTTER_SLOTS": "1",
                       "KAFKA_PROPERTY_QUEUED_MIN_MESSAGES": "1", "KAFKA_PROPERTY_MAX_PARTITION_FETCH_BYTES": "40000"},
            "cutter2": {
                "KAFKA_TOPIC_PREFIX": f"{stage.prefix}other.", "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.bucket.port}",
                "S3_SOURCE_BUCKET": "sources", "S3_CLIPS_BUCKET": "clips", "CUTTER_LIFECYCLE_EVERY": "1s"}}
        for name, settings in more.items():
            service = name.rstrip("2")
            if service == "gateway":
                settings |= {"GATEWAY_HEALTH_PORT": str(self.operations[name]), "GATEWAY_HEALTH_ADDRESS": "127.0.0.1"}
            stage.instances[name] = Instance(name, service, stage.environment(service) | settings, stage.folder)

    @property
    def targets(self):
        """Job → ports, as deploy/monitoring wants jobs to be called."""
        return {
            "cutroom-gateway": list(self.operations.values()), "cutroom-resolver": [self.stage["resolver"].port],
            "cutroom-cutter": [self.stage[name].port for name in CUTTERS]}

    async def start(self):
        """Those at work, and the first of each kind of answer."""
        await self.up("gateway", "resolver", "cutter")
        for _ in range(3):
            await self.clip(self.number(), wait=30)
        await self.clip(0, wait=30)
        # The second joins the first.
        number = self.number()
        await asyncio.gather(self.clip(number, wait=30), self.clip(number, wait=30))
        await self.others()
        ports = {"gateway": self.operations["gateway"]} | {
            name: self.stage[name].port for name in ("resolver", "cutter")}
        for name, port in ports.items():
            self.scrapes[name] = (await fetch(port, "/metrics", limit=10)).body

    async def up(self, *names):
        for name in names:
            self.stage[name].start()
        await asyncio.gather(*(self.stage[name].ready(60) for name in names))

    async def down(self, *names):
        codes = await asyncio.gather(*(self.stage[name].stop() for name in names))
        if any(codes):
            raise Failed(f"{', '.join(names)} ended with {codes}")

    def number(self):
        """Of a clip that nobody asked for."""
        self._number += 1
        return self._number

    async def clip(self, number, wait=None, gateway="gateway"):
        """Asks for a clip as one whose trace is recorded."""
        trace = f"{random.getrandbits(128) | 1:032x}"
        self.traces.add(trace)
        # From an address, since loopback has no limits (RFC 5737, 3).
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Forwarded-For": "192.0.2.1"}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        answer = await fetch(self.stage[gateway].port, self.stage.path(number), headers, limit=75)
        if wait and not answer.is_ready:
            raise Failed(f"clip {number}: {answer.word}")
        return answer

    async def others(self):
        """One of everything else that the API answers."""
        port = self.stage["gateway"].port
        body = json.dumps({"clips": [{"episode_id": EPISODE, "start_time_ms": 0, "duration_ms": 2_000}], "make": True}).encode()
        await fetch(port, "/api/v1/audio_clips/batch", {"Content-Type": "application/json"}, method="POST", body=body)
        await fetch(port, "/api/v1/audio_clips/507f1f77bcf86cd799439999?start_time_ms=0&duration_ms=2000", limit=30)
        await fetch(port, "/nowhere")

    async def traffic(self):
        """Hits all the time, from one who does not mind that the gateway is away."""
        while True:
            await self.clip(0)
            await asyncio.sleep(0.2)

    def close(self):
        self.credentials.shutdown()
        self.bucket.close()
