// Cutroom's console: finds what is said, plays it, and cuts it. It asks this server's API and nothing else, and shows what others
// wrote as text alone.
"use strict";

const told = document.documentElement.dataset;
const LONGEST_MS = Number(told.longestMs) || 60000;
const HAS_EPISODES = told.episodes === "yes";
/** Of a cutter's view, in milliseconds. */
const VIEW_MS = Math.min(LONGEST_MS, 120000);
const FORMATS = ["mp3", "m4a", "opus", "webm", "wav", "vtt", "srt", "transcript", "peaks", "svg", "png"];
const main = document.getElementById("main");
const words = document.getElementById("words");
const status = document.getElementById("status");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// --- Elements -------------------------------------------------------------------------------------------------------

/** An element with attributes, listeners (functions by `onclick` and so on) and children; texts stay texts. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text of either direction among ours, cut off where nobody reads on. */
function bdi(text, most = 400) {
  const shown = String(text ?? "");
  return el("bdi", {}, shown.length > most ? shown.slice(0, most) + "…" : shown);
}

const PATHS = {
  play: "M8 5.5v13l11-6.5z", pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  busy: "M12 3a9 9 0 1 0 9 9h-2.5A6.5 6.5 0 1 1 12 5.5z",
};
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

function say(text) { status.textContent = text; }

// --- Times ----------------------------------------------------------------------------------------------------------

/** 1:02:03, or with `exact` 1:02:03.250. */
function clock(ms, exact = false) {
  const whole = Math.max(0, Math.round(exact ? ms : Math.floor(ms / 1000) * 1000));
  const seconds = Math.floor(whole / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return (h ? `${h}:${two(m)}` : `${m}`) + `:${two(s)}` + (exact ? "." + String(whole % 1000).padStart(3, "0") : "");
}

/** What `clock` writes, and plain seconds; null for anything else. */
function unclock(text) {
  const parts = text.trim().replace(",", ".").split(":");
  if (parts.length > 3 || !parts.every((part, place) => (place === parts.length - 1 ? /^\d+(\.\d*)?$/ : /^\d+$/).test(part))) return null;
  return Math.round(parts.reduce((sum, part) => sum * 60 + Number(part), 0) * 1000);
}

// --- The API --------------------------------------------------------------------------------------------------------

let apiKey = "";

async function api(path, { signal, headers = {} } = {}) {
  const answer = await fetch(path, {
    signal, credentials: "omit", headers: { ...(apiKey ? { "X-Api-Key": apiKey } : {}), ...headers },
  });
  if (answer.status === 401 && await askForKey()) return api(path, { signal, headers });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(body.detail || body.title || `status ${answer.status}`), { reason: body.reason });
  return { status: answer.status, body, location: answer.headers.get("Location"), retryAfter: Number(answer.headers.get("Retry-After")) || 1 };
}

let asking = null;
function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("ask-key");
    const field = document.getElementById("key");
    field.value = "";
    dialog.addEventListener("close", () => {
      asking = null;
      const given = dialog.returnValue === "use" ? field.value.trim() : "";
      if (given) apiKey = given;
      field.value = "";
      resolve(given !== "");
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(new DOMException("", "AbortError")); }, { once: true });
  });
}

function clipPath(episode, span, parameters = {}) {
  const query = new URLSearchParams({ start_time_ms: span.startMs, duration_ms: span.endMs - span.startMs, ...parameters });
  return `/api/v1/audio_clips/${encodeURIComponent(episode)}?${query}`;
}

/** A clip's answer, made if it is not there: it is waited for as long as somebody looks. */
async function clip(episode, span, parameters, signal) {
  for (;;) {
    const answer = await api(clipPath(episode, span, parameters), { signal, headers: { Prefer: "wait=20" } });
    if (answer.status !== 202) return answer.body;
    await pause(answer.retryAfter * 1000, signal);
  }
}

/** Here `cutroom serve` has the clips itself, under whichever of its names the page has. */
function near(url) {
  const parsed = new URL(url, location.href);
  return HAS_EPISODES ? parsed.pathname + parsed.search : parsed.href;
}

