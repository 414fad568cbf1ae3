"""The three services as a person starts them, with default settings, each with a log of its own."""

import http.client
import os
import signal
import subprocess
import time

from ports import free_port


class Failed(Exception):
    """Something could not run."""


class Services:
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
            with open(os.path.join(self.folder, f"{name}.log"), "ab") as log:
                self.running[name] = subprocess.Popen(
                    [os.path.join(self.binaries, name)], env={**os.environ, **self.settings},
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_ready(self, limit_s=60):
        """Until /readyz says so; returns how long that took, in seconds."""
        began = time.monotonic()
        while time.monotonic() - began < limit_s:
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise Failed(f"{name} ended with {process.returncode}; see {self.folder}/{name}.log")
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.02)
        raise Failed(f"the gateway was not ready after {limit_s} s; see {self.folder}/gateway.log")

    def stop(self, *names):
        for name in names or list(self.running):
            process = self.running.pop(name)
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    self.say(f"{name} had to be killed")
