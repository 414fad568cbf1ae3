"""Browsers that are driven by numbered messages in JSON over a WebSocket: Chromium by its own protocol (Chrome DevTools Protocol), Firefox
by WebDriver BiDi. Used by scripts/check-console too."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

import websocket

LIMIT_S = 60


class Driven:
    """A browser that runs; who drives it connects `socket`."""

    def __init__(self, command, home, **environment):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "HOME": str(home), **environment})
        self.number = 0

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def send(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        self.socket.send(json.dumps({**message, "sessionId": session} if session else message))
        while (answer := json.loads(self.socket.recv())).get("id") != self.number:
            self.note(answer)
        # Firefox says in "message" what was wrong, and Chromium in "error".
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer.get('message', answer['error'])}")
        return answer["result"]

    def note(self, message):
        """What comes unasked."""


class Chromium(Driven):
    """With one page."""

    def __init__(self, command, profile, home):
        super().__init__([*command, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"], home)
        told = pathlib.Path(profile, "DevToolsActivePort")
        port = until("Chromium to begin", lambda: told.exists() and told.read_text().count("\n") >= 1 and told.read_text().split()[0])
        target = until("Chromium to have a page", lambda: next((one for one in self.targets(port) if one["type"] == "page"), None))
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=LIMIT_S, suppress_origin=True)

    @staticmethod
    def targets(port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            return json.load(answer)

    def run(self, script, session=None, **more):
        """What an expression comes to; a promise is waited for."""
        answer = self.send("Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True, **more)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", str(answer)))
        return answer["result"].get("value")


def until(what, look, seconds=LIMIT_S):
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
    return found