async function loaded(url, signal) {
  const answer = await fetch(near(url), { signal, credentials: "omit" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

// --- Sound ----------------------------------------------------------------------------------------------------------

/** The one that plays: another one that begins ends it. */
let playing = null;

/** One clip's sound: asked for when it is first wanted, and told of by `changed`. */
class Sound {
  constructor(ask, changed) {
    this.ask = ask;
    this.changed = changed;
    this.state = "idle";
    this.fault = "";
    this.answer = null;
    this.audio = new Audio();
    if (!HAS_EPISODES) this.audio.crossOrigin = "anonymous";
    this.audio.preload = "auto";
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.turn());
    this.audio.addEventListener("timeupdate", () => this.changed());
    this.audio.addEventListener("error", () => { if (this.audio.src) this.fail(new Error("the clip can't be played")); });
  }

  get time() { return this.audio.currentTime; }
  get length() { return this.answer ? this.answer.duration_ms / 1000 : 0; }

  async toggle() {
    if (this.state === "loading") return;
    if (this.state === "playing") return this.audio.pause();
    if (playing && playing !== this) playing.audio.pause();
    playing = this;
    try {
      if (!this.answer) {
        this.set("loading");
        this.stopping = new AbortController();
        this.answer = await this.ask(this.stopping.signal);
        this.audio.src = near(this.answer.clip_url);
      }
      await this.audio.play();
    } catch (fault) { this.fail(fault); }
  }

  seek(seconds) {
    if (!this.answer) return;
    this.audio.currentTime = Math.min(Math.max(0, seconds), Math.max(0, this.length - 0.01));
    this.changed();
  }

  turn() {
    this.set(this.audio.paused ? "ready" : "playing");
    if (!this.audio.paused) this.follow();
  }

  /** Once a picture while it plays: `timeupdate` comes four times a second, which no word waits for. */
  follow() {
    if (this.state !== "playing") return;
    this.changed();
    requestAnimationFrame(() => this.follow());
  }

  fail(fault) {
    if (fault.name === "AbortError") return this.set(this.answer ? "ready" : "idle");
    this.fault = fault.name === "NotAllowedError" ? "Press play once more" : fault.message;
    this.set(this.answer ? "ready" : "idle");
    say(this.fault);
  }

  set(state) {
    if (state !== "idle" && state !== "ready") this.fault = "";
    this.state = state;
    this.changed();
  }

  end() {
    this.stopping?.abort();
    this.audio.pause();
    if (playing === this) playing = null;
  }
}

function playButton(label, press) {
  const button = el("button", { class: "round primary", type: "button", onclick: press }, icon("play"));
  const shown = { state: "" };
  return {
    button,
    show(state) {
      if (shown.state === state) return;
      shown.state = state;
      button.replaceChildren(icon(state === "playing" ? "pause" : state === "loading" ? "busy" : "play"));
      button.classList.toggle("busy", state === "loading");
      button.setAttribute("aria-label", `${state === "playing" ? "Pause" : state === "loading" ? "Is being cut" : "Play"}: ${label}`.slice(0, 160));
    },
  };
}

// --- Waveforms ------------------------------------------------------------------------------------------------------

const redraws = new Set();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraws.forEach((draw) => draw()));

/** Draws audiowaveform's pairs (docs/http.md, "Waveforms") as bars, those before `done` (0 to 1) in the accent. */
function drawWave(canvas, peaks, done = 0) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, w, h);
  if (!w || !h) return;
  const style = getComputedStyle(canvas);
  const [quiet, bright] = [style.color, style.getPropertyValue("--accent")];
  const step = 4 * scale;
  const bars = Math.floor(w / step);
  const pairs = peaks ? peaks.data.length / 2 : 0;
  const full = peaks ? 2 ** (peaks.bits - 1) : 1;
  for (let bar = 0; bar < bars; bar++) {
    let most = 0;
    for (let pair = Math.floor(bar * pairs / bars); pair < Math.max((bar + 1) * pairs / bars, 0); pair++) {
      most = Math.max(most, Math.abs(peaks.data[2 * pair]), Math.abs(peaks.data[2 * pair + 1]));
    }
    const tall = Math.max(2 * scale, Math.sqrt(Math.min(1, most / full)) * h * 0.94);
    context.fillStyle = bar / bars < done ? bright : quiet;
    context.fillRect(bar * step + scale / 2, (h - tall) / 2, 2.5 * scale, tall);
  }
}

/** A clip's waveform, by which it can be moved through. */
function waveSlider(sound, label) {
  const canvas = el("canvas");
  const wave = el("div", {
    class: "wave", role: "slider", tabindex: "0", "aria-label": label.slice(0, 160), "aria-valuemin": "0",
    onpointerdown(event) {
      const box = wave.getBoundingClientRect();
      sound.seek((event.clientX - box.left) / box.width * sound.length);
    },
    onkeydown(event) { if (moveBy(event, sound)) event.preventDefault(); },
  }, canvas);
  let peaks = null;
  const draw = () => drawWave(canvas, peaks, sound.length ? sound.time / sound.length : 0);
  new ResizeObserver(draw).observe(wave);
  redraws.add(draw);
  return {
    wave,
    take(data) { peaks = data; draw(); },
    show() {
      draw();
      wave.setAttribute("aria-valuemax", String(Math.round(sound.length)));
      wave.setAttribute("aria-valuenow", String(Math.round(sound.time)));
      wave.setAttribute("aria-valuetext", `${sound.time.toFixed(0)} of ${sound.length.toFixed(0)} seconds`);
    },
    end() { redraws.delete(draw); },
  };
}

