"""A headless Chromium as a person would use it, with a record of what it asked for and what failed."""

import base64
import os
import pathlib
import shutil
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "check-browsers.d"))
import driven

KEYS = {"Enter": (13, "\r"), " ": (32, " "), "Tab": (9, ""), "ArrowDown": (40, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowLeft": (37, ""), "/": (191, "/")}


class Browser(driven.Chromium):
    def __init__(self, scratch):
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))))
        self.requests, self.errors = [], []
        super().__init__(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
             "--disable-crash-reporter", "--disable-breakpad"], pathlib.Path(scratch, "chromium"), scratch)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def note(self, message):
        told = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(told["exceptionDetails"].get("exception", {}).get("description", str(told)))
        elif message.get("method") == "Log.entryAdded" and told["entry"]["source"] == "security":
            self.errors.append(told["entry"]["text"])
        elif message.get("method") == "Page.javascriptDialogOpening":
            self.errors.append(f"a dialog opened: {told['message']}")

    def run(self, script):
        return super().run(script, userGesture=True)

    def until(self, what, script):
        return driven.until(what, lambda: self.run(script), seconds=30)

    def open(self, url):
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=url)
        self.until(f"{url} to load", "document.readyState === 'complete' && location.href !== 'about:blank'")

    def type(self, text):
        for character in text:
            self.send("Input.dispatchKeyEvent", type="char", text=character)

    def press(self, key, shift=False):
        code, text = KEYS[key]
        shared = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **shared)
        self.send("Input.dispatchKeyEvent", type="keyUp", **shared)

    def mouse(self, kind, x, y):
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=0 if kind == "mouseReleased" else 1, clickCount=1)

    def size(self, width, height, phone=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)

    def scheme(self, name):
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def picture(self, file):
        pathlib.Path(file).write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
