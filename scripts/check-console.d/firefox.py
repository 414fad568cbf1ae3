"""Uses the console's main ways in Firefox, by WebDriver BiDi. Called by scripts/check-console."""

import argparse
import json
import pathlib
import shutil
import sys
import urllib.parse

import websocket

from browser import driven
from run import WATCH

PREFERENCES = {
    "media.autoplay.default": 0, "media.autoplay.blocking_policy": 0, "browser.shell.checkDefaultBrowser": "false", "media.cubeb.backend": '"null"',
    "datareporting.policy.dataSubmissionEnabled": "false", "app.update.enabled": "false", "browser.aboutwelcome.enabled": "false",
    "network.captive-portal-service.enabled": "false", "toolkit.telemetry.reportingpolicy.firstRun": "false",
}


class Firefox(driven.Driven):
    def __init__(self, scratch, port):
        program = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))))
        profile = pathlib.Path(scratch, "firefox")
        profile.mkdir()
        (profile / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in PREFERENCES.items()))
        super().__init__(
            [program, "--headless", "--no-remote", "--profile", str(profile), f"--remote-debugging-port={port}"], scratch,
            MOZ_DISABLE_CONTENT_SANDBOX="1")
        self.socket = driven.until("Firefox to begin", lambda: self.connected(f"ws://127.0.0.1:{port}/session"), seconds=30)
        self.send("session.new", capabilities={})
        self.send("script.addPreloadScript", functionDeclaration=f"() => {{{WATCH}}}")
        self.page = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def connected(self, address):
        try:
            return websocket.create_connection(address, timeout=60, suppress_origin=True)
        except (OSError, websocket.WebSocketException):
            return None

    def open(self, url):
        self.send("browsingContext.navigate", context=self.page, url="about:blank", wait="complete")
        self.send("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def run(self, script):
        told = self.send("script.evaluate", expression=f"Promise.resolve({script}).then((value) => JSON.stringify(value ?? null))",
                         target={"context": self.page}, awaitPromise=True, userActivation=True)
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    def until(self, what, script):
        return driven.until(what, lambda: self.run(script), seconds=30)

    def keys(self, text):
        actions = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.send("input.performActions", context=self.page, actions=[{"type": "key", "id": "keys", "actions": actions}])

    def drag(self, points):
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in points]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self.send("input.performActions", context=self.page, actions=[{"type": "pointer", "id": "mouse", "actions": actions}])


def ways(firefox, cutroom, expect):
    firefox.open(cutroom)
    firefox.until("the episodes", "document.querySelectorAll('.episode').length === 4")
    firefox.keys("/")
    firefox.keys("bees")
    firefox.until("results", "document.querySelectorAll('.hit').length >= 4")
    firefox.keys("\ue015")  # The arrow down (WebDriver, 17.4.2).
    # A headless Firefox takes itself for a window in the background, where keys press no button.
    firefox.run("(document.activeElement.click(), 1)")
    firefox.until("it to play", "sounds.some((sound) => !sound.paused && sound.currentTime > 0)")
    firefox.until("the clip to end", "sounds.some((sound) => sound.ended)")
    late = [at - start for _, start, at in firefox.run("lit")]
    expect(len(late) >= 6 and max(map(abs, late)) <= 0.05, f"{len(late)} words are lit {1000 * min(late):.0f} to {1000 * max(late):.0f} ms behind their times")
    firefox.run("document.querySelector('.hit > .button').click()")
    firefox.until("the cutter's view", "document.querySelectorAll('.lines button').length >= 4 && !document.querySelector('.wave.large').hasAttribute('aria-busy')")
    box = firefox.run("document.querySelector('.wave.large').getBoundingClientRect().toJSON()")
    firefox.drag([(box["left"] + x, box["top"] + box["height"] / 4) for x in range(300, 500, 20)])
    marked = [int(value) for value in firefox.run("[...document.querySelectorAll('.edge')].map((edge) => edge.getAttribute('aria-valuenow'))")]
    firefox.run("document.querySelector('.card .round').click()")
    firefox.until("it to play", "sounds.some((sound) => !sound.paused && sound.currentTime > 0.2)")
    asked = [urllib.parse.parse_qs(urllib.parse.urlsplit(url).query) for url in firefox.run("performance.getEntriesByType('resource').map((entry) => entry.name)") if "start_time_ms" in url]
    last = (int(asked[-1]["start_time_ms"][0]), int(asked[-1]["duration_ms"][0]))
    expect(marked[1] - marked[0] > 2_000 and last == (marked[0], marked[1] - marked[0]), f"what is asked for is what is marked: {last}")
    plays = firefox.run("sounds.find((sound) => !sound.paused).duration")
    expect(abs(plays * 1000 - last[1]) <= 1, f"what plays lasts {plays} s")
    hosts = firefox.run("[...new Set(performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin))]")
    expect(hosts == [cutroom], f"requests went to {hosts}")
    firefox.open(f"{cutroom}/#q=harm")
    firefox.until("results", "document.querySelectorAll('.hit').length >= 6")
    firefox.run("(document.querySelector('.hit .round').click(), 1)")
    expect(firefox.run("window.hurt === undefined"), "nothing has run of what means harm")


def main():
    words = argparse.ArgumentParser()
    for name in ("cutroom", "scratch", "port"):
        words.add_argument(f"--{name}", required=True)
    words = words.parse_args()
    faults = []

    def expect(is_so, claim):
        print(f"check-console: Firefox: {'as it should be' if is_so else 'WRONG'}: {claim}", file=sys.stderr)
        if not is_so:
            faults.append(claim)

    firefox = Firefox(words.scratch, words.port)
    try:
        ways(firefox, words.cutroom, expect)
    finally:
        firefox.end()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
