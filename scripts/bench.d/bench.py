"""What the parts of a run share."""

import dataclasses
import os
import subprocess
import time
import urllib.parse

import clips
from load import Load
from processes import listening_on
from services import Failed, Services


@dataclasses.dataclass
class Side:
    """One of the two that are compared."""

    name: str
    url: str
    # Processes by service.
    groups: dict


class Bench:
    def __init__(self, top, words, say):
        self.words, self.say = words, say
        self.folder = os.path.join(top, ".bench")
        self.log = os.path.join(self.folder, "log")
        os.makedirs(self.log, exist_ok=True)
        self.commands, self.rows, self.checks = [], [], {}
        self.tools = os.environ["CUTROOM_BENCH_TOOLS"]
        self.load = Load(self.tools, self.folder, self.commands)
        self.cold = clips.ColdStarts(os.path.join(os.environ["CUTROOM_STACK_DIR"], "cold-starts"))
        # What ffmpeg read to copy a clip by itself, by episode and minute.
        self.own_bytes = {}
        self._started = None
        self.peer = self._peer(words.peer) if words.peer else None

    def services(self, name):
        """Services on topics of their own, so that no run meets the clips of another."""
        return Services(os.environ["CUTROOM_BENCH_BIN"], self.log, f"bench-{int(time.time())}-{name}.", self.say)

    @property
    def ours(self):
        """All three services, started once for all parts that want them."""
        if self._started is None:
            self._started = self.services("all")
            self._started.start("resolver", "cutter", "gateway")
            took = self._started.wait_ready()
            self.say(f"the services are ready after {took:.2f} s at {self._started.url}")
            settings = " ".join(f"{name}={value}" for name, value in self._started.settings.items())
            self.commands.append(f'eval "$(scripts/stack env)"; {settings} gateway & resolver & cutter &')
        return Side("Cutroom", self._started.url, self._started.pids())

    @property
    def sides(self):
        return [self.ours] + ([self.peer] if self.peer else [])

    def stack(self):
        """The processes of the stack by name."""
        folder = os.path.join(os.environ["CUTROOM_STACK_DIR"], "run")
        found = {}
        for name in ("kafka", "mongodb", "s3"):
            with open(os.path.join(folder, f"{name}.pid")) as file:
                found[name] = [int(file.read())]
        return found

    def documents(self, collections):
        """Puts documents into the database that are not there yet: (collection, lines of extended JSON, by `_id` or not)."""
        seed, database = os.environ["CUTROOM_TEST_SEED"], os.environ["MONGODB_DATABASE"]
        for collection, lines in collections:
            for line in lines:
                known = subprocess.run(
                    [seed, "find", database, collection, line], capture_output=True, text=True)
                if known.returncode == 0 and known.stdout:
                    continue
                done = subprocess.run(
                    [seed, "insert", database, collection], input=line, capture_output=True, text=True)
                if done.returncode != 0:
                    raise Failed(done.stderr[-500:])

    def fill(self, topic, count):
        brokers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
        command = [os.path.join(self.tools, "fill"), brokers, topic, str(count)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr[-500:])

    def look_at(self, side, what, answers):
        found = clips.check(answers)
        self.checks[f"checked, {side.name}, {what}"] = (
            f"{found['fetched']} of {len(answers)} URLs fetched whole, one decoded by ffmpeg: {found['decoded_s']:.3f} s")

    def close(self):
        if self._started is not None:
            self._started.stop()
            self._started = None

    def _peer(self, url):
        parts = urllib.parse.urlsplit(url)
        pids = listening_on(parts.port or 80)
        if not pids:
            raise Failed(f"nothing on this machine listens where {url} is; start the other implementation first")
        return Side("the other", f"http://{parts.hostname}:{parts.port or 80}", {"the other": pids})
