"""Three brokers that replicate for one another and check rights: a stack of its own beside the one with the proxies."""

import asyncio
import collections
import os
import re
import shlex
import signal
import subprocess

from services import Failed
from stage import Stage

USERS = ("gateway", "resolver", "cutter")


class Brokers:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "brokers")
        self.environment = {
            **os.environ, "CUTROOM_STACK_DIR": self.folder, "CUTROOM_STACK_PORTS": "auto",
            # Gone with this process, whatever ends it.
            "CUTROOM_STACK_TIED_TO": str(os.getpid())}
        self.environment.pop("CUTROOM_KAFKA_LISTENERS", None)

    async def _stack(self, *words):
        done = await asyncio.to_thread(
            subprocess.run, ["scripts/stack", *words], capture_output=True, text=True, env=self.environment)
        if done.returncode != 0:
            raise Failed(f"scripts/stack {' '.join(words)}: {(done.stderr + done.stdout)[-500:]}")
        return done.stdout

    async def up(self):
        await self._stack("up", "--brokers", "3", "--acl", "kafka")
        told = dict(line.removeprefix("export ").split("=", 1) for line in (await self._stack("env")).splitlines())
        self.plain, self.sasl = told["KAFKA_BOOTSTRAP_SERVERS"], told["CUTROOM_KAFKA_SASL"]

    async def tool(self, *words):
        """Kafka's own tool, with every right: topics, acls …"""
        return await self._stack("kafka", *words)

    async def documented(self, part, prefix):
        """Runs the commands between two marks in docs/operations.md, for topics and groups with this prefix."""
        commands = self.commands(part, prefix)
        await asyncio.gather(*(self.tool(*command) for command in commands))

    def rights(self, part, prefix):
        """Each right that the commands between two marks give: (user, right, "topic" or "group", its name)."""
        found = []
        for _, *words in self.commands(part, prefix):
            told = collections.defaultdict(list)
            for option, word in zip(words, words[1:]):
                told[option].append(word)
            found += [
                (user.removeprefix("User:"), right, kind, name)
                for user in told["--allow-principal"] for right in told["--operation"]
                for kind in ("topic", "group") for name in told[f"--{kind}"]]
        return found

    @staticmethod
    def commands(part, prefix):
        """The commands between two marks in docs/operations.md, as words, without the cluster's address."""
        with open("docs/operations.md") as file:
            whole = file.read()
        variables = dict(re.findall(r"^    (\w+)='(.*)'$", whole, re.MULTILINE))
        text = re.search(f"<!-- {part} -->(.*?)<!-- /{part} -->", whole, re.DOTALL).group(1)
        commands = []
        for line in text.splitlines():
            if not line.startswith("    kafka-"):
                continue
            for name, value in variables.items():
                line = line.replace(f"${name}", value)
            words = shlex.split(line)
            tool, words = words[0].removeprefix("kafka-"), words[1:]
            # The address and the credentials are this cluster's.
            for option in ("--bootstrap-server", "--command-config"):
                at = words.index(option)
                del words[at:at + 2]
            commands.append((tool, *named(words, prefix)))
        if not commands:
            raise Failed(f"docs/operations.md has no commands at {part}")
        return commands

    def process(self, number):
        return "kafka" if number == 1 else f"kafka{number}"

    def pid(self, number):
        with open(os.path.join(self.folder, "run", f"{self.process(number)}.pid")) as file:
            return int(file.read())

    def send(self, number, what):
        os.kill(self.pid(number), what)

    def runs(self, number):
        try:
            with open(f"/proc/{self.pid(number)}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] not in "Z"
        except (OSError, ValueError):
            return False

    def is_stopped(self, number):
        with open(f"/proc/{self.pid(number)}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    async def start(self, number):
        await self._stack("up", f"kafka{number}")

    async def stop(self, number):
        await self._stack("down", f"kafka{number}")

    async def topic_id(self, topic):
        """Of a topic as it is now; None if there is none."""
        found = re.search(r"TopicId: (\S+)", await self.tool("topics", "--describe", "--if-exists", "--topic", topic))
        return found and found[1]

    async def leaders(self, topic):
        text = await self.tool("topics", "--describe", "--topic", topic)
        return [int(number) for number in re.findall(r"Leader: (\d+)", text)]

    async def whole(self, limit):
        """Until no partition lacks a replica."""
        for _ in range(limit):
            if not (await self.tool("topics", "--describe", "--under-replicated-partitions")).strip():
                return
            await asyncio.sleep(1)
        raise Failed(f"the brokers had not caught up after {limit} s")

    async def close(self):
        for number in (1, 2, 3):
            try:
                self.send(number, signal.SIGCONT)
            except (OSError, ValueError):
                pass
        await self._stack("reset")


def named(words, prefix):
    """The words with the prefix before each topic and group."""
    return [prefix + word if before in ("--topic", "--group") else word for before, word in zip(["", *words], words)]


class BrokerStage(Stage):
    """A stage whose services use the three brokers, each with a user of its own."""

    def __init__(self, world, brokers, name, rights="all", **settings):
        super().__init__(world, name, **settings)
        self.brokers, self.rights = brokers, rights

    async def __aenter__(self):
        await super().__aenter__()
        if self.rights == "documented":
            await self.brokers.documented("kafka-topics", self.prefix)
            await self.brokers.documented("kafka-acls", self.prefix)
        else:
            principals = [word for user in USERS for word in ("--allow-principal", f"User:{user}")]
            await self.brokers.tool(
                "acls", "--add", *principals, "--operation", "All", "--topic", self.prefix, "--group", self.prefix,
                "--resource-pattern-type", "prefixed")
        return self

    def environment(self, service, through_proxies=True):
        return super().environment(service, through_proxies) | {
            "KAFKA_BOOTSTRAP_SERVERS": self.brokers.sasl, "KAFKA_TOPIC_REPLICATION": "3",
            "KAFKA_PROPERTY_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_PROPERTY_SASL_MECHANISM": "PLAIN",
            "KAFKA_PROPERTY_SASL_USERNAME": service, "KAFKA_PROPERTY_SASL_PASSWORD": f"{service}-secret",
        }