/** The keys of a player: true if this was one. */
function moveBy(event, sound) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  switch (event.key) {
    case " ": case "Enter": sound.toggle(); return true;
    case "ArrowLeft": sound.seek(sound.time - 2); return true;
    case "ArrowRight": sound.seek(sound.time + 2); return true;
    case "Home": sound.seek(0); return true;
    case "End": sound.seek(sound.length); return true;
    default: return false;
  }
}

// --- Words ----------------------------------------------------------------------------------------------------------

/** The words of a transcript (the podcast namespace's JSON), each lit while it is said; where only a line has times, the line. */
function wordsView(segments, seek) {
  const box = el("p", { class: "words", dir: "auto", tabindex: "0", role: "group", "aria-label": "What is said" });
  const units = [];
  const add = (text, start, end) => {
    const span = el("span", { onclick: () => seek(start) }, text);
    span.dataset.start = start;
    span.dataset.end = end;
    units.push({ start, end, span });
    box.append(span);
  };
  for (const segment of segments.slice(0, 500)) {
    if (box.hasChildNodes()) box.append(" ");
    let at = 0;
    for (const word of segment.words ?? []) {
      const text = word.body.trim();
      const place = segment.body.indexOf(text, at);
      if (place < 0) continue;
      box.append(segment.body.slice(at, place));
      add(text, word.startTime, word.endTime);
      at = place + text.length;
    }
    if (at === 0) add(segment.body, segment.startTime, segment.endTime);
    else box.append(segment.body.slice(at));
  }
  let lit = -2;
  return {
    box,
    show(time, isBegun) {
      let now = -1;
      for (let place = 0; place < units.length && units[place].start <= time; place++) now = place;
      if (!isBegun) now = -1;
      const inside = now >= 0 && time < units[now].end ? now : -1;
      if (inside === lit) return;
      lit = inside;
      units.forEach((unit, place) => {
        unit.span.classList.toggle("past", place <= now);
        unit.span.classList.toggle("lit", place === inside);
      });
      if (inside >= 0 && box.scrollHeight > box.clientHeight) {
        const span = units[inside].span;
        if (span.offsetTop < box.scrollTop || span.offsetTop + span.offsetHeight > box.scrollTop + box.clientHeight) {
          box.scrollTo({ top: span.offsetTop - box.offsetTop - box.clientHeight / 3, behavior: calm.matches ? "auto" : "smooth" });
        }
      }
    },
  };
}

/** Parts that were not there yet come by asking again. */
async function parts(ask, first, signal, took) {
  let answer = first;
  for (let round = 0; round < 40; round++) {
    took(answer);
    if (answer.waveform?.status !== "pending" && answer.transcript?.status !== "pending") return;
    await pause(Math.min(2000, 150 * 1.3 ** round), signal);
    answer = await ask(signal);
  }
}

// --- Views ----------------------------------------------------------------------------------------------------------

/** What has to end when another view comes. */
let leaving = [];

function show(...children) {
  for (const leave of leaving.splice(0)) leave();
  main.replaceChildren(...children.filter(Boolean));
}

function cutAddress(episode, startMs, endMs) { return `#cut/${encodeURIComponent(episode)}/${startMs}-${endMs}`; }

function problem(fault) {
  return el("p", { class: "note fault", role: "alert" }, bdi(fault.message));
}

// --- Search ---------------------------------------------------------------------------------------------------------

let searching = null;

async function search(text) {
  searching?.abort();
  const stopping = searching = new AbortController();
  try {
    const { body } = await api(`/api/v1/episodes/search?limit=30&q=${encodeURIComponent(text)}`, { signal: stopping.signal });
    if (stopping !== searching) return;
    const shown = JSON.stringify([text, body]);
    if (shown !== results.shown || !main.querySelector(".list")) results(text, body);
    results.shown = shown;
    if (body.pending_episodes > 0) {
      await pause(1500, stopping.signal);
      if (!playing) await search(text);
    }
  } catch (fault) {
    if (fault.name !== "AbortError") show(problem(fault));
  }
}

