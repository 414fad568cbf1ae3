"""The program that breaks connections, and orders to it."""

import http.client
import json
import os
import subprocess
import time

from services import TIED


class Faults:
    """TCP proxies in front of the broker, one for each service, and of MongoDB, and an HTTP proxy in front of the store."""

    def __init__(self, folder):
        self.control = os.environ["CUTROOM_CHAOS_CONTROL"]
        words = os.environ["CUTROOM_CHAOS_PROXIES"].split()
        # Where clients of each proxy go.
        self.at = {name: address for _, name, address, _ in (word.split(",") for word in words)}
        program = os.path.join(os.environ["CUTROOM_CHAOS_TOOLS"], "faults")
        with open(os.path.join(folder, "faults.log"), "ab") as log:
            self.process = subprocess.Popen(
                [*TIED, program, self.control, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()

    def _wait(self):
        limit = time.monotonic() + 10
        while True:
            try:
                return self.lift()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise
                time.sleep(0.05)

    def _call(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.control, timeout=10)
        try:
            connection.request(method, path, body=json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"faults: {method} {path}: {text.decode()}")
            return json.loads(text)
        finally:
            connection.close()

    def tcp(self, name, mode):
        return self._call("PUT", f"/{name}", {"mode": mode})

    def s3(self, mode="pass", **more):
        return self._call("PUT", "/s3", {"mode": mode, **more})

    def counts(self, name, reset=False):
        return self._call("GET", f"/{name}{'?reset=1' if reset else ''}")

    def lift(self):
        """Everything passes again."""
        for name in self.at:
            if name == "s3":
                self.s3()
            else:
                self.tcp(name, "pass")

    def forget(self):
        """Counts begin at 0."""
        for name in self.at:
            self.counts(name, reset=True)

    def close(self):
        self.process.kill()
        self.process.wait()
