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
    # A build of Cutroom itself, so that it has the same services and bears the same load.
    is_cutroom: bool = True


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
        # Services that run, by the folder of their build.
        self._started = {}
        self.builds = [os.environ["CUTROOM_BENCH_BIN"]] + ([os.path.abspath(words.against)] if words.against else [])
        self.peer = self._peer(words.peer) if words.peer else None

    def services(self, name, build=None):
        """Services on topics of their own, so that no run meets the clips of another."""
        return Services(build or self.builds[0], self.log, f"bench-{int(time.time())}-{name}.", self.say)

    @property
    def ours(self):
        return self._side("Cutroom", self.builds[0])

    @property
    def sides(self):
        others = [self._side("the older build", build) for build in self.builds[1:]]
        return [self.ours, *others] + ([self.peer] if self.peer else [])

    def turns(self, number):
        """The sides in the order of one round: each goes first in every second one."""
        return self.sides if number % 2 == 0 else list(reversed(self.sides))

    def at_least(self, times_the_peer):
        """How many times better than the other one ours has to be: an older build may be better by 3 % and no more."""
        return 0.97 if self.words.against else times_the_peer

    def _side(self, name, build):
        """All three services of a build, started once for all parts that want them."""
        if build not in self._started:
            services = self.services("all" if name == "Cutroom" else "older", build)
            self._started[build] = services
            services.start("resolver", "cutter", "gateway")
            took = services.wait_ready()
            self.say(f"{name}: the services are ready after {took:.2f} s at {services.url}")
            settings = " ".join(f"{name}={value}" for name, value in services.settings.items())
            self.commands.append(f'eval "$(scripts/stack env)"; {settings} gateway & resolver & cutter &')
        return Side(name, self._started[build].url, self._started[build].pids())

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
        """Writes that so many clips are ready, as a cutter would say it."""
        with subprocess.Popen(
                [os.environ["CUTROOM_SAMPLE_RECORDS"], "ready", topic, str(count)], stdout=subprocess.PIPE) as made:
            done = subprocess.run(
                [os.path.join(self.tools, "records"), os.environ["KAFKA_BOOTSTRAP_SERVERS"], "write"], stdin=made.stdout,
                capture_output=True, text=True)
        if made.returncode != 0 or done.returncode != 0:
            raise Failed(f"sample-records ended with {made.returncode}; {done.stderr[-500:]}")

    def look_at(self, side, what, answers):
        found = clips.check(answers)
        self.checks[f"checked, {side.name}, {what}"] = (
            f"{found['fetched']} of {len(answers)} URLs fetched whole, one decoded by ffmpeg: {found['decoded_s']:.3f} s")

    def close(self):
        while self._started:
            self._started.popitem()[1].stop()

    def _peer(self, url):
        parts = urllib.parse.urlsplit(url)
        pids = listening_on(parts.port or 80)
        if not pids:
            raise Failed(f"nothing on this machine listens where {url} is; start the other implementation first")
        return Side("the other", f"http://{parts.hostname}:{parts.port or 80}", {"the other": pids}, is_cutroom=False)