function results(text, body) {
  const count = body.hits.length;
  const found = count ? `${count}${body.has_more ? "+" : ""} ${count === 1 ? "place" : "places"}` : "Nothing";
  const reading = body.pending_episodes ? ` Transcripts of ${body.pending_episodes} episodes are still being read.` : "";
  const full = body.index_full ? " Not all transcripts had room in the index." : "";
  const list = el("ol", { class: "list", "aria-label": "Results", onkeydown: walk });
  for (const hit of body.hits) list.append(resultCard(hit));
  show(
    el("h1", {}, count ? `${found} where this is said` : "Nothing like this is said"),
    el("p", { class: "muted" }, count ? "Best first." + reading + full : "Words must all be in one sentence; try fewer of them." + reading + full),
    list);
  say(`${found} found for ${text}.` + reading);
}

/** Up and down between the cards. */
function walk(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const buttons = [...main.querySelectorAll(".hit > .round")];
  const here = buttons.findIndex((button) => button.closest("li").contains(document.activeElement));
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  if (here < 0 || document.activeElement.getAttribute("role") === "slider") return;
  event.preventDefault();
  if (next < 0) words.focus();
  else buttons[next]?.focus();
}

function marked(text, matches) {
  const said = el("p", { class: "said", dir: "auto" });
  let at = 0;
  for (const { start, end } of matches) {
    if (start < at || end > text.length) continue;
    said.append(text.slice(at, start), el("mark", {}, text.slice(start, end)));
    at = end;
  }
  said.append(text.slice(at));
  return said;
}

function resultCard(hit) {
  const span = {
    startMs: hit.start_time_ms,
    endMs: Math.min(Math.max(hit.end_time_ms, hit.start_time_ms + 2000), hit.start_time_ms + LONGEST_MS),
  };
  const ask = (signal) => clip(hit.episode_id, span, { snap: "sentence", with: "waveform,transcript" }, signal);
  const more = el("div", { class: "more", hidden: true });
  const fault = el("p", { class: "fault more", hidden: true });
  let view = null;
  let wave = null;
  const sound = new Sound(async (signal) => {
    const answer = await ask(signal);
    wave = waveSlider(sound, `Where it plays: ${hit.text}`);
    more.replaceChildren(wave.wave);
    more.hidden = false;
    parts(ask, answer, signal, (now) => {
      if (now.waveform_url && !wave.asked) {
        wave.asked = true;
        loaded(now.waveform_url, signal).then((peaks) => wave.take(peaks)).catch(() => {});
      }
      if (now.transcript?.segments && !view) {
        view = wordsView(now.transcript.segments, (time) => sound.seek(time));
        more.append(view.box);
      }
    }).catch(() => {});
    return answer;
  }, () => {
    play.show(sound.state);
    card.classList.toggle("active", sound.state === "playing");
    wave?.show();
    view?.show(sound.time, sound.state === "playing" || sound.time > 0);
    fault.hidden = !sound.fault;
    if (sound.fault) fault.replaceChildren(bdi(sound.fault));
  });
  const play = playButton(hit.text, () => sound.toggle());
  play.button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") { moveBy(event, sound); event.preventDefault(); }
  });
  play.show("idle");
  const card = el("article", { class: "card hit" },
    play.button,
    el("div", {},
      marked(hit.text, hit.matches),
      el("p", { class: "muted clamp" }, hit.speaker ? el("span", {}, bdi(hit.speaker, 60), ": ") : null,
        bdi(hit.title, 160), " · ", bdi(hit.feed_title, 80), " · ", clock(hit.start_time_ms))),
    el("a", {
      class: "button", href: cutAddress(hit.episode_id, span.startMs, span.endMs),
      "aria-label": `Cut: ${hit.text}`.slice(0, 160),
    }, "Cut"),
    fault, more);
  leaving.push(() => { sound.end(); wave?.end(); });
  return el("li", {}, card);
}

// --- Episodes -------------------------------------------------------------------------------------------------------

function pictureOf(episode, small = false) {
  const name = `picture${small ? " small" : ""}`;
  const letter = () => el("span", { class: name, "aria-hidden": "true" }, [...episode.title][0] ?? "");
  if (!episode.picture_url) return letter();
  const image = el("img", {
    class: name, alt: "", loading: "lazy", src: near(episode.picture_url), onerror: () => image.replaceWith(letter()),
  });
  return image;
}

