"""Uses the console in Chromium as a person would, and holds what it does to what the episodes are. Called by scripts/check-console."""

import argparse
import json
import pathlib
import subprocess
import sys
import traceback
import urllib.parse

import episodes
from browser import Browser

# So far from the transcript's own time a word may be lit.
LIT_S = 0.05
# From a click on a clip that is ready to its first sound.
FIRST_PLAY_MS = 300
# Before the page's own script: what it plays can be asked, and when which word is lit.
WATCH = """
window.sounds = [];
const Plain = Audio;
window.Audio = function () { const sound = new Plain(); sound.muted = true; sounds.push(sound); return sound; };
window.lit = [];
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const { target, oldValue } of changes) {
    if (!target.dataset?.start || target.tagName !== "SPAN" || !target.classList.contains("lit") || /\\blit\\b/.test(oldValue ?? "")) continue;
    const sound = sounds.find((sound) => !sound.paused);
    if (sound) lit.push([target.textContent, Number(target.dataset.start), sound.currentTime]);
  }
}).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["class"], attributeOldValue: true }));
"""


class Check:
    def __init__(self, words):
        self.words, self.faults, self.compared = words, [], 0
        self.browser = Browser(words.scratch)
        self.browser.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.axe = pathlib.Path(words.axe, "axe.min.js").read_text()

    def expect(self, is_so, claim):
        self.compared += 1
        print(f"check-console: {'as it should be' if is_so else 'WRONG'}: {claim}", file=sys.stderr)
        if not is_so:
            self.faults.append(claim)

    def look(self, name):
        """What axe-core finds, and a picture."""
        found = self.browser.run(self.axe + ";axe.run({resultTypes: ['violations']}).then((told) => JSON.stringify(told.violations.map((one) => [one.impact, one.id, one.nodes.map((node) => node.target.join(' ')).slice(0, 3)])))")
        serious = [one for one in json.loads(found) if one[0] in ("serious", "critical")]
        self.expect(not serious, f"axe-core finds nothing serious: {name} {serious or ''}")
        if self.words.screenshots:
            self.browser.picture(pathlib.Path(self.words.screenshots, f"{name}.png"))

    def all(self):
        browser = self.browser
        for way in (self.indexed, self.search, self.ready, self.cut, self.keyboard, self.harm, self.phone, self.dark):
            try:
                way()
            except Exception:  # noqa: BLE001: the other ways are tried all the same.
                traceback.print_exc()
                self.expect(False, f"{way.__name__} comes to its end")
        hosts = {urllib.parse.urlsplit(url).netloc for url in browser.requests if url.startswith("http")}
        self.expect(hosts == {urllib.parse.urlsplit(self.words.cutroom).netloc}, f"{len(browser.requests)} requests went to {hosts}")
        self.expect(not browser.errors, f"no script failed, and no policy was broken: {browser.errors[:3] or ''}")
        browser.end()

    def open(self, place=""):
        self.browser.open(f"{self.words.cutroom}/{place}")

    def indexed(self):
        self.browser.size(1120, 840)
        self.open()
        self.browser.until("all episodes to be searched", "fetch('/api/v1/episodes/search?q=x').then((answer) => answer.json()).then((told) => told.indexed_episodes === 4 && !told.pending_episodes)")
        self.browser.until("the episodes with their lengths", "document.querySelectorAll('.episode').length === 4 && [...document.querySelectorAll('.episode .muted')].every((line) => / · \\d/.test(line.textContent))")
        self.browser.until("pictures", "[...document.images].length === 3 && [...document.images].every((image) => image.complete && image.naturalWidth)")
        self.look("console-episodes")
        self.expect(self.browser.run("document.cookie") == "", "it sets no cookie")

    def search(self):
        browser = self.browser
        self.open()
        browser.press("/")
        browser.type("bees ho")
        browser.until("results", "document.querySelectorAll('.hit').length === 2")
        found = browser.run("[...document.querySelectorAll('mark')].map((mark) => mark.textContent).join('|')")
        self.expect(sorted(found.lower().split("|")) == ["bees", "bees", "honey", "honey"], f"'bees ho' marks {found}")
        browser.run("(words.value = '', words.focus(), true)")
        browser.type("bees")
        browser.until("all sentences with bees", "document.querySelectorAll('.hit').length >= 4")
        self.expect("found" in browser.run("document.getElementById('status').textContent"), "the number of results is announced")
        browser.press("ArrowDown")
        browser.press("ArrowDown")
        browser.press("ArrowUp")
        browser.press(" ")
        browser.until("a clip to play by the keyboard", "sounds.some((sound) => !sound.paused && sound.currentTime > 0)")
        browser.until("some words to be lit", "lit.length >= 6")
        self.look("console")
        browser.until("the clip to end", "sounds.every((sound) => sound.paused)")
        self.expect(browser.run("document.querySelectorAll('.wave canvas').length") == 1, "its waveform is drawn")

    def lit(self, told):
        told = json.loads(told)
        late = [at - start for _, start, at in told]
        self.expect(len(told) >= 6 and max(map(abs, late)) <= LIT_S,
                    f"{len(told)} words are lit {1000 * min(late):.0f} to {1000 * max(late):.0f} ms behind their times")

    def ready(self):
        browser = self.browser
        self.open("#q=bees")
        browser.until("results", "document.querySelectorAll('.hit').length >= 4")
        took = browser.run("""new Promise((resolve) => {
          const begun = performance.now();
          const sound = sounds[0];
          sound.addEventListener("playing", () => resolve(performance.now() - begun), { once: true });
          document.querySelector(".hit .round").click();
        })""")
        self.expect(took <= FIRST_PLAY_MS, f"a ready clip plays {took:.0f} ms after the click")
        browser.until("the clip to end", "sounds[0].ended")
        self.lit(browser.run("JSON.stringify(lit)"))

    def cut(self):
        browser = self.browser
        self.open("#q=bees")
        browser.until("results", "document.querySelectorAll('.hit').length >= 4")
        browser.run("document.querySelector('.hit > .button').click()")
        browser.until("a waveform", "document.querySelector('.wave.large') && !document.querySelector('.wave.large').hasAttribute('aria-busy')")
        browser.until("the words", "document.querySelectorAll('.lines button').length >= 4")
        box = json.loads(browser.run("JSON.stringify(document.querySelector('.wave.large').getBoundingClientRect())"))
        y = box["top"] + box["height"] / 4
        browser.mouse("mousePressed", box["left"] + 300, y)
        for x in range(310, 500, 20):
            browser.mouse("mouseMoved", box["left"] + x, y)
        browser.mouse("mouseReleased", box["left"] + 490, y)
        marked = self.marked()
        self.expect(marked[1] - marked[0] > 2_000, f"dragging marks {marked[0]} to {marked[1]} ms")
        before = len(browser.requests)
        browser.run("document.querySelector('.card .round').click()")
        browser.until("it to play", "sounds.some((sound) => !sound.paused && sound.currentTime > 0.2)")
        asked = [urllib.parse.parse_qs(urllib.parse.urlsplit(url).query) for url in browser.requests[before:] if "/audio_clips/" in url and "start_time_ms" in url]
        wanted = (marked[0], marked[1] - marked[0])
        self.expect([(int(one["start_time_ms"][0]), int(one["duration_ms"][0])) for one in asked] == [wanted], f"what is asked for is what is marked: {wanted}")
        self.look("console-cut")
        played = json.loads(browser.run("JSON.stringify(sounds.filter((sound) => sound.src).map((sound) => [sound.src, sound.duration]))"))[-1]
        self.expect(abs(played[1] * 1000 - wanted[1]) <= 1, f"what plays lasts {played[1]} s")
        self.expect(self.samples(played[0]) == round(wanted[1] * 44.1) or abs(self.samples(played[0]) - wanted[1] * 44.1) <= 1, f"and decodes to {self.samples(played[0])} samples")
        link, embed, line = json.loads(browser.run("JSON.stringify([...document.querySelectorAll('.share input')].map((field) => field.value))"))
        page = subprocess.run(["curl", "-sS", "-w", "%{http_code}", "-o", "/dev/null", link], capture_output=True, text=True, check=True).stdout
        self.expect(page == "200" and link.endswith(f"{marked[0]}-{marked[1]}.mp3") and "/embed/" in embed, f"its link answers {page}: {link}")
        work = pathlib.Path(self.words.scratch, "copied")
        work.mkdir()
        subprocess.run(["sh", "-c", f"{line} -sS"], cwd=work, check=True)
        self.expect(self.samples(work / "clip.mp3") == self.samples(played[0]), "the line for a terminal fetches the same clip")
        browser.run("document.getElementById('snap').click()")
        browser.run("document.querySelector('.card .round').click()")
        told = browser.until("what is heard to be told", "document.querySelector('.card [aria-live]').textContent")
        self.expect("whole sentences" in told, f"with whole sentences: {told}")

    def samples(self, source):
        sound = subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), "-f", "s16le", "-ac", "1", "-"], capture_output=True, check=True).stdout
        return len(sound) // 2

    def marked(self):
        return [int(value) for value in self.browser.run("[...document.querySelectorAll('.edge')].map((edge) => edge.getAttribute('aria-valuenow')).join()").split(",")]

    def keyboard(self):
        """From the search to a clip of one's own, with keys alone."""
        browser = self.browser
        self.open()
        browser.until("the page", "document.querySelectorAll('.episode').length === 4")
        browser.press("/")
        browser.type("grandmother")
        browser.until("a result", "document.querySelectorAll('.hit').length === 1")
        browser.press("ArrowDown")
        browser.press("Tab")
        browser.press("Enter")
        browser.until("the cutter's view", "document.querySelectorAll('.lines button').length >= 3")
        for _ in range(20):
            browser.press("Tab")
            if browser.run("document.activeElement.classList.contains('edge')"):
                break
        before = self.marked()
        for _ in range(3):
            browser.press("ArrowRight")
        browser.press("ArrowRight", shift=True)
        after = self.marked()
        self.expect(after == [before[0] + 310, before[1]], f"arrows move the start from {before} to {after}")
        seen = browser.run("getComputedStyle(document.activeElement).outlineStyle")
        self.expect(seen != "none", "what has the focus shows it")
        browser.press(" ")
        browser.until("space to play it", "sounds.some((sound) => !sound.paused && sound.currentTime > 0)")

    def harm(self):
        browser = self.browser
        self.open("#q=harm")
        browser.until("results", "document.querySelectorAll('.hit').length >= 6")
        shown = browser.run("document.getElementById('main').textContent")
        for text in episodes.HARM[:2] + episodes.HARM[3:5]:
            self.expect(text in shown, f"shown as text: {text}")
        browser.run("document.querySelectorAll('.hit .round').forEach((button) => button.click())")
        browser.until("one to play", "sounds.some((sound) => sound.src)")
        self.look("console-harm")
        browser.run("document.querySelector('.hit > .button').click()")
        browser.until("the cutter's view", "document.querySelectorAll('.lines button').length >= 4")
        self.open()
        browser.until("the page", "document.querySelectorAll('.episode').length === 4")
        self.open("#cut/%3Cscript%3Ewindow.hurt=6%3C%2Fscript%3E/0-1000")
        browser.until("an answer", "document.querySelector('.fault') !== null")
        self.open("#q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hurt%3D7%3E")
        browser.until("an answer", "document.querySelector('h1') !== null")
        self.expect(browser.run("window.hurt === undefined"), "nothing of it has run")

    def narrow(self, name):
        wide = self.browser.run("document.documentElement.scrollWidth - innerWidth")
        self.expect(wide <= 0, f"{name} fits a phone's width")

    def phone(self):
        browser = self.browser
        browser.size(390, 844, phone=True)
        self.open("#q=bees")
        browser.until("results", "document.querySelectorAll('.hit').length >= 4")
        browser.run("document.querySelector('.hit .round').click()")
        browser.until("words", "document.querySelector('.words .lit') !== null")
        self.narrow("search")
        self.look("console-phone")
        browser.run("document.querySelector('.hit > .button').click()")
        browser.until("a waveform", "document.querySelectorAll('.lines button').length >= 4")
        self.narrow("the cutter's view")
        self.look("console-phone-cut")
        self.open("#q=harm")
        browser.until("results", "document.querySelectorAll('.hit').length >= 6")
        self.narrow("what means harm")

    def dark(self):
        browser = self.browser
        browser.size(1120, 840)
        browser.scheme("dark")
        self.open("#q=bees")
        browser.until("results", "document.querySelectorAll('.hit').length >= 4")
        browser.run("document.querySelector('.hit .round').click()")
        browser.until("words", "lit.length >= 4")
        self.look("console-dark")


def main():
    words = argparse.ArgumentParser()
    for name in ("cutroom", "axe", "scratch"):
        words.add_argument(f"--{name}", required=True)
    words.add_argument("--screenshots")
    check = Check(words.parse_args())
    check.all()
    if check.faults or check.compared < 30:
        sys.exit(f"check-console: {len(check.faults)} of {check.compared} claims are wrong")
    print(f"check-console: all of {check.compared} claims hold", file=sys.stderr)


if __name__ == "__main__":
    main()
