// <cutroom-clip src="…">: plays a clip of Cutroom, with its waveform and the words that are being spoken. docs/http.md describes it.
"use strict";
(() => {
  if (!globalThis.customElements || customElements.get("cutroom-clip")) return;

  // How long a clip that is being made is waited for, and how long its waveform and words are.
  const patienceMs = 120_000;
  const partsPatienceMs = 60_000;
  const barPx = 4;
  let playing = null;

  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host {
      color-scheme: light dark; display: block; contain: content; text-align: start;
      font: 400 1rem/1.5 var(--cutroom-font, system-ui, sans-serif);
      --text: var(--cutroom-text, light-dark(#1d2430, #e8ecf2));
      --quiet: var(--cutroom-quiet, light-dark(#566173, #a3aebf));
      --accent: var(--cutroom-accent, light-dark(#1f5fd0, #7fb0ff));
      --on-accent: var(--cutroom-on-accent, light-dark(#fff, #0d1726));
      --wave: var(--cutroom-wave, light-dark(#b3c0d4, #46546b));
      --lit: var(--cutroom-lit, light-dark(#ffe9a8, #5a4a12));
    }
    :host([hidden]) { display: none; }
    .player {
      display: grid; gap: .5rem; padding: .75rem; color: var(--text); background: var(--cutroom-background, light-dark(#fff, #161c26));
      border: 1px solid var(--cutroom-border, light-dark(#d5dce7, #2e3949)); border-radius: var(--cutroom-radius, .75rem);
    }
    [hidden] { display: none !important; }
    .title { margin: 0; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
    .bar { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: .75rem; align-items: center; }
    button { font: inherit; cursor: pointer; color: inherit; }
    .play {
      inline-size: 2.75rem; block-size: 2.75rem; padding: 0; border: 0; border-radius: 50%;
      background: var(--accent); color: var(--on-accent); display: grid; place-items: center;
    }
    .play svg { inline-size: 1.5rem; block-size: 1.5rem; fill: currentColor; }
    .play .turning { fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; transform-origin: center; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .wave { position: relative; block-size: var(--cutroom-wave-height, 3rem); cursor: pointer; touch-action: pan-y; border-radius: .25rem; direction: ltr; }
    .wave svg { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; }
    .wave path { fill: none; stroke: var(--wave); stroke-width: 2.5; stroke-linecap: round; }
    .wave .done { clip-path: inset(0 calc(100% - var(--done, 0%)) 0 0); }
    .wave .done path { stroke: var(--accent); }
    .time { font-variant-numeric: tabular-nums; font-size: .875rem; color: var(--quiet); white-space: nowrap; }
    .words { max-block-size: var(--cutroom-words-height, 7.5rem); overflow-y: auto; scrollbar-width: thin; position: relative; overflow-wrap: anywhere; border-radius: .25rem; }
    .words p { margin: 0 0 .25rem; }
    .speaker { font-weight: 600; font-size: .875rem; color: var(--quiet); margin-inline-end: .4em; }
    .word { border-radius: .2em; cursor: pointer; }
    .word.now { background: var(--lit); box-shadow: 0 0 0 .12em var(--lit); }
    .note, .error { margin: 0; font-size: .875rem; color: var(--quiet); overflow-wrap: anywhere; }
    .error { color: light-dark(#a3211b, #ff9c94); }
    .error button { margin-inline-start: .5rem; padding: .2rem .7rem; border: 1px solid currentColor; border-radius: .4rem; background: none; }
    @media (prefers-reduced-motion: no-preference) {
      .turning { animation: turn 1s linear infinite; }
      @keyframes turn { to { transform: rotate(1turn); } }
    }
    @media (forced-colors: active) {
      .play { border: 1px solid ButtonText; }
      .wave path { stroke: GrayText; }
      .wave .done path { stroke: Highlight; }
      .word.now { background: Highlight; color: HighlightText; forced-color-adjust: none; }
    }`);

  function element(name, part, properties = {}, ...children) {
    const made = document.createElement(name);
    if (part) made.setAttribute("part", (made.className = part));
    for (const [key, value] of Object.entries(properties)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  function picture(paths, properties = {}) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ "aria-hidden": "true", ...properties })) svg.setAttribute(key, value);
    for (const d of paths) svg.appendChild(document.createElementNS(svg.namespaceURI, "path")).setAttribute("d", d);
    return svg;
  }

  const clock = (seconds) => {
    const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds + 0.001)) : 0;
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };

  const pause = (ms, signal) => new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) return end();
    const timer = setTimeout(() => { signal.removeEventListener("abort", end); resolve(); }, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); end(); }, { once: true });
  });

  // What an address is about: the call for the clip with its parts, and the address that plays.
  function target(text) {
    const url = new URL(text, document.baseURI);
    if (!/^https?:$/.test(url.protocol)) throw new Error("src must begin with http or https.");
    const page = /^(.*)\/(?:c|embed)\/([^/]+)$/.exec(url.pathname);
    const call = /^(.*)\/api\/v1\/audio_clips\/([^/]+?)(?:\/play(?:\.(\w+))?)?$/.exec(url.pathname);
    const query = new URLSearchParams();
    let root, episode;
    if (page) {
      const parts = /^(.+)\/(\d+)-(\d+)(?:~([a-z]+)-(\d+)(?:-at-(\d+))?)?\.(\w+)$/s.exec(decodeURIComponent(page[2]));
      if (!parts) throw new Error("src names no clip.");
      const [, named, start, end, snap, shift, moment, format] = parts;
      [root, episode] = [page[1], encodeURIComponent(named)];
      query.set(moment ? "at" : "start_time_ms", moment ?? start);
      query.set("duration_ms", end - start);
      if (snap) { query.set("snap", snap); query.set("max_shift_ms", shift); }
      query.set("format", format);
    } else if (call) {
      [root, episode] = [call[1], call[2]];
      for (const [key, value] of url.searchParams) query.append(key, value);
      query.delete("download");
      if (call[3]) query.set("format", call[3]);
    } else {
      throw new Error("src is no address of a clip.");
    }
    root = url.origin + root;
    const play = `${root}/api/v1/audio_clips/${episode}/play?${query}`;
    if (query.has("signature")) {
      // Each parameter is signed, and so is the path: it is asked for as it stands.
      const plays = /\/play(\.\w+)?$/.test(url.pathname);
      return { call: plays ? null : url.href, play: plays ? url.href : null };
    }
    if (!query.has("with")) query.set("with", "waveform,transcript");
    return { call: `${root}/api/v1/audio_clips/${episode}?${query}`, play };
  }

  const unreadable = Symbol("the answer can't be read");

  // The answer for a clip, waited for as long as the gateway says that it comes.
  async function ask(url, { signal, cache = "default", isMade = () => {} }) {
    const until = performance.now() + patienceMs;
    for (;;) {
      let answer;
      try {
        answer = await fetch(url, { signal, cache, headers: { Prefer: "wait=10" } });
      } catch (fault) {
        throw signal.aborted ? fault : unreadable;
      }
      const body = await answer.json().catch(() => ({}));
      if (answer.status === 200 && body.clip_url) return body;
      const waitMs = 1000 * Math.min(30, Math.max(0.5, Number(answer.headers.get("Retry-After")) || 1));
      if (![202, 429, 503, 504].includes(answer.status) || performance.now() + waitMs > until) {
        throw new Error(body.detail || body.title || `The server answered ${answer.status}.`);
      }
      isMade();
      await pause(waitMs, signal);
    }
  }

  async function json(url, signal) {
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  // How high each of so many bars is, from 0 to 1, of audiowaveform's pairs.
  function heights(waveform, count) {
    const { data, bits = 8, channels = 1 } = waveform;
    const found = new Array(count).fill(0);
    const pairs = Math.floor(data.length / 2);
    for (let pair = 0; pair < pairs; pair += 1) {
      const bar = Math.min(count - 1, Math.floor((Math.floor(pair / channels) * channels / pairs) * count));
      found[bar] = Math.max(found[bar], Math.abs(data[2 * pair]), Math.abs(data[2 * pair + 1]));
    }
    // What is quiet throughout is drawn larger, but noise alone not as if it were speech.
    const most = Math.max(0.1 * 2 ** (bits - 1), ...found);
    return found.map((height) => height / most);
  }

  const isNear = globalThis.IntersectionObserver && new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) target.near();
  }, { rootMargin: "200px" });
  const isResized = globalThis.ResizeObserver && new ResizeObserver((entries) => {
    for (const { target } of entries) target.getRootNode().host?.draw();
  });

  class CutroomClip extends HTMLElement {
    static observedAttributes = ["src", "label"];

    #audio = document.createElement("audio");
    #parts = {};
    #spans = [];
    #now = -1;
    #target = null;
    #clip = null;
    #waveform = null;
    #loading = null;
    #stop = new AbortController();
    // Whether it is to play as soon as it can.
    #isWanted = false;
    // Whether only the address that plays is used, since this page may not read the gateway's answers.
    #isPlain = false;
    #isRenewed = false;
    #begun = false;
    #marks = 0;
    #before = 0;
    // Where it begins to play, before the sound is there.
    #from = 0;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [style];
      const p = this.#parts;
      p.play = element("button", "play", { type: "button" });
      p.bars = picture([""]);
      p.done = picture([""], { class: "done" });
      p.wave = element("div", "wave", { role: "slider", tabIndex: 0, "aria-label": "Position in the clip", "aria-valuemin": 0 }, p.bars, p.done);
      p.time = element("span", "time", { "aria-hidden": "true" });
      p.title = element("p", "title", { hidden: true, dir: "auto" });
      p.words = element("div", "words", { hidden: true, role: "region", "aria-label": "What is said", tabIndex: 0 });
      p.note = element("p", "note", { role: "status", hidden: true });
      p.fault = element("span");
      p.retry = element("button", "retry", { type: "button", textContent: "Try again" });
      p.error = element("p", "error", { role: "alert", hidden: true }, p.fault, p.retry);
      p.player = element("div", "player", { role: "group" },
        p.title, element("div", "bar", {}, p.play, p.wave, p.time), p.words, p.note, p.error);
      root.append(p.player);
      this.#audio.preload = "none";
      this.#listen();
      this.#show();
    }

    get src() { return this.getAttribute("src"); }
    set src(value) { this.setAttribute("src", value); }
    get paused() { return !this.#isWanted && this.#audio.paused; }
    get duration() { return this.#clip ? this.#clip.duration_ms / 1000 : this.#audio.duration; }
    get currentTime() { return this.#audio.readyState === 0 ? this.#from : this.#audio.currentTime; }
    set currentTime(seconds) {
      const to = Math.min(Math.max(0, Number(seconds) || 0), this.duration || 0);
      this.#from = to;
      if (this.#audio.readyState > 0) this.#audio.currentTime = to;
      this.#before = to;
      this.#tick();
    }

    get muted() { return this.#audio.muted; }
    set muted(value) { this.#audio.muted = Boolean(value); }
    get volume() { return this.#audio.volume; }
    set volume(value) { this.#audio.volume = value; }

    connectedCallback() {
      if (this.#stop.signal.aborted) this.#stop = new AbortController();
      isResized?.observe(this.#parts.wave);
      if (this.getAttribute("preload") !== "none") isNear?.observe(this);
    }

    disconnectedCallback() {
      isNear?.unobserve(this);
      isResized?.unobserve(this.#parts.wave);
      this.pause();
      this.#stop.abort();
      this.#loading = null;
    }

    attributeChangedCallback(name, before, value) {
      if (name === "label") {
        this.#parts.title.textContent = value ?? "";
        this.#parts.title.hidden = !value;
        this.#parts.player.setAttribute("aria-label", value ? `Clip: ${value}` : "Clip");
      } else if (before !== value) {
        this.#reset();
      }
    }

    // What can be had without playing, once it is nearly seen.
    near() {
      isNear?.unobserve(this);
      this.#load().catch(() => {});
    }

    async play() {
      this.#isWanted = true;
      this.#show();
      try {
        if (this.#clip && Date.parse(this.#clip.expires_at) < Date.now()) this.#loading = null;
        await this.#load();
        if (this.#isWanted) await this.#start();
      } catch {
        this.#isWanted = false;
        this.#show();
      }
    }

    pause() {
      this.#isWanted = false;
      this.#audio.pause();
      this.#show();
    }

    async #start() {
      const audio = this.#audio;
      if (playing && playing !== this) playing.pause();
      playing = this;
      if (audio.ended || this.currentTime >= this.duration) this.currentTime = 0;
      if (audio.readyState === 0 && this.#from) audio.currentTime = this.#from;
      // Media errors are told by their own event; this is also what a browser says that wants a click first.
      await audio.play().catch((fault) => { if (fault.name === "NotAllowedError") this.pause(); });
    }

    #reset() {
      this.#stop.abort();
      this.#stop = new AbortController();
      this.#isWanted = this.#isPlain = this.#isRenewed = this.#begun = false;
      this.#clip = this.#waveform = this.#loading = this.#target = null;
      this.#marks = this.#from = this.#before = 0;
      this.#audio.pause();
      this.#audio.removeAttribute("src");
      this.#audio.load();
      this.#say("");
      this.#fail("");
      this.#write([]);
      this.draw();
      if (this.isConnected && this.getAttribute("preload") !== "none") { isNear?.unobserve(this); isNear?.observe(this); }
    }

    // Once at a time; again after a failure.
    #load(cache) {
      this.#loading ??= this.#fetch(cache).catch((fault) => {
        this.#loading = null;
        if (!this.#stop.signal.aborted) this.#fail(fault.message);
        throw fault;
      });
      return this.#loading;
    }

    async #fetch(cache) {
      const { signal } = this.#stop;
      this.#fail("");
      if (!this.src) throw new Error("There is no src.");
      this.#target = target(this.src);
      if (!this.#target.call) return this.#playPlainly();
      let clip;
      try {
        clip = await ask(this.#target.call, { signal, cache, isMade: () => this.#say("This clip is being made…") });
      } catch (fault) {
        if (fault !== unreadable) throw fault;
        if (!this.#target.play) throw new Error("The server can't be reached, or this page may not read its answers.");
        return this.#playPlainly();
      } finally {
        if (!signal.aborted) this.#say("");
      }
      this.#clip = clip;
      this.#isPlain = false;
      this.#audio.crossOrigin = "anonymous";
      this.#audio.preload = "none";
      this.#audio.src = clip.clip_url;
      this.#show();
      this.#finishParts(clip, signal).catch(() => {});
    }

    // Without a script's right to read: sound alone.
    #playPlainly() {
      this.#isPlain = true;
      this.#clip = null;
      this.#audio.removeAttribute("crossorigin");
      this.#audio.preload = this.getAttribute("preload") === "none" ? "none" : "metadata";
      this.#audio.src = this.#target.play;
      this.#show();
    }

    async #finishParts(first, signal) {
      const until = performance.now() + partsPatienceMs;
      let clip = first, hasWaveform = false, hasWords = false;
      for (let waitMs = 500; ; waitMs = Math.min(waitMs * 1.5, 5000)) {
        if (!hasWaveform && clip.waveform_url) {
          hasWaveform = true;
          json(clip.waveform_url, signal).then((waveform) => { this.#waveform = waveform; this.draw(); }).catch(() => {});
        }
        if (!hasWords && clip.transcript) {
          const { segments, status } = clip.transcript;
          if (segments) {
            hasWords = true;
            this.#write(segments);
          } else if (clip.transcript_url) {
            hasWords = true;
            json(clip.transcript_url, signal).then((whole) => this.#write(whole.segments ?? []), () => { hasWords = status === "too-long"; });
          }
        }
        const isPending = (part, isThere) => !isThere && part?.status === "pending";
        if (!isPending(clip.waveform, hasWaveform) && !isPending(clip.transcript, hasWords)) return;
        if (performance.now() + waitMs > until) return;
        await pause(waitMs, signal);
        clip = await ask(this.#target.call, { signal });
      }
    }

    // Words are shown as text, whatever they hold, and a click on one leads there.
    #write(segments) {
      const { words } = this.#parts;
      this.#spans = [];
      this.#now = -1;
      let speaker = null;
      words.replaceChildren(...segments.map((segment) => {
        const line = element("p", "segment", { dir: "auto" });
        if (segment.speaker && segment.speaker !== speaker) line.append(element("bdi", "speaker", { textContent: segment.speaker }), " ");
        speaker = segment.speaker ?? speaker;
        let rest = String(segment.body ?? "");
        const timed = segment.words?.length ? segment.words : [segment];
        for (const word of timed) {
          const text = String(word.body ?? "");
          const place = rest.indexOf(text);
          if (place < 0) { line.append(" "); } else { line.append(rest.slice(0, place)); rest = rest.slice(place + text.length); }
          const span = element("span", "word", { textContent: text });
          this.#spans.push({ start: word.startTime, end: word.endTime, span });
          line.append(span);
        }
        line.append(timed.length > 1 ? rest : "");
        return line;
      }));
      words.hidden = segments.length === 0;
      this.#tick();
    }

    #light(seconds) {
      const found = seconds === 0 && this.#audio.paused ? -1 : this.#spans.findLastIndex(({ start, end }) => start <= seconds && seconds < end);
      if (found === this.#now) return;
      const mark = (at, isNow) => {
        const span = this.#spans[at]?.span;
        if (!span) return;
        span.classList.toggle("now", isNow);
        span.setAttribute("part", isNow ? "word word-now" : "word");
      };
      mark(this.#now, false);
      mark(found, true);
      this.#now = found;
      const { words } = this.#parts;
      const line = this.#spans[found]?.span;
      // The box alone is scrolled, not the page.
      if (line && (line.offsetTop < words.scrollTop || line.offsetTop + line.offsetHeight > words.scrollTop + words.clientHeight)) {
        words.scrollTop = line.offsetTop - words.clientHeight / 3;
      }
    }

    draw() {
      const { wave, bars, done } = this.#parts;
      const { clientWidth: width, clientHeight: height } = wave;
      if (!width) return;
      const count = Math.max(1, Math.floor(width / barPx));
      const tall = this.#waveform?.data ? heights(this.#waveform, count) : new Array(count).fill(0);
      const d = tall.map((part, at) => {
        const half = Math.max(0.5, (part * (height - 4)) / 2);
        return `M${(at * barPx + barPx / 2).toFixed(1)} ${(height / 2 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
      }).join("");
      for (const svg of [bars, done]) {
        svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
        svg.firstChild.setAttribute("d", d);
      }
      this.#tick();
    }

    // What changes as it plays.
    #tick() {
      const { wave, done, time } = this.#parts;
      const [at, all] = [this.currentTime, this.duration];
      const isKnown = Number.isFinite(all) && all > 0;
      done.style.setProperty("--done", isKnown ? `${Math.min(100, (100 * at) / all)}%` : "0%");
      const shown = isKnown ? `${clock(at)} / ${clock(Math.round(all))}` : "";
      if (time.textContent !== shown) {
        time.textContent = shown;
        wave.setAttribute("aria-valuemax", isKnown ? Math.round(all * 10) / 10 : 0);
        wave.setAttribute("aria-valuenow", isKnown ? Math.round(at * 10) / 10 : 0);
        wave.setAttribute("aria-valuetext", isKnown ? `${Math.round(at)} of ${Math.round(all)} seconds` : "not known yet");
        wave.setAttribute("aria-disabled", String(!isKnown));
      }
      this.#light(at);
      if (this.#audio.paused || this.#audio.seeking || !isKnown) return;
      // A mark counts when it is heard, not when it is jumped over.
      for (; this.#marks < 3 && at >= (all * (this.#marks + 1)) / 4; this.#marks += 1) {
        if (this.#before > (all * (this.#marks + 1)) / 4) continue;
        this.#send("progress", { quarter: this.#marks + 1 });
      }
      this.#before = at;
    }

    #frame = () => {
      this.#tick();
      if (!this.#audio.paused && !this.#audio.ended) requestAnimationFrame(this.#frame);
    };

    // The button, the note and what is read out.
    #show() {
      const { play } = this.#parts;
      const isBusy = this.#isWanted && (this.#audio.paused || this.#audio.readyState < 3) && !this.#audio.ended;
      const face = !this.#isWanted ? "play" : isBusy ? "busy" : "pause";
      if (play.dataset.face !== face) {
        play.dataset.face = face;
        play.replaceChildren({
          play: () => picture(["M8 5.2v13.6a.6.6 0 0 0 .9.5l11-6.8a.6.6 0 0 0 0-1L8.9 4.7a.6.6 0 0 0-.9.5z"], { viewBox: "0 0 24 24" }),
          pause: () => picture(["M7 5h3.5v14H7zM13.5 5H17v14h-3.5z"], { viewBox: "0 0 24 24" }),
          busy: () => picture(["M12 4a8 8 0 1 1-8 8"], { viewBox: "0 0 24 24", class: "turning" }),
        }[face]());
        play.setAttribute("aria-label", face === "play" ? "Play" : face === "busy" ? "Loading; pause" : "Pause");
        play.setAttribute("aria-busy", String(face === "busy"));
      }
      this.#tick();
    }

    #say(text) {
      this.#parts.note.textContent = text;
      this.#parts.note.hidden = !text;
    }

    #fail(text) {
      const { error, fault } = this.#parts;
      fault.textContent = text ? `This clip can't be played: ${text}` : "";
      error.hidden = !text;
      if (!text) return;
      this.#isWanted = false;
      this.#show();
      this.#send("error", { message: text });
    }

    #send(name, detail) {
      this.dispatchEvent(new CustomEvent(`cutroom-${name}`, { bubbles: true, composed: true, detail: { src: this.src, clip: this.#clip, ...detail } }));
    }

    // A URL may have ended, and a clip may have gone: it is asked for anew. Then the address that plays is tried.
    #recover() {
      if (!this.#audio.getAttribute("src")) return;
      const wanted = this.#isWanted;
      this.#from = this.#from || this.#before;
      if (this.#isPlain) {
        this.#loading = null;
        return this.#fail("the server does not send it, or this browser can't decode it.");
      }
      const again = this.#isRenewed
        ? Promise.resolve(this.#target.play ? this.#playPlainly() : this.#fail("its sound can't be loaded."))
        : (this.#loading = null, this.#load("reload"));
      this.#isRenewed = true;
      again.then(() => { if (wanted && this.#isWanted) return this.#start(); }).catch(() => {});
    }

    #listen() {
      const [audio, p] = [this.#audio, this.#parts];
      audio.addEventListener("error", () => this.#recover());
      audio.addEventListener("playing", () => {
        this.#from = 0;
        this.#before = audio.currentTime;
        if (!this.#begun) { this.#begun = true; this.#send("play", {}); }
        this.#show();
        requestAnimationFrame(this.#frame);
      });
      audio.addEventListener("pause", () => { if (!audio.ended && playing === this) { this.#isWanted = false; } this.#show(); });
      audio.addEventListener("ended", () => {
        this.#tick();
        this.#marks = this.#before = 0;
        // Firefox says it again when one seeks there.
        if (this.#begun) this.#send("ended", {});
        this.#isWanted = this.#begun = false;
        this.#show();
      });
      audio.addEventListener("seeking", () => { this.#before = audio.currentTime; });
      for (const name of ["timeupdate", "seeked", "durationchange"]) audio.addEventListener(name, () => this.#tick());
      for (const name of ["waiting", "canplay", "loadedmetadata"]) audio.addEventListener(name, () => this.#show());
      p.play.addEventListener("click", () => (this.#isWanted ? this.pause() : this.play()));
      p.retry.addEventListener("click", () => { this.#isRenewed = false; p.play.focus(); this.play(); });
      p.words.addEventListener("click", ({ target }) => {
        const word = this.#spans.find(({ span }) => span === target);
        if (word && getSelection()?.isCollapsed !== false) this.currentTime = word.start;
      });
      const seek = ({ clientX }) => {
        const { left, width } = p.wave.getBoundingClientRect();
        if (width && this.duration) this.currentTime = ((clientX - left) / width) * this.duration;
      };
      p.wave.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        p.wave.setPointerCapture(event.pointerId);
        seek(event);
      });
      p.wave.addEventListener("pointermove", (event) => { if (p.wave.hasPointerCapture(event.pointerId)) seek(event); });
      p.wave.addEventListener("keydown", (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const all = this.duration || 0;
        const to = {
          ArrowRight: this.currentTime + 1, ArrowUp: this.currentTime + 1, ArrowLeft: this.currentTime - 1, ArrowDown: this.currentTime - 1,
          PageUp: this.currentTime + 5, PageDown: this.currentTime - 5, Home: 0, End: all,
        }[event.key];
        if (to !== undefined) this.currentTime = to;
        else if (event.key === " " || event.key === "Enter") p.play.click();
        else return;
        event.preventDefault();
      });
    }
  }

  customElements.define("cutroom-clip", CutroomClip);
})();