async function episodesView() {
  const stopping = new AbortController();
  const grid = el("ul", { class: "grid", "aria-label": "Episodes" });
  const total = el("p", { class: "muted" }, "…");
  const further = el("button", { type: "button", hidden: true, onclick: () => turn() }, "Show more");
  show(el("h1", {}, "Episodes"), total, grid, further);
  leaving.push(() => stopping.abort());
  let next = "/api/v1/episodes?limit=60";
  async function turn() {
    try {
      const from = next;
      let { body } = await api(from, { signal: stopping.signal });
      if (body.episodes.some((episode) => !episode.tags_read)) {
        await pause(700, stopping.signal);
        ({ body } = await api(from, { signal: stopping.signal }));
      }
      total.textContent = body.total === 1 ? "One in this folder" : `${body.total} in this folder`;
      next = body.next;
      further.hidden = !next;
      const unmeasured = [];
      for (const episode of body.episodes) {
        const length = el("span", {}, episode.duration_ms ? ` · ${clock(episode.duration_ms)}` : "");
        if (!episode.duration_ms) unmeasured.push([episode.episode_id, length]);
        grid.append(el("li", {}, el("a", { class: "card episode", href: cutAddress(episode.episode_id, 0, 0) },
          pictureOf(episode),
          el("div", {}, el("h2", {}, bdi(episode.title, 200)), el("p", { class: "muted" }, bdi(episode.feed_title, 100), length)))));
      }
      // One by one: finding a length out takes a process each.
      for (const [id, length] of unmeasured) {
        const found = await api(`/api/v1/episodes/${id}`, { signal: stopping.signal }).catch(() => null);
        if (stopping.signal.aborted) return;
        if (found?.body.duration_ms) length.textContent = ` · ${clock(found.body.duration_ms)}`;
      }
    } catch (fault) { if (fault.name !== "AbortError") main.append(problem(fault)); }
  }
  await turn();
}

/** Where no folder is known: a clip by its episode's id. */
function askView() {
  const id = el("input", { id: "episode", autocomplete: "off", spellcheck: "false", required: true });
  const start = el("input", { id: "from", inputmode: "decimal", value: "0:00", autocomplete: "off" });
  const length = el("input", { id: "length", inputmode: "decimal", value: "15", autocomplete: "off" });
  show(el("h1", {}, "Hear a clip"), el("p", { class: "muted" }, "Of an episode whose id or guid you know."),
    el("form", {
      class: "card fields",
      onsubmit(event) {
        event.preventDefault();
        const [from, long] = [unclock(start.value), unclock(length.value)];
        if (from === null || !long) return say("Start and length are times, such as 1:30 or 90.5");
        location.hash = cutAddress(id.value.trim(), from, from + Math.min(long, LONGEST_MS));
      },
    },
    el("div", {}, el("label", { for: "episode" }, "Episode id"), id), el("div", {}, el("label", { for: "from" }, "Start"), start),
    el("div", {}, el("label", { for: "length" }, "Length"), length), el("button", { class: "primary" }, "Open")));
}

// --- The cutter's view ----------------------------------------------------------------------------------------------

