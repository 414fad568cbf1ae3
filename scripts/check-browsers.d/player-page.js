"use strict";

// A page of another site with a strict policy, in which a clip is played by <cutroom-clip>; what it sees there, it tells.
const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const seen = { agent: navigator.userAgent, events: [], lit: [], keys: [], violations: [] };
addEventListener("securitypolicyviolation", (event) => seen.violations.push(event.effectiveDirective));

async function until(what, isSo, seconds = 30) {
  for (const end = performance.now() + seconds * 1000; !isSo();) {
    if (performance.now() > end) throw new Error(`${what} took over ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function placed(src) {
  const clip = document.createElement("cutroom-clip");
  clip.setAttribute("label", "Time marks");
  for (const name of ["play", "progress", "ended", "error"]) {
    clip.addEventListener(`cutroom-${name}`, ({ detail }) => seen.events.push(name + (detail.quarter ?? "") + (detail.message ?? "")));
  }
  // Firefox refuses to play aloud on a machine without a sound device.
  clip.muted = true;
  clip.src = src;
  document.querySelector("main").append(clip);
  return clip;
}

async function whole() {
  const clip = placed(settings.page);
  const root = clip.shadowRoot;
  const words = root.querySelector(".words");
  await until("the words", () => root.querySelector(".word"));
  await until("the waveform", () => new Set((root.querySelector(".wave path").getAttribute("d") ?? "").match(/v[\d.]+/g)).size > 5);
  new MutationObserver((records) => {
    for (const { target } of records) {
      if (target.classList.contains("now")) seen.lit.push({ word: target.textContent, at: clip.currentTime });
    }
  }).observe(words, { subtree: true, attributes: true, attributeFilter: ["class"] });
  seen.duration = clip.duration;
  await clip.play();
  await until("the end", () => seen.events.includes("ended"), 60);
  const wave = root.querySelector("[role=slider]");
  wave.focus();
  seen.isFocused = root.activeElement === wave;
  for (const key of ["Home", "ArrowRight", "ArrowRight", "PageUp", "ArrowLeft", "End"]) {
    wave.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
    seen.keys.push([key, Math.round(clip.currentTime * 1000) / 1000, wave.getAttribute("aria-valuenow")]);
  }
  // That there is a policy at all.
  document.body.setAttribute("style", "color: red");
  await until("the policy", () => seen.violations.length > 0);
}

// In a page that may not read the gateway's answers.
async function plain() {
  const clip = placed(settings.page);
  await clip.play();
  await until("the sound", () => clip.currentTime > 0.5);
  seen.duration = clip.duration;
  seen.hasWords = !clip.shadowRoot.querySelector(".words").hidden;
  clip.pause();
}

(async () => {
  try {
    await customElements.whenDefined("cutroom-clip");
    await (settings.isPlain ? plain() : whole());
  } catch (fault) {
    seen.fault = String(fault?.message ?? fault);
  }
  await fetch("/told", { method: "POST", body: JSON.stringify(seen) });
})();
