"""Shows each browser a page that plays and draws clips, and holds what it tells to what the clips are."""

import argparse
import base64
import hashlib
import http.server
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).parent
LENGTH_S = 7
LIMIT_S = 180
# <audio> in Chromium counts the 6.5 ms that Opus leaves out in front, and AAC ends with a whole frame. Else 1 ms.
LONGER_S = {"opus": 0.008, "m4a": 0.024}


def main():
    words = argparse.ArgumentParser()
    for name in ("site", "cutroom", "libraries", "scratch"):
        words.add_argument(f"--{name}", required=True)
    words.add_argument("--screenshot")
    words = words.parse_args()
    episode = first_episode(words.scratch)
    site = Site(words)
    faults = []
    for number, (name, command) in enumerate(browsers(words.scratch)):
        # Each browser has clips of its own that nobody has asked for before.
        told = visit(site, name, command, page(words, episode, number), words)
        for found in told["found"]:
            wrong = judge(found)
            print(f"check-browsers: {name}: {found['name']}: {wrong or 'as it should be'}", file=sys.stderr)
            if wrong:
                faults.append(wrong)
        if not told["found"]:
            faults.append(f"{name} told nothing")
    site.server.shutdown()
    sys.exit(1 if faults else 0)


def first_episode(scratch):
    """Its id follows from its path in the folder."""
    (path,) = pathlib.Path(scratch, "episodes").glob("*.mp3")
    return hashlib.sha256(path.name.encode()).hexdigest()[:24]


def page(words, episode, number):
    start = 60_000 + 200_000 * number
    addresses = []
    for place, extension in enumerate(("mp3", "m4a", "opus", "wav")):
        path, query = f"play.{extension}", f"start_time_ms={start + 10_000 * place}"
        addresses += [{"name": f"{extension}, {how}", "path": path, "query": query} for how in ("not made yet", "ready")]
    settings = {"cutroom": words.cutroom, "episode": episode, "addresses": addresses}
    return f"{words.site}/#{urllib.parse.quote(json.dumps(settings))}"


def judge(found):
    """What is wrong; empty if nothing is."""
    if "fault" in found:
        return found["fault"]
    longer = LONGER_S.get(found["name"].split(",")[0], 0.001)
    lengths = {name: found[name] for name in ("duration", "surfer", "final", "endedAt") if name in found}
    for name, length in lengths.items():
        slack = 0.05 if name == "endedAt" else 0
        if not -0.001 - slack <= length - LENGTH_S <= longer + 0.0001 + slack:
            return f"{name} is {length} s and not {LENGTH_S}"
    # A waveform ends with a whole pixel.
    if "waveform" in found and not 0 <= found["waveform"] - LENGTH_S < found["pixel"]:
        return f"the waveform lasts {found['waveform']} s and not {LENGTH_S}, by pixels of {found['pixel']} s"
    # It plays meanwhile.
    if not 5 <= found.get("seekedTo", 5) < 6:
        return f"it sought 5 s and came to {found['seekedTo']}"
    if found.get("drawn", 1_000) < 1_000:
        return f"only {found['drawn']} pixels are drawn"
    if found.get("width", 1) == 0:
        return "the picture has no width"
    return ""


class Site:
    """Another origin than the gateway's: the page, its libraries, and what the page tells."""

    def __init__(self, words):
        self.told, self.drawn = queue.Queue(), queue.Queue()
        files = {"/": HERE / "page.html", "/page.js": HERE / "page.js"}
        files |= {f"/{path.name}": path for path in pathlib.Path(words.libraries).iterdir()}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                file = files.get(self.path)
                self.send_response(200 if file else 404)
                kind = {".html": "text/html", ".js": "text/javascript"}.get(file.suffix if file else "", "text/plain")
                self.send_header("Content-Type", kind)
                body = file.read_bytes() if file else b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == "/told":
                    site.told.put(json.loads(body))
                else:
                    site.drawn.put(True)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        port = urllib.parse.urlsplit(words.site).port
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def browsers(scratch):
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    firefox = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if not chromium or not firefox:
        sys.exit("check-browsers: there is no Chromium, or no Firefox; scripts/bootstrap browsers installs them")
    profile = pathlib.Path(scratch, "firefox")
    profile.mkdir()
    (profile / "user.js").write_text("".join(
        f'user_pref("{name}", {value});\n' for name, value in {
            "media.autoplay.default": 0, "media.autoplay.blocking_policy": 0, "browser.shell.checkDefaultBrowser": "false",
            "datareporting.policy.dataSubmissionEnabled": "false", "toolkit.telemetry.reportingpolicy.firstRun": "false",
            "app.update.enabled": "false", "browser.aboutwelcome.enabled": "false", "network.captive-portal-service.enabled": "false",
            "privacy.resistFingerprinting": "false", "media.cubeb.backend": '"null"',
        }.items()))
    yield "Chromium", [
        chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=820,1400",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        "--disable-crash-reporter", "--disable-breakpad", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
        f"--user-data-dir={scratch}/chromium"]
    yield "Firefox", [firefox, "--headless", "--no-remote", "--profile", str(profile)]


def visit(site, name, command, url, words):
    extra = []
    keeps = words.screenshot and name == "Chromium"
    if keeps:
        extra = ["--remote-debugging-port=0"]
    log = pathlib.Path(words.scratch, f"{name}.log")
    with log.open("wb") as out:
        process = subprocess.Popen([*command, *extra, url], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   start_new_session=True, env={**os.environ, "HOME": words.scratch, "MOZ_DISABLE_CONTENT_SANDBOX": "1"})
    try:
        if keeps:
            site.drawn.get(timeout=LIMIT_S)
            screenshot(pathlib.Path(words.scratch, "chromium"), words.screenshot)
        return site.told.get(timeout=LIMIT_S)
    except queue.Empty:
        last = log.read_text(errors="replace").splitlines()[-5:]
        sys.exit(f"check-browsers: {name} told nothing in {LIMIT_S} s: {' | '.join(last)}")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def screenshot(profile, file):
    """By Chromium's own protocol (Chrome DevTools Protocol, Page.captureScreenshot)."""
    import websocket

    port = int((profile / "DevToolsActivePort").read_text().split()[0])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
        target = next(one for one in json.load(answer) if one["type"] == "page")
    shown = websocket.create_connection(target["webSocketDebuggerUrl"], timeout=10, suppress_origin=True)
    shown.send(json.dumps({"id": 1, "method": "Page.captureScreenshot", "params": {"format": "png"}}))
    while (message := json.loads(shown.recv())).get("id") != 1:
        pass
    shown.close()
    pathlib.Path(file).write_bytes(base64.b64decode(message["result"]["data"]))


if __name__ == "__main__":
    main()