async function cutView(episodeID, startMs, endMs) {
  const stopping = new AbortController();
  show(el("p", { class: "note" }, "…"));
  leaving.push(() => stopping.abort());
  let episode = { title: episodeID, feed_title: "", chapters: [] };
  try {
    if (HAS_EPISODES) episode = (await api(`/api/v1/episodes/${encodeURIComponent(episodeID)}`, { signal: stopping.signal })).body;
  } catch (fault) { return fault.name === "AbortError" ? undefined : show(problem(fault)); }
  const lengthMs = episode.duration_ms ?? null;
  const latest = lengthMs ?? 2 ** 31 - 1;
  const cut = { startMs: Math.min(startMs, latest), endMs: Math.min(endMs > startMs ? endMs : startMs + Math.min(10000, LONGEST_MS), latest) };
  let viewMs = 0;
  let peaks = null;
  let sound = null;

  // The window that is shown: what the longest clip holds.
  const canvas = el("canvas");
  const selection = el("div", { class: "selection" });
  const head = el("div", { class: "head", hidden: true });
  const edges = ["startMs", "endMs"].map((name) => el("button", {
    class: "edge", type: "button", role: "slider", "aria-label": name === "startMs" ? "Start of the clip" : "End of the clip",
    "aria-orientation": "horizontal",
    onkeydown(event) {
      const steps = { ArrowLeft: -100, ArrowDown: -100, ArrowRight: 100, ArrowUp: 100, PageDown: -5000, PageUp: 5000 };
      const step = (steps[event.key] ?? 0) * (event.shiftKey ? 0.1 : 1);
      if (event.key === " ") { event.preventDefault(); return press(); }
      if (!step) return;
      event.preventDefault();
      move(name, cut[name] + step);
      reveal(cut[name]);
    },
    onpointerdown(event) { event.stopPropagation(); drag(event, (ms) => move(name, ms)); },
  }));
  const wave = el("div", {
    class: "wave large", role: "group", "aria-label": "Waveform: drag over it to mark a clip",
    onpointerdown(event) {
      const anchor = place(event);
      const box = wave.getBoundingClientRect();
      const least = viewSpan() * 4 / box.width;
      drag(event, (ms) => { if (Math.abs(ms - anchor) >= least) mark(Math.min(anchor, ms), Math.max(anchor, ms)); });
    },
  }, canvas, selection, head, ...edges);
  const scale = el("p", { class: "scale muted" });
  const viewSpan = () => Math.max(1, Math.min(VIEW_MS, latest - viewMs));
  const place = (event) => {
    const box = wave.getBoundingClientRect();
    return Math.round(viewMs + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * viewSpan());
  };
  function drag(event, move) {
    if (event.button) return;
    event.preventDefault();
    wave.setPointerCapture(event.pointerId);
    const moved = (event) => move(place(event));
    wave.addEventListener("pointermove", moved);
    for (const name of ["pointerup", "pointercancel"]) {
      wave.addEventListener(name, () => wave.removeEventListener("pointermove", moved), { once: true });
    }
  }

  const position = el("input", {
    type: "range", id: "position", min: "0", max: String(Math.max(0, (lengthMs ?? 36000000) - VIEW_MS)), step: "1000",
    oninput: () => { viewMs = Number(position.value); paint(); clearTimeout(position.timer); position.timer = setTimeout(() => look(), 250); },
  });
  const turnTo = (ms) => { viewMs = Math.max(0, Math.min(ms, Math.max(0, latest - 1000))); position.value = viewMs; look(); };
  const reveal = (ms) => { if (ms < viewMs || ms > viewMs + VIEW_MS) turnTo(Math.max(0, ms - VIEW_MS / 4)); };

  const from = el("input", { id: "start", inputmode: "decimal", autocomplete: "off", onchange: () => typed("startMs", from) });
  const to = el("input", { id: "end", inputmode: "decimal", autocomplete: "off", onchange: () => typed("endMs", to) });
  function typed(name, field) {
    const ms = unclock(field.value);
    if (ms === null) { say("A time is minutes and seconds, such as 1:30.5"); return paint(); }
    move(name, ms);
    reveal(cut[name]);
  }
  const snap = el("input", { type: "checkbox", id: "snap", onchange: () => forget() });
  const format = el("select", { id: "format", onchange: () => paint() }, ...FORMATS.map((name) => el("option", {}, name)));
  const download = el("a", { class: "button", download: true }, "Download");
  const told = el("p", { class: "muted", "aria-live": "polite" });
  const lines = el("ul", { class: "lines", "aria-label": "What is said here; press a line to mark it" });
  const said = el("section", { class: "card section", hidden: true }, el("h2", {}, "What is said here"), lines);
  const play = playButton("exactly this clip", () => press());
  play.show("idle");
  const share = el("div", { class: "share" });

  /** Marks a clip: never longer than one may be, never beyond the episode. */
  function mark(startMs, endMs, moving = "endMs") {
    let [start, end] = [Math.round(startMs), Math.round(endMs)];
    start = Math.max(0, Math.min(start, latest - 1));
    end = Math.max(start + 1, Math.min(end, latest));
    if (end - start > LONGEST_MS) { if (moving === "endMs") end = start + LONGEST_MS; else start = end - LONGEST_MS; }
    if (start === cut.startMs && end === cut.endMs) return;
    Object.assign(cut, { startMs: start, endMs: end });
    forget();
  }
  function move(name, ms) {
    if (name === "startMs") mark(Math.min(ms, cut.endMs - 1), cut.endMs, "startMs");
    else mark(cut.startMs, Math.max(ms, cut.startMs + 1));
  }
  /** What played was another clip. */
  function forget() {
    sound?.end();
    sound = null;
    play.show("idle");
    head.hidden = true;
    told.textContent = "";
    history.replaceState(null, "", cutAddress(episodeID, cut.startMs, cut.endMs));
    paint();
  }

  function press() {
    sound ??= new Sound(async (signal) => {
      const answer = await clip(episodeID, cut, snap.checked ? { snap: "sentence" } : {}, signal);
      const end = answer.start_time_ms + answer.duration_ms;
      told.textContent = `You hear ${clock(answer.start_time_ms, true)} – ${clock(end, true)}` +
        (answer.snapped ? `, moved to ${answer.snapped.by === "silence" ? "where it is quiet" : "whole sentences"}` : "") +
        (answer.exact === "sample" ? ", exact to the sample." : ".");
      offer(answer);
      return answer;
    }, () => {
      play.show(sound?.state ?? "idle");
      if (sound?.fault) told.textContent = sound.fault;
      if (!sound?.answer) return;
      const at = (sound.answer.start_time_ms + sound.time * 1000 - viewMs) / viewSpan();
      head.hidden = sound.time === 0 || at < 0 || at > 1;
      head.style.insetInlineStart = `${at * 100}%`;
    });
    sound.toggle();
  }

  const copies = ["Link", "Embed", "curl"].map((name) => {
    const field = el("input", { id: `share-${name}`, readonly: true, onfocus: () => field.select() });
    const button = el("button", {
      type: "button", "aria-label": `Copy: ${name}`,
      async onclick() {
        try { await navigator.clipboard.writeText(field.value); } catch { field.select(); document.execCommand("copy"); }
        button.textContent = "Copied";
        say(`${name} copied`);
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      },
    }, "Copy");
    share.append(el("div", {}, el("label", { for: field.id }, { Link: "Link to a page that plays it", Embed: "For a web page", curl: "For a terminal" }[name]), field, button));
    return field;
  });
  function parameters() {
    return { start_time_ms: cut.startMs, duration_ms: cut.endMs - cut.startMs, ...(snap.checked ? { snap: "sentence" } : {}) };
  }
  /** A link leads to the very edges that were heard. */
  function offer(answer) {
    const span = answer ? { startMs: answer.start_time_ms, endMs: answer.start_time_ms + answer.duration_ms } : cut;
    const sounding = FORMATS.indexOf(format.value) < 5 ? format.value : "mp3";
    const id = encodeURIComponent(`${answer?.episode_id ?? episodeID}/${span.startMs}-${span.endMs}.${sounding}`).replaceAll("'", "%27");
    const base = `/api/v1/audio_clips/${encodeURIComponent(episodeID).replaceAll("'", "%27")}/play.${format.value}`;
    const query = new URLSearchParams(parameters());
    copies[0].value = `${location.origin}/c/${id}`;
    copies[1].value = `<iframe src="${location.origin}/embed/${id}" width="480" height="160" loading="lazy" title="A clip"></iframe>`;
    copies[2].value = `curl -L -o clip.${format.value} '${location.origin}${base}?${query}'`;
    download.href = `${base}?${query}&download=1`;
  }

  function paint() {
    const span = viewSpan();
    const share = (ms) => Math.min(1, Math.max(0, (ms - viewMs) / span));
    drawWave(canvas, peaks);
    selection.style.insetInlineStart = `${share(cut.startMs) * 100}%`;
    selection.style.insetInlineEnd = `${(1 - share(cut.endMs)) * 100}%`;
    edges.forEach((edge, place) => {
      const ms = place ? cut.endMs : cut.startMs;
      edge.hidden = ms < viewMs || ms > viewMs + span;
      edge.style.insetInlineStart = `${share(ms) * 100}%`;
      edge.setAttribute("aria-valuemin", "0");
      edge.setAttribute("aria-valuemax", String(latest));
      edge.setAttribute("aria-valuenow", String(ms));
      edge.setAttribute("aria-valuetext", clock(ms, true));
    });
    scale.replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) => el("span", {}, clock(viewMs + part * span))));
    position.setAttribute("aria-valuetext", clock(viewMs));
    from.value = clock(cut.startMs, true);
    to.value = clock(cut.endMs, true);
    chosen.textContent = `${((cut.endMs - cut.startMs) / 1000).toFixed(3)} s`;
    for (const button of lines.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.start) === cut.startMs && Number(button.dataset.end) === cut.endMs));
    }
    offer(sound?.answer);
  }
  const chosen = el("output", { class: "time", for: "start end" });

  /** Asks for the waveform and the words of the window. */
  let looking = null;
  async function look() {
    looking?.abort();
    const mine = looking = new AbortController();
    const span = { startMs: viewMs, endMs: viewMs + viewSpan() };
    peaks = null;
    paint();
    wave.setAttribute("aria-busy", "true");
    const text = clip(episodeID, span, { format: "transcript" }, mine.signal).then((answer) => loaded(answer.clip_url, mine.signal)).then((document) => {
      if (mine !== looking) return;
      lines.replaceChildren(...document.segments.map((segment) => {
        const [start, end] = [segment.startTime, segment.endTime].map((time) => span.startMs + Math.round(time * 1000));
        return el("li", {}, el("button", {
          type: "button", "data-start": start, "data-end": end, "aria-pressed": "false", onclick: () => mark(start, end),
        }, el("span", { class: "time" }, clock(start)), bdi(segment.body, 600)));
      }));
      said.hidden = !document.segments.length;
      paint();
    }).catch(() => { if (mine === looking) said.hidden = true; });
    try {
      const answer = await clip(episodeID, span, { format: "peaks", samples_per_pixel: 512 }, mine.signal);
      const data = await loaded(answer.clip_url, mine.signal);
      if (mine !== looking) return;
      // Where the episode ends within the window, so does its waveform.
      const pairs = Math.round(span.endMs - span.startMs) / 1000 * data.sample_rate / data.samples_per_pixel * 2;
      while (data.data.length < pairs - 4) data.data.push(0, 0);
      peaks = data;
      paint();
    } catch (fault) {
      if (fault.name !== "AbortError") told.replaceChildren(bdi(fault.message));
    } finally { if (mine === looking) wave.removeAttribute("aria-busy"); }
    await text;
  }

  const chapters = (episode.chapters ?? []).length ? el("div", {}, el("label", { for: "chapter" }, "Chapter"), el("select", {
    id: "chapter", onchange: (event) => { if (event.target.value) turnTo(Number(event.target.value)); },
  }, el("option", { value: "" }, "Go to …"), ...episode.chapters.slice(0, 300).map((chapter) =>
    el("option", { value: chapter.start_time_ms }, `${clock(chapter.start_time_ms)} ${(chapter.title ?? "").slice(0, 80)}`)))) : null;
  show(
    el("div", { class: "row" }, HAS_EPISODES ? pictureOf(episode) : null, el("div", { class: "grow" },
      el("h1", { tabindex: "-1", id: "title" }, bdi(episode.title, 200)),
      el("p", { class: "muted clamp" }, bdi(episode.feed_title, 100), lengthMs ? ` · ${clock(lengthMs)}` : ""))),
    el("section", { class: "card section", "aria-label": "Mark a clip" },
      el("div", { class: "row" },
        el("button", { type: "button", "aria-label": "Earlier", onclick: () => turnTo(viewMs - VIEW_MS / 2) }, "‹"),
        el("div", { class: "grow" }, el("label", { class: "hidden", for: "position" }, "Place in the episode"), position),
        el("button", { type: "button", "aria-label": "Later", onclick: () => turnTo(viewMs + VIEW_MS / 2) }, "›")),
      wave, scale,
      el("div", { class: "fields" },
        el("div", {}, el("label", { for: "start" }, "Start"), from), el("div", {}, el("label", { for: "end" }, "End"), to), chapters),
      el("div", { class: "row section" }, play.button, chosen, el("label", { class: "check" }, snap, "Whole sentences"),
        el("span", { class: "grow" }),
        el("label", { class: "hidden", for: "format" }, "Format"), el("span", {}, format), download),
      told),
    said,
    el("section", { class: "card section" }, el("h2", {}, "Share"), share));
  const draw = () => paint();
  const observer = new ResizeObserver(draw);
  observer.observe(wave);
  redraws.add(draw);
  leaving.push(() => { stopping.abort(); looking?.abort(); sound?.end(); redraws.delete(draw); observer.disconnect(); });
  const middle = (cut.startMs + cut.endMs) / 2;
  turnTo(cut.endMs <= VIEW_MS ? 0 : Math.max(0, Math.min(middle - VIEW_MS / 2, latest - VIEW_MS)));
}

