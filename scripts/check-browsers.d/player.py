"""Has both browsers play clips by <cutroom-clip> in a page of another site, and Chromium clips' own pages, and holds what is seen to
the transcript and to the clip."""

import argparse
import http.server
import json
import pathlib
import queue
import sys
import threading
import urllib.parse
import urllib.request

import run
from chromium import Chromium

HERE = pathlib.Path(__file__).parent
START_MS, LENGTH_MS = 29_000, 13_000
# Of the clip's own clock, between a word's time and the moment at which it is lit.
LATE_S = 0.05


def main():
    words = argparse.ArgumentParser()
    for name in ("site", "cutroom", "scratch"):
        words.add_argument(f"--{name}", required=True)
    words.add_argument("--screenshot")
    words = words.parse_args()
    check = Check(words)
    for name, command in run.browsers(check.scratch):
        if name == "Chromium":
            check.chromium_command = [word for word in command if not word.startswith("--user-data-dir")]
        check.whole(name, command)
        check.plain(name, command)
    with Chromium(check.chromium_command, check.scratch / "driven") as chromium:
        check.keys(chromium)
        check.frame(chromium)
        # The last one: scripts stay off.
        check.no_script(chromium)
    check.site.server.shutdown()
    sys.exit(1 if check.faults else 0)


