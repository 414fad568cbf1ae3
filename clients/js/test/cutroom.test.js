// @ts-check
// Against a gateway that is started again by itself whenever it ends; scripts/check-clients provides it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Cutroom, CutroomError, ProblemError, TimeoutError, isClip } from "../cutroom.js";

/** @import { ClipRequest } from "../types.js" */

/** @param {string} name */
function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: scripts/check-clients runs these tests`);
  return value;
}

const address = setting("CUTROOM_ADDRESS");
const client = new Cutroom(address, { key: setting("CUTROOM_KEY"), timeoutMs: 20_000 });
const gateway = () => Number(readFileSync(setting("CUTROOM_PID_FILE"), "utf8"));
// Python's tests ask for others, so that each finds clips that nobody has asked for.
let next = 300_000;

/**
 * What lies at an address; it is read to its end, or the connection would keep this process.
 *
 * @param {string} url
 * @param {Record<string, string>} [headers]
 */
async function opened(url, headers = {}) {
  const answer = await fetch(url, { headers });
  return { headers: answer.headers, text: await answer.text() };
}

/**
 * @param {Partial<ClipRequest>} [rest]
 * @returns {ClipRequest} one that nobody has asked for
 */
function unheard(rest) {
  next += 1_000;
  return { episode_id: setting("CUTROOM_EPISODE"), start_time_ms: next, duration_ms: 7_000, ...rest };
}

test("a clip that has to be made is waited for, and is there the next time", async () => {
  const request = unheard();
  const made = await client.get(request);
  assert.deepEqual([made.cache_hit, made.duration_ms, made.format], [false, 7_000, "mp3"]);
  assert.equal((await client.get(request)).cache_hit, true);
  const sound = await opened(made.clip_url);
  assert.equal(sound.headers.get("Content-Type"), "audio/mpeg");
});

test("an answer has the parts that were asked for", async () => {
  const request = unheard({ with: ["transcript", "waveform"] });
  let clip = await client.get(request);
  for (const end = Date.now() + 10_000; !clip.waveform_url && Date.now() < end;) clip = await client.get(request);
  assert.ok(clip.waveform_url);
  assert.ok(clip.transcript && "segments" in clip.transcript && clip.transcript.segments.length > 0);
});

test("a batch has an entry for each clip, in the order asked", async () => {
  const request = unheard();
  await client.get(request);
  const [ready, missing, wrong] = await client.batch([request, unheard(), unheard({ duration_ms: 90_000 })]);
  assert.ok(isClip(ready));
  assert.ok(missing && "location" in missing && missing.status === "pending");
  assert.ok(wrong && "reason" in wrong && wrong.reason === "bad-parameters");
  const wanted = unheard();
  await client.batch([wanted], { make: true });
  assert.equal((await client.get(wanted)).duration_ms, 7_000);
});

test("a clip is followed until it is ready", async () => {
  const request = unheard();
  const states = [];
  for await (const { status, clip } of client.follow(request)) {
    states.push(status);
    if (status === "ready") assert.ok(clip && "clip_url" in clip);
  }
  assert.equal(states.at(-1), "ready");
  assert.ok(states.length > 1, `${states}`);
  assert.equal(new Set(states).size, states.length);
  const again = [];
  for await (const progress of client.follow(request)) again.push(progress.status);
  assert.deepEqual(again, ["ready"]);
});

test("the gateway's problems are errors with their reason", async () => {
  const nobody = client.get({ episode_id: "000000000000000000000000", start_time_ms: 0 });
  await assert.rejects(nobody, (fault) => fault instanceof ProblemError && fault.status === 404 && fault.reason === "no-such-episode");
  await assert.rejects(client.get(unheard({ start_time_ms: -1 })), (fault) =>
    fault instanceof ProblemError && fault.status === 400 && fault.problem.errors?.[0]?.name === "start_time_ms");
  const stranger = new Cutroom(address, { key: "cutroom_wrong" });
  await assert.rejects(stranger.get(unheard()), (fault) =>
    fault instanceof ProblemError && fault instanceof CutroomError && fault.status === 401 && fault.name === "ProblemError");
});

test("what a limit refuses is asked for again as Retry-After says", async () => {
  const slow = new Cutroom(address, { key: setting("CUTROOM_SLOW_KEY"), timeoutMs: 10_000 });
  const began = performance.now();
  for (let turn = 0; turn < 3; turn += 1) await slow.batch([unheard()]);
  assert.ok(performance.now() - began > 1_000);
  const hurried = new Cutroom(address, { key: setting("CUTROOM_SLOW_KEY"), timeoutMs: 100 });
  await assert.rejects(hurried.batch([unheard()]), (fault) =>
    fault instanceof TimeoutError && fault.cause instanceof ProblemError && fault.cause.status === 429);
});

test("a gateway that says nothing is waited for until time is up, or the caller ends it", async () => {
  const pid = gateway();
  process.kill(pid, "SIGSTOP");
  try {
    const began = performance.now();
    await assert.rejects(client.get(unheard(), { timeoutMs: 300 }), TimeoutError);
    const caller = new AbortController();
    setTimeout(() => caller.abort(new Error("changed my mind")), 100);
    await assert.rejects(client.get(unheard(), { signal: caller.signal }), /changed my mind/);
    assert.ok(performance.now() - began < 2_000);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

test("a gateway that is killed while it is asked is asked again when it is back", async () => {
  const pid = gateway();
  // So it has the request, and has surely not answered it.
  process.kill(pid, "SIGSTOP");
  const [clip, entries] = [client.get(unheard()), client.batch([unheard()], { make: true })];
  setTimeout(() => process.kill(pid, "SIGKILL"), 200);
  assert.equal((await clip).duration_ms, 7_000);
  assert.equal((await entries).length, 1);
  assert.notEqual(gateway(), pid);
});

test("a clip is followed on when the gateway is killed in the middle", async () => {
  const pid = gateway();
  const states = [];
  for await (const { status } of client.follow(unheard({ duration_ms: 60_000 }))) {
    if (states.length === 0) {
      assert.notEqual(status, "ready");
      process.kill(pid, "SIGKILL");
    }
    states.push(status);
  }
  assert.equal(states.at(-1), "ready");
  assert.notEqual(gateway(), pid);
});

test("the address that plays leads to the sound, and the page is one", async () => {
  const request = unheard({ format: "opus" });
  const play = client.playUrl(request);
  assert.equal(new URL(play).pathname.split("/").at(-1), "play.opus");
  const headers = { "X-Api-Key": setting("CUTROOM_KEY") };
  const sound = await opened(play, headers);
  assert.equal(sound.headers.get("Content-Type"), "audio/ogg");
  const saved = await opened(client.playUrl(request, { download: true }), headers);
  assert.match(saved.headers.get("Content-Disposition") ?? "", /^attachment/);
  const page = await opened(client.pageUrl(`${request.episode_id}/${request.start_time_ms}-${next + 7_000}.opus`), headers);
  assert.match(page.text, /<audio /);
});
