"""A Chromium that looks at pages with frames of other sites."""

import base64
import json
import pathlib

import driven


class Chromium(driven.Chromium):
    until = staticmethod(driven.until)

    def __init__(self, command, profile):
        super().__init__(command, profile, profile)
        self.frames = []
        self.send("Page.enable")
        # Frames of other sites are processes of their own.
        self.send("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def note(self, message):
        if message.get("method") == "Target.attachedToTarget":
            self.frames.append(message["params"]["sessionId"])

    def open(self, url):
        self.send("Page.navigate", url=url)
        self.until(f"loading {url}", lambda: self.run("document.readyState") == "complete")

    def screenshot(self, file, selector):
        """Of an element, with 8 pixels around it."""
        box = json.loads(self.run(f"JSON.stringify(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"))
        part = {"x": box["x"] - 8, "y": box["y"] - 8, "width": box["width"] + 16, "height": box["height"] + 16, "scale": 1}
        pathlib.Path(file).write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png", clip=part)["data"]))
