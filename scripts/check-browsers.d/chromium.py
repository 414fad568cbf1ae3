"""A Chromium that is driven by its own protocol (Chrome DevTools Protocol)."""

import base64
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

import websocket

LIMIT_S = 60


class Chromium:
    def __init__(self, command, profile):
        self.process = subprocess.Popen(
            [*command, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "HOME": str(profile)})
        self.last = 0
        port = self.until("its port", lambda: pathlib.Path(profile, "DevToolsActivePort").read_text().split()[0])
        target = self.until("a page", lambda: next(one for one in self.targets(port) if one["type"] == "page"))
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=LIMIT_S, suppress_origin=True)
        self.frames = []
        self.call("Page.enable")
        # Frames of other sites are processes of their own.
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @staticmethod
    def targets(port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            return json.load(answer)

    @staticmethod
    def until(what, found):
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            try:
                if result := found():
                    return result
            except (OSError, IndexError, StopIteration):
                pass
            time.sleep(0.1)
        raise SystemExit(f"check-browsers: Chromium: {what} took over {LIMIT_S} s")

    def call(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        self.socket.send(json.dumps({**message, "sessionId": session} if session else message))
        while (answer := json.loads(self.socket.recv())).get("id") != self.last:
            if answer.get("method") == "Target.attachedToTarget":
                self.frames.append(answer["params"]["sessionId"])
        if "error" in answer:
            raise SystemExit(f"check-browsers: Chromium: {method}: {answer['error']}")
        return answer["result"]

    def evaluate(self, expression, session=None, **parameters):
        answer = self.call("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True, **parameters)
        if "exceptionDetails" in answer:
            raise SystemExit(f"check-browsers: Chromium: {expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.until(f"loading {url}", lambda: self.evaluate("document.readyState") == "complete")

    def screenshot(self, file, selector):
        """Of an element, with 8 pixels around it."""
        box = json.loads(self.evaluate(f"JSON.stringify(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"))
        part = {"x": box["x"] - 8, "y": box["y"] - 8, "width": box["width"] + 16, "height": box["height"] + 16, "scale": 1}
        pathlib.Path(file).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png", clip=part)["data"]))
