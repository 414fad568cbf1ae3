"""Processes of the services, each with a log of its own: how benchmarks and fault tests start them, watch them and end them."""

import http.client
import os
import signal
import subprocess
import time

from ports import free_port

# Before a command: the kernel kills it when we are gone, however that came.
TIED = ["setpriv", "--pdeathsig", "KILL"]


class Failed(Exception):
    """Something could not run, or a moment did not come."""


class Service:
    """One process of a service; it may be ended and started again."""

    def __init__(self, name, program, log, port, **environment):
        """`port` is where it says whether it is ready; the environment must say so to it."""
        self.name, self.program, self.log, self.port, self.environment = name, program, log, port, environment
        self.process = None
        self.starts = 0

    def start(self, pin=None):
        """On the processors that `pin` lists, if it does."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*TIED, *(["taskset", "-c", pin] if pin else []), self.program], env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.starts += 1

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def must_run(self):
        if not self.is_running:
            raise Failed(f"{self.name} ended with {self.process.poll()}; see {self.log}")

    def wait_ready(self, limit_s=60, others=()):
        """Until /readyz says so, while it and `others` run; returns how long that took, in seconds."""
        began = time.monotonic()
        while time.monotonic() - began < limit_s:
            for service in (self, *others):
                service.must_run()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return time.monotonic() - began
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(0.02)
        raise Failed(f"{self.name} was not ready after {limit_s} s; see {self.log}")

    def kill(self):
        """kill -9; returns once the process is gone."""
        self.process.send_signal(signal.SIGKILL)
        status = self.process.wait()
        if status != -signal.SIGKILL:
            raise Failed(f"{self.name} was to be killed and ended with {status}")

    def stop(self, limit_s=30):
        """SIGTERM, and kill -9 where that is not heeded in time; the status that it ends with, None if it never ran."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            try:
                return self.process.wait(limit_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode if self.process else None


class Services:
    """One of each, as a person starts them: with default settings."""

    def __init__(self, binaries, folder, prefix, say):
        self.binaries, self.folder, self.prefix, self.say = binaries, folder, prefix, say
        self.port = free_port()
        self.running = {}
        # Settings that a part of the run wants beside these.
        self.more = {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self):
        """What differs from the defaults, beside the stack's addresses."""
        return {"GATEWAY_PORT": str(self.port), "KAFKA_TOPIC_PREFIX": self.prefix, **self.more}

    def pids(self, *names):
        return {name: [self.running[name].pid] for name in names or self.running}

    def start(self, *names):
        for name in names:
            log = os.path.join(self.folder, f"{name}.log")
            self.running[name] = Service(name, os.path.join(self.binaries, name), log, self.port, **self.settings)
            self.running[name].start()

    def wait_ready(self, limit_s=60):
        """Until the gateway is ready; returns how long that took, in seconds."""
        return self.running["gateway"].wait_ready(limit_s, others=self.running.values())

    def stop(self, *names):
        for name in names or list(self.running):
            status = self.running.pop(name).stop()
            if status == -signal.SIGKILL:
                self.say(f"{name} had to be killed")
