"use strict";

const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const audioClips = `${settings.cutroom}/api/v1/audio_clips/${settings.episode}`;
const lengthMs = 7000;

// Rejects after a while: a browser that doesn't go on says nothing.
function within(seconds, what, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`${what} took over ${seconds} s`)), seconds * 1000));
  return Promise.race([promise, late]);
}

function event(target, name, seconds = 15) {
  return within(seconds, name, new Promise((resolve, reject) => {
    target.addEventListener(name, resolve, { once: true });
    target.addEventListener("error", () => reject(new Error(target.error?.message || "error")), { once: true });
  }));
}

async function player(url) {
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.muted = true;
  audio.crossOrigin = "anonymous";
  audio.src = url;
  document.getElementById("players").append(audio);
  await event(audio, "loadedmetadata");
  return audio;
}

// One address in <audio>: how long it is, that it plays on, and that it seeks.
async function plays({ name, query, path }) {
  const audio = await player(`${audioClips}/${path}?${query}&duration_ms=${lengthMs}`);
  const { duration } = audio;
  await audio.play();
  await event(audio, "timeupdate");
  const seeked = event(audio, "seeked");
  audio.currentTime = 5;
  await seeked;
  const from = audio.currentTime;
  await within(10, "playing on", new Promise((resolve) => {
    audio.addEventListener("timeupdate", () => { if (audio.currentTime > from + 0.2) resolve(); });
  }));
  const ended = event(audio, "ended");
  await ended;
  return { name, duration, seekedTo: from, endedAt: audio.currentTime, final: audio.duration };
}

async function clip(format, parameters = "") {
  const answer = await fetch(`${audioClips}?start_time_ms=30000&duration_ms=${lengthMs}&format=${format}${parameters}`);
  if (!answer.ok) throw new Error(`${answer.status} for ${format}: ${await answer.text()}`);
  return answer.json();
}

// How many of its pixels are not as the others.
function drawn(element) {
  let count = 0;
  for (const canvas of element.querySelectorAll("canvas")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) count += 1;
  }
  return count;
}

const nextFrames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

async function peaksJS(form) {
  const [sound, waveform] = await Promise.all([clip("mp3"), clip(form)]);
  const audio = await player(sound.clip_url);
  const zoomview = document.getElementById("zoomview");
  const overview = document.getElementById("overview");
  zoomview.replaceChildren();
  overview.replaceChildren();
  const dataUri = form === "dat" ? { arraybuffer: waveform.clip_url } : { json: waveform.clip_url };
  const view = await within(15, "Peaks.init", new Promise((resolve, reject) => {
    (globalThis.Peaks ?? globalThis.peaks).init(
      { mediaElement: audio, zoomview: { container: zoomview }, overview: { container: overview }, zoomLevels: [256, 512, 1024], dataUri },
      (error, made) => (error ? reject(error) : resolve(made)));
  }));
  await nextFrames();
  const data = view.getWaveformData();
  return {
    name: `Peaks.js with ${form}`, duration: audio.duration, waveform: data.duration, pixel: data.scale / data.sample_rate,
    drawn: Math.min(drawn(zoomview), drawn(overview)),
  };
}

async function waveSurfer() {
  const [sound, waveform] = await Promise.all([clip("mp3"), clip("peaks", "&channels=mono")]);
  const audio = await player(sound.clip_url);
  const container = document.getElementById("wave");
  const { data, bits } = await (await fetch(waveform.clip_url)).json();
  const surfer = WaveSurfer.create({
    container, media: audio, height: 98, peaks: [data.map((value) => value / 2 ** (bits - 1))], duration: audio.duration,
  });
  await within(15, "wavesurfer.js", new Promise((resolve, reject) => {
    surfer.once("redrawcomplete", resolve);
    surfer.once("error", reject);
  }));
  await nextFrames();
  return { name: "wavesurfer.js", duration: audio.duration, surfer: surfer.getDuration(), drawn: drawn(container.firstChild.shadowRoot) };
}

async function picture() {
  const image = document.getElementById("picture");
  const loaded = event(image, "load");
  image.src = `${audioClips}/play.svg?start_time_ms=30000&duration_ms=${lengthMs}`;
  await loaded;
  return { name: "SVG in <img>", width: image.naturalWidth };
}

async function all() {
  const steps = [
    () => picture(),
    () => peaksJS("dat"),
    () => peaksJS("peaks"),
    () => waveSurfer(),
    ...settings.addresses.map((address) => () => plays(address)),
  ];
  const names = ["SVG in <img>", "Peaks.js with dat", "Peaks.js with peaks", "wavesurfer.js", ...settings.addresses.map(({ name }) => name)];
  const found = [];
  for (const [index, step] of steps.entries()) {
    try { found.push(await step()); } catch (fault) { found.push({ name: names[index], fault: String(fault?.message ?? fault) }); }
    if (index === 3) await fetch("/drawn", { method: "POST" });
  }
  await fetch("/told", { method: "POST", body: JSON.stringify({ agent: navigator.userAgent, found }) });
}

all();
