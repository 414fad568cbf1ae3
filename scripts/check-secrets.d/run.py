"""Runs the services with secrets in every setting that holds one, through what can go wrong, and searches what was said."""

import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
# Services and faults are those of the other scripts, before modules of the same names.
sys.path[1:1] = [os.path.join(HERE, "..", "chaos.d"), os.path.join(HERE, "..", "bench.d")]

from client import fetch  # noqa: E402
from fleet import Instance  # noqa: E402
from judge import judge  # noqa: E402
from ports import free_port  # noqa: E402
from services import Failed  # noqa: E402
from stage import EPISODE, Stage  # noqa: E402

import servers  # noqa: E402
from mistakes import mistakes  # noqa: E402
from search import Arguments, Places, Secrets  # noqa: E402

SERVICES = ("gateway", "resolver", "cutter")
# Nobody's URL is in a log, whoever signed it.
SIGNED = re.compile(rb"X-Amz-(Signature|Security-Token|Credential)(=|%3[Dd]|\"|')[^ \"']")


def say(text):
    print(f"secrets: {text}", file=sys.stderr, flush=True)


class Run:
    def __init__(self, stage, broken):
        self.stage, self.broken = stage, broken
        self.known, self.places = Secrets(), Places()
        self.receiver, self.agent = servers.Server(servers.receiver), servers.Server(servers.agent)
        os.environ["CUTROOM_SECRET_OF_SESSION"] = self.known.new("the secret of a session")
        self.session = servers.Server(servers.session(self.known.new("the token of a session")))
        # Settings of the services that meet strangers.
        self.given = set()
        self.programs = os.environ["CUTROOM_CHAOS_BIN"]
        self.settings = self.secret_settings()

    def need(self, holds, otherwise):
        if not holds:
            self.broken.append(otherwise)

    def tool(self, *words, env=None, where="standard output and error of commands", code=0, what=""):
        process = subprocess.Popen([os.path.join(self.programs, words[0]), *words[1:]], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=os.environ | (env or {}))
        try:
            told = process.communicate(timeout=30)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            told = process.communicate()[0]
        self.places.note(where, told)
        self.need(process.returncode == code,
                  f"{' '.join(words[:2])} {what} ended with {process.returncode} (expected: {code})")

    def secret_settings(self):
        """Service → names of the settings that its help calls secret."""
        found = {}
        for service in SERVICES:
            text = subprocess.run([os.path.join(self.programs, service), "--help"], capture_output=True, text=True).stdout
            found[service] = set(re.findall(r"^  ([A-Z_…]+) .*(?:text|lines), secret", text, re.MULTILINE))
        return found

    # MARK: the services that work

    def make(self):
        """Environments of the services, with a secret in each setting that may have one."""
        known, where = self.known, os.environ
        key = known.new("the secret access key")
        make_user("cutroom-with-secrets", key)
        token = known.new("what the receiver of traces is sent")
        password = known.new("the password for Kafka")
        common = {
            "LOG_LEVEL": "debug", "LOG_FORMAT": "json", "AWS_ACCESS_KEY_ID": "cutroom-with-secrets",
            "AWS_SECRET_ACCESS_KEY": key, "OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={urllib.parse.quote(token, safe='')}",
            "KAFKA_PROPERTY_SASL_USERNAME": "cutroom", "KAFKA_PROPERTY_SASL_PASSWORD": password}
        told = json.loads(subprocess.run([os.path.join(self.programs, "cutroom"), "keys", "new", "tester"],
                                         capture_output=True, text=True, check=True).stdout)
        self.key = known.note("an API key", told["key"])
        # Whoever knows it can't ask for anything, but it is in a setting that is called secret.
        known.note("the hash of an API key", told["line"].split("sha256:")[1].split()[0])
        self.url_secret = known.new("the secret of signed URLs")
        self.env = {
            "gateway": common | {
                "GATEWAY_KEYS": told["line"], "GATEWAY_KEYS_NEEDED_FOR": "everything", "GATEWAY_LOG_HITS": "true",
                "GATEWAY_URL_SECRET": self.url_secret, "GATEWAY_WAIT": "4s",
                "GATEWAY_URL_SECRET_OLD": known.new("the old secret of signed URLs"),
                "GATEWAY_LIMIT_SECRET": known.new("the secret of limits"),
                "GATEWAY_HEALTH_PORT": str(free_port()), "GATEWAY_HEALTH_ADDRESS": "127.0.0.1"},
            "resolver": common | {"MONGODB_URI": self.mongodb(f"&appname={known.new('a part of the address of MongoDB')}")},
            "cutter": common | {"CUTTER_PROBE_EVERY": "1s"}}
        self.cdn = common | {
            "CLIPS_CDN_BASE_URL": "https://cdn.example.org", "CLIPS_CDN_KEY_ID": "K2JCJMDEHXQW5F",
            "CLIPS_CDN_PRIVATE_KEY": self.rsa("the CDN's key"), "CLIPS_CDN_NEXT_KEY_ID": "K36X4X2EO997HM",
            "CLIPS_CDN_NEXT_PRIVATE_KEY": self.rsa("the CDN's next key"), "CLIPS_CDN_NEXT_FROM": "2099-01-01T00:00:00Z",
            "GATEWAY_HEALTH_PORT": str(free_port()), "GATEWAY_HEALTH_ADDRESS": "127.0.0.1"}

    def mongodb(self, more, user="", server=None):
        address = server or self.stage.faults.at["mongodb"]
        return f"mongodb://{user}{address}/?serverSelectionTimeoutMS=1000{more}"

    def rsa(self, what):
        pem = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
        for number, line in enumerate(pem.splitlines()[3:6]):
            self.known.note(f"{what}, line {number + 4}", line)
        return pem

    def start(self, name, settings):
        service = name.rstrip("0123456789")
        instance = Instance(name, service, self.stage.environment(service) | settings, self.stage.folder)
        self.stage.instances[name] = instance
        # A core file would come here.
        top = os.getcwd()
        os.chdir(self.stage.folder)
        try:
            instance.start()
        finally:
            os.chdir(top)
        return instance

    async def look(self, *names):
        """What health and metrics say of a service."""
        for name in names:
            instance = self.stage[name]
            port = int(instance.environment["GATEWAY_HEALTH_PORT"]) if name.startswith("gateway") else instance.port
            for path in ("/metrics", "/readyz", "/healthz", "/livez"):
                answer = await fetch(port, path, {"Accept": "application/openmetrics-text"}, limit=10)
                self.need(answer.status in (200, 503), f"{name}, {path}: {answer.word}")
                self.places.note("metrics" if path == "/metrics" else "health", answer.body)
        if "gateway" in names:
            answer = await fetch(self.stage["gateway"].port, "/api/v1/audio_clips/health", limit=10)
            self.places.note("health", answer.body)

    async def ask(self, path, headers=None, expected=None, method="GET", body=b"", gateway="gateway"):
        given = {"traceparent": f"00-{os.urandom(16).hex()}-00f067aa0ba902b7-01"} | (headers or {})
        answer = await fetch(self.stage[gateway].port, path, given, limit=60, method=method, body=body)
        self.need(expected is None or answer.status == expected,
                  f"{path.split('?')[0]}: {answer.word} {answer.status} (expected: {expected})")
        url = answer.json.get("clip_url", "")
        for name, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query):
            if name in ("X-Amz-Signature", "Signature") and value not in self.known.all.values():
                self.known.note(f"a signature of a clip's URL ({len(self.known.all)})", value)
        # The URL itself is what was asked for.
        self.places.note("answers", f"{answer.headers}\n".encode() + answer.body.replace(url.encode(), b""))
        return answer

    async def good(self):
        """What works, and what is refused by the gateway itself."""
        key = {"X-Api-Key": self.key, "Prefer": "wait=30"}
        wrong = self.known.new("a wrong API key")
        for number in (1, 1, 2):
            await self.ask(self.stage.path(number), key, 200)
        await self.ask(self.stage.path(1) + "&format=opus", {"Authorization": f"Bearer {self.key}", "Prefer": "wait=30"}, 200)
        await self.ask(self.stage.path(1), {"X-Api-Key": wrong}, 401)
        await self.ask(self.stage.path(1), {"Authorization": f"Bearer {wrong}"}, 401)
        await self.ask(self.stage.path(1), None, 401)
        await self.ask(f"/api/v1/audio_clips/{'0' * 24}?start_time_ms=0&duration_ms=1000", key, 404)
        await self.ask(self.stage.path(1) + "&start_time_ms=x", key, 400)
        await self.ask("/nowhere", key)
        await self.ask("/api/v1/audio_clips/batch", key | {"Content-Type": "application/json"}, 200, "POST", json.dumps(
            {"clips": [{"episode_id": EPISODE, "start_time_ms": 0, "duration_ms": 2000}, {}], "make": True}).encode())
        await self.ask("/api/v1/audio_clips/batch", key | {"Content-Type": "application/json"}, 400, "POST", b"{")
        url = f"http://127.0.0.1:{self.stage['gateway'].port}{self.stage.path(2)}"
        done = subprocess.run([os.path.join(self.programs, "cutroom"), "sign", url, "--for", "1h"], capture_output=True, text=True,
                              env=os.environ | {"GATEWAY_URL_SECRET": self.url_secret})
        if done.returncode != 0:
            raise Failed(f"cutroom sign: {done.stderr}")
        parts = urllib.parse.urlsplit(json.loads(done.stdout)["url"])
        self.known.note("the signature of a request", urllib.parse.parse_qs(parts.query)["signature"][0])
        signed = f"{parts.path}?{parts.query}"
        await self.ask(signed, None, 200)
        await self.ask(signed.replace("start_time_ms=", "start_time_ms=1"), None, 403)
        # The CDN's URLs are RSA signatures.
        answer = await self.ask(self.stage.path(2), None, 200, gateway="gateway2")
        self.need("Signature=" in answer.json.get("clip_url", ""), "the CDN's URL has no signature")

    async def outages(self):
        """Each store is away, while clips are asked for."""
        key = {"X-Api-Key": self.key}
        for number, component in enumerate(("s3", "mongodb", "kafka")):
            await self.stage.world.component("down", component)
            try:
                await self.ask(self.stage.path(10 + number), key)
                for service in SERVICES:
                    await self.look(service)
            finally:
                await self.stage.world.component("up", component)
        for mode in ("503", "cut"):
            self.stage.faults.s3(mode)
            await self.ask(self.stage.path(20 + len(mode)), key)
            self.stage.faults.s3()
        await asyncio.gather(*(self.stage[service].ready(60) for service in SERVICES))
        await self.look(*SERVICES)

    async def strangers(self):
        """Stores and agents that deny, repeat or redirect, and addresses with passwords in them."""
        known, nobody = self.known, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent"}
        dead = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
        back, away = servers.Server(servers.told_back), servers.Server(servers.elsewhere)
        session = nobody | dead | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.session.url}
        user = f"cutroom:{urllib.parse.quote(known.new('the password for MongoDB'), safe='')}@"
        own = {"KAFKA_TOPIC_PREFIX": f"{self.stage.prefix}strangers."}
        cutter, resolver = self.env["cutter"] | own, self.env["resolver"] | own | dead
        instances = {
            "cutter11": cutter | {"AWS_SECRET_ACCESS_KEY": known.new("a wrong secret access key")},
            "cutter12": cutter | {"AWS_SECRET_ACCESS_KEY": known.new("the secret of temporary credentials"),
                                  "AWS_SESSION_TOKEN": known.new("a session token")},
            "cutter13": cutter | nobody | {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.agent.url}/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": known.new("the token for an agent")},
            "cutter14": cutter | session | {"AWS_ENDPOINT_URL_S3": back.url},
            "cutter15": cutter | session | {"AWS_ENDPOINT_URL_S3": away.url},
            "resolver11": resolver | {"MONGODB_URI": self.mongodb("", user)},
            "resolver12": resolver | {"MONGODB_URI": self.mongodb("", user, "127.0.0.1:1")},
            "resolver13": resolver | {"KAFKA_PROPERTY_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
                                      "KAFKA_PROPERTY_SASL_MECHANISM": "PLAIN", "KAFKA_PROPERTY_DEBUG": "security,broker"}}
        # Two at once: more would keep two cores from everything else.
        names = list(instances)
        for pair in zip(names[::2], names[1::2]):
            await asyncio.gather(*(self.stranger(name, instances[name]) for name in pair))
        self.need(any(known.all["the token for an agent"] in head for head in self.agent.heads), "no token reached the agent")
        for store in (back, away):
            self.need(any("X-Amz-Security-Token" in head for head in store.heads), "no session reached a store")

    async def stranger(self, name, settings):
        self.given |= set(settings)
        instance = self.start(name, settings)

        async def misses():
            """It has looked, and says what it misses."""
            answer = await fetch(instance.port, "/readyz", limit=5)
            return answer.status == 503 and b"missing: " in answer.body and b"not looked at" not in answer.body

        await self.stage.until(f"{name} to miss something", misses)
        await self.look(name)
        await instance.stop()

    def commands(self):
        """Help, versions and words that are not understood, with secrets in the environment; and settings that are wrong."""
        for service in SERVICES:
            for words, code in ((["--help"], 0), (["--version"], 0), (["--nonsense"], 2), (["--health"], 0)):
                port = "GATEWAY_HEALTH_PORT" if service == "gateway" else f"{service.upper()}_HEALTH_PORT"
                instance = self.stage[service]
                at = {port: self.env[service].get(port, str(instance.port))}
                self.tool(service, *words, env=self.stage.environment(service) | self.env[service] | at, code=code)
        everything = self.env["gateway"] | self.env["resolver"] | self.env["cutter"] | self.cdn
        for words, code in ((["--help"], 0), (["serve", "--help", "settings"], 0), (["--version"], 0), (["nonsense"], 2),
                            (["dead-letters", "list"], 0)):
            self.tool("cutroom", *words, env=self.stage.environment("gateway") | everything, code=code)
        tried = set()
        for service, settings, code in mistakes(self.known):
            tried |= set(settings)
            env = self.stage.environment(service.split()[0] if service != "cutroom" else "gateway") | self.env.get(service, {})
            words = [service] if service != "cutroom" else ["cutroom", "dead-letters", "list"]
            self.tool(*words, env=env | settings, where="standard output and error of starts that fail", code=code,
                      what=f"with a wrong {', '.join(settings)}")
        return tried

    async def crash(self):
        """A cutter at work ends by a signal that leaves a core file, in a folder in which it may leave what it likes."""
        cutter = self.stage["cutter"]
        cutter.process.send_signal(signal.SIGSYS)
        status = await asyncio.to_thread(cutter.process.wait, 30)
        self.need(status == -signal.SIGSYS, f"the cutter was to crash and ended with {status}")
        found = [name for name in os.listdir(self.stage.folder) if name.startswith("core")]
        self.need(not found, f"a crash left {', '.join(found)}")

    def complete(self, tried):
        """Each setting that is called secret had one."""
        given = set().union(*self.env.values(), self.cdn, self.given, tried)
        missing = {name for names in self.settings.values() for name in names if not name.endswith("…")} - given
        self.need(not missing, f"no secret was given in {', '.join(sorted(missing))}")
        self.need(len(set().union(*self.settings.values())) >= 11, f"--help calls only {self.settings} secret")

    async def play(self):
        self.make()
        arguments = Arguments(lambda: [one.pid for one in self.stage.instances.values() if one.is_running])
        try:
            for name in SERVICES:
                self.start(name, self.env[name])
            self.start("gateway2", self.cdn)
            await asyncio.gather(*(self.stage[name].ready(60) for name in (*SERVICES, "gateway2")))
            await self.good()
            await self.look(*SERVICES, "gateway2")
            tried = self.commands()
            await self.strangers()
            await self.outages()
            self.complete(tried)
            await self.crash()
            await asyncio.gather(*(one.stop() for one in self.stage.instances.values()))
        finally:
            seen = arguments.close()
        self.need(any(b"ffmpeg" in words for words in seen), "no ffmpeg was seen in the process list")
        for words in seen:
            self.places.note("process lists", words)
        self.need(any(self.known.all["what the receiver of traces is sent"] in head for head in self.receiver.heads),
                  "the receiver of traces got no secret")
        for body in self.receiver.bodies:
            self.places.note("traces", body)
        self.places.folder(self.stage.folder)
        self.judge()

    def judge(self):
        # What finds nothing may be blind.
        planted, place = Secrets(), Places()
        place.note("a log", b"\xff\n" + json.dumps({"detail": urllib.parse.quote(planted.new("planted"), safe="")}).encode())
        self.need(len(place.found(planted)) > 0, "a secret in a log is not found")
        self.broken += self.places.found(self.known)
        for where, texts in self.places.texts.items():
            for text in texts:
                if found := SIGNED.search(text):
                    around = text[max(0, found.start() - 160): found.start()].decode(errors="replace")
                    self.broken.append(f"a signed URL in {where}, behind: …{around}")
        sizes = self.places.sizes()
        for where in ("answers", "health", "logs", "metrics", "process lists", "traces", "standard output and error of commands",
                      "standard output and error of starts that fail"):
            self.need(sizes.get(where, (0, 0))[1] > 100, f"nothing was searched in {where}")
        for where, (count, size) in sizes.items():
            print(f"{where:<48}{count:>6} texts{size:>12,} bytes", flush=True)
        print(f"{len(self.known.all)} secrets, each in six forms", flush=True)


def make_user(access, secret):
    """A user of versitygw's own, who may do everything."""
    where = os.environ
    account = f"<Account><Access>{access}</Access><Secret>{secret}</Secret><Role>admin</Role></Account>"
    config = (f'aws-sigv4 = "aws:amz:{where["AWS_REGION"]}:s3"\n'
              f'user = "{where["AWS_ACCESS_KEY_ID"]}:{where["AWS_SECRET_ACCESS_KEY"]}"\n'
              f'url = "{where["AWS_ENDPOINT_URL_S3"]}/create-user"\nrequest = "PATCH"\n')
    path = os.path.join(where["CUTROOM_CHAOS_FOLDER"], "account.xml")
    with open(path, "w") as file:
        file.write(account)
    done = subprocess.run(["curl", "--silent", "--show-error", "--fail", "--data-binary", f"@{path}", "--config", "-"],
                          input=config, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"a user at versitygw: {done.stderr}")


async def play(world, broken):
    async with Stage(world, "secrets") as stage:
        await Run(stage, broken).play()


# Whatever a service leaves is to be seen.
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
sys.exit(judge(play, say, "no secret was found"))