class Check:
    def __init__(self, words):
        self.words = words
        self.scratch = pathlib.Path(words.scratch, "player")
        self.scratch.mkdir()
        self.faults = []
        episode = run.first_episode(words.scratch)
        self.id = f"{episode}/{START_MS}-{START_MS + LENGTH_MS}.mp3"
        self.page = f"{words.cutroom}/c/{urllib.parse.quote(self.id, safe='')}"
        with urllib.request.urlopen(f"{words.cutroom}/player.json", timeout=30) as answer:
            self.script = json.load(answer)["script"]
        self.site = Site(words, self.script)
        ask = f"{words.cutroom}/api/v1/audio_clips/{episode}?start_time_ms={START_MS}&duration_ms={LENGTH_MS}&format=transcript"
        with urllib.request.urlopen(ask, timeout=60) as answer, urllib.request.urlopen(json.load(answer)["clip_url"], timeout=60) as file:
            segments = json.load(file)["segments"]
        self.times = [(word["body"], word["startTime"]) for segment in segments for word in segment["words"]]

    def say(self, name, what, wrong, measured=""):
        print(f"check-browsers: {name}: {what}: {wrong or 'as it should be'}{measured and f' ({measured})'}", file=sys.stderr)
        if wrong:
            self.faults.append(wrong)

    def address(self, **more):
        return f"#{urllib.parse.quote(json.dumps({'page': self.page, **more}))}"

    def told(self, name, command, url):
        more = argparse.Namespace(scratch=str(self.scratch), screenshot=None)
        return run.visit(self.site, name, command, url, more)

    def whole(self, name, command):
        seen = self.told(name, command, f"{self.words.site}/{self.address()}")
        late = [lit["at"] - time for lit, (_, time) in zip(seen["lit"], self.times)]
        wrong = seen.get("fault", "")
        if not wrong and ([lit["word"] for lit in seen["lit"]] != [word for word, _ in self.times] or not late):
            wrong = f"the words {seen['lit']} were lit, and not {self.times}"
        if not wrong and not all(-0.001 <= one <= LATE_S for one in late):
            wrong = f"words were lit {late} s after their time"
        self.say(name, "<cutroom-clip> lights the words", wrong, f"at most {1000 * max(late):.0f} ms late, {len(late)} words" if late else "")
        wanted = ["play", "progress1", "progress2", "progress3", "ended"]
        self.say(name, "<cutroom-clip> tells of it", "" if seen["events"] == wanted else f"{seen['events']}")
        end = LENGTH_MS / 1000
        keys = [["Home", 0, "0"], ["ArrowRight", 1, "1"], ["ArrowRight", 2, "2"], ["PageUp", 7, "7"], ["ArrowLeft", 6, "6"],
                ["End", end, f"{end:g}"]]
        isRight = seen.get("isFocused") and seen["keys"] == keys and seen.get("duration") == end
        self.say(name, "<cutroom-clip> by the keyboard", "" if isRight else f"{seen['keys']}, {seen.get('duration')} s")
        # The one that the page brings about itself.
        isRight = seen["violations"] == ["style-src-attr"]
        self.say(name, "<cutroom-clip> under a strict policy", "" if isRight else f"violations: {seen['violations']}")

    def plain(self, name, command):
        other = self.words.site.replace("localhost", "127.0.0.1")
        seen = self.told(name, command, f"{other}/{self.address(isPlain=True)}")
        wrong = seen.get("fault", "")
        # The sound's own length: of an MP3 without the gateway's word, with what the decoder adds.
        if not wrong and (seen["hasWords"] or abs(seen["duration"] - LENGTH_MS / 1000) > 0.06 or seen["events"][:1] != ["play"]):
            wrong = f"{seen}"
        self.say(name, "<cutroom-clip> where answers may not be read", wrong)

    def keys(self, chromium):
        """Real ones, and what a person sees."""
        chromium.open(f"{self.words.site}/idle#")
        chromium.run(f"""{{
            const clip = document.createElement("cutroom-clip");
            clip.src = {json.dumps(self.page)}; clip.setAttribute("label", "Time marks");
            document.querySelector("main").append(clip); }}""")
        clip = "document.querySelector('cutroom-clip')"
        chromium.until("the words", lambda: chromium.run(f"!!{clip}.shadowRoot.querySelector('.word')"))
        for key, code in (("Tab", 9), ("Tab", 9), ("ArrowRight", 39), ("ArrowRight", 39)):
            chromium.send("Input.dispatchKeyEvent", type="rawKeyDown", key=key, code=key, windowsVirtualKeyCode=code)
            chromium.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)
        sought = chromium.run(f"{clip}.currentTime")
        chromium.send("Input.dispatchKeyEvent", type="keyDown", key=" ", code="Space", text=" ", windowsVirtualKeyCode=32)
        plays = chromium.until("playing by the keyboard", lambda: chromium.run(f"{clip}.currentTime") > 2.6)
        if self.words.screenshot:
            chromium.screenshot(self.words.screenshot, "cutroom-clip")
        self.say("Chromium", "<cutroom-clip> by real keys", "" if sought == 2 and plays else f"it came to {sought} s")

    def frame(self, chromium):
        embed = self.page.replace("/c/", "/embed/")
        chromium.open(f"{self.words.site}/frame?{urllib.parse.quote(embed, safe='')}")
        (session,) = chromium.until("the frame", lambda: chromium.run("1") and chromium.frames)
        chromium.until("the frame's page", lambda: chromium.run("!!document.querySelector('audio')", session))
        self.say("Chromium", "/embed/ in a frame of another site", self.hears(chromium, session))

    def no_script(self, chromium):
        chromium.send("Emulation.setScriptExecutionDisabled", value=True)
        # Which a page would do that has scripts.
        chromium.open(f"{self.words.site}/frame?x")
        runs = chromium.run("document.title") == "a script ran"
        chromium.open(self.page)
        self.say("Chromium", "/c/ with JavaScript off", "scripts are not off" if runs else self.hears(chromium, None))

    def hears(self, chromium, session):
        """By a click on the browser's own button, which needs no script."""
        box = json.loads(chromium.run(
            "JSON.stringify(document.querySelector('audio').getBoundingClientRect())", session))
        x, y = box["x"] + 28, box["y"] + box["height"] / 2
        for kind in ("mousePressed", "mouseReleased"):
            chromium.send("Input.dispatchMouseEvent", session, type=kind, x=x, y=y, button="left", clickCount=1)
        chromium.until("playing", lambda: chromium.run("document.querySelector('audio').currentTime", session) > 0.3)
        length = chromium.run("document.querySelector('audio').duration", session)
        return "" if abs(length - LENGTH_MS / 1000) < 0.06 else f"it is {length} s long"


class Site:
    """Another origin than the gateway's, with a policy that allows the gateway alone."""

    def __init__(self, words, script):
        self.told = queue.Queue()
        site, gateway = self, words.cutroom
        policy = "; ".join((
            "default-src 'none'", f"script-src 'self' {gateway}", f"connect-src 'self' {gateway}", f"media-src {gateway}",
            f"frame-src {gateway}", "style-src 'none'", "base-uri 'none'"))

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title>{script}'
                if path == "/player-page.js":
                    return self.send("text/javascript", (HERE / "player-page.js").read_bytes())
                if path == "/title.js":
                    return self.send("text/javascript", b"document.title = 'a script ran'")
                if path == "/frame":
                    inside = f'<iframe width="600" height="160" src="{urllib.parse.unquote(query)}"></iframe>' if query != "x" else ""
                    return self.send("text/html", f'{head}<script src="/title.js"></script><main>{inside}</main>'.encode())
                own = '<script src="/player-page.js" defer></script>' if path == "/" else ""
                return self.send("text/html", f"{head}{own}<main></main>".encode())

            def send(self, kind, body):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                site.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        port = urllib.parse.urlsplit(words.site).port
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    main()