// --- Where one is ---------------------------------------------------------------------------------------------------

function route() {
  searching?.abort();
  const here = location.hash.slice(1);
  const cut = here.match(/^cut\/([^/]+)\/(\d{1,10})-(\d{1,10})$/);
  const asked = here.match(/^q=(.*)$/s);
  try {
    if (cut) return cutView(decodeURIComponent(cut[1]), Number(cut[2]), Number(cut[3])).catch((fault) => show(problem(fault)));
    if (asked && HAS_EPISODES) {
      words.value = decodeURIComponent(asked[1]);
      if (words.value.trim()) return search(words.value);
    }
  } catch { /* An address that somebody has changed. */ }
  words.value = "";
  return HAS_EPISODES ? episodesView() : askView();
}

let typing = 0;
words.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const text = words.value;
    history.replaceState(null, "", text.trim() ? `#q=${encodeURIComponent(text)}` : "#");
    if (text.trim()) search(text);
    else route();
  }, 120);
});
words.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") {
    const first = main.querySelector(".hit > .round, .episode");
    if (first) { event.preventDefault(); first.focus(); }
  }
});
document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("search").hidden = !HAS_EPISODES;
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName) && HAS_EPISODES) {
    event.preventDefault();
    words.focus();
    words.select();
  }
});
addEventListener("hashchange", () => { route(); main.focus({ preventScroll: true }); scrollTo(0, 0); });
route();
