// @ts-check
import { Call, retryAfterMs } from "./calls.js";
import { CutroomError, ProblemError, TimeoutError } from "./errors.js";

/** @import { BatchOptions, CallOptions, Clip, ClipRequest, Pending, Problem, Progress, Settings } from "./types.js" */

export { CutroomError, ProblemError, TimeoutError };

// The gateway holds a request that long for a clip that is being made; proxies seldom hold one longer.
const waitSeconds = 25;

export class Cutroom {
  #address;
  #settings;

  /**
   * @param {string | URL} address
   * @param {Settings} [settings]
   */
  constructor(address, settings = {}) {
    this.#address = new URL(address).href.replace(/\/$/, "");
    this.#settings = settings;
  }

  /**
   * @param {ClipRequest} clip
   * @param {CallOptions & { fresh?: boolean }} [options]
   * @returns {Promise<Clip>}
   */
  async get(clip, options = {}) {
    const call = this.#call(options);
    try {
      for (;;) {
        const answer = await call.answer(this.#url(clip), {
          headers: this.#headers({ Prefer: `wait=${waitSeconds}`, ...(options.fresh ? { "Cache-Control": "no-cache" } : {}) }),
        });
        const body = await read(answer, call);
        if (body && answer.status !== 202) return body;
        await call.pause(retryAfterMs(answer) ?? 1000);
      }
    } finally {
      call.end();
    }
  }

  /**
   * @param {ClipRequest[]} clips
   * @param {BatchOptions} [options]
   * @returns {Promise<(Clip | Pending | Problem)[]>}
   */
  async batch(clips, options = {}) {
    const { make, lane, with: parts } = options;
    const call = this.#call(options);
    try {
      for (;;) {
        const answer = await call.answer(`${this.#address}/api/v1/audio_clips/batch`, {
          method: "POST",
          headers: this.#headers({ "Content-Type": "application/json" }),
          body: JSON.stringify({ clips, make, lane, with: parts }),
        });
        const body = await read(answer, call);
        if (body) return body.clips;
      }
    } finally {
      call.end();
    }
  }

  /**
   * @param {ClipRequest} clip
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<Progress, void, void>}
   */
  async *follow(clip, options = {}) {
    const call = this.#call(options);
    try {
      let told = "";
      // A stream that ends early, or a gateway that knows nothing of the clip any more: to ask again is always right.
      for (;;) {
        const answer = await call.answer(this.#url(clip), { headers: this.#headers({ Prefer: "respond-async" }) });
        const body = await read(answer, call);
        if (!body) continue;
        const location = answer.headers.get("Location");
        if (answer.status !== 202) {
          yield { status: "ready", clip: body };
          return;
        }
        for await (const progress of this.#events(location ?? statusPath(body.clip_id), call)) {
          if (progress.status !== told) yield progress;
          told = progress.status;
          if (told === "ready" || told === "failed") return;
        }
        await call.pause(retryAfterMs(answer) ?? 1000);
      }
    } finally {
      call.end();
    }
  }

  /**
   * @param {ClipRequest} clip
   * @param {{ download?: boolean }} [options]
   * @returns {string}
   */
  playUrl(clip, options = {}) {
    const { format = "mp3", with: _, ...rest } = clip;
    const url = new URL(this.#url(rest));
    url.pathname += `/play.${format}`;
    if (options.download) url.searchParams.set("download", "1");
    return url.href;
  }

  /**
   * @param {string} clipId
   * @returns {string}
   */
  pageUrl(clipId) {
    return `${this.#address}/c/${encodeURIComponent(clipId)}`;
  }

  /** @param {CallOptions} options */
  #call(options) {
    // A browser's own must be called as a function of the window.
    /** @type {typeof fetch} */
    const own = this.#settings.fetch ?? ((input, init) => fetch(input, init));
    return new Call(own, options.timeoutMs ?? this.#settings.timeoutMs ?? 120_000, options.signal);
  }

  /** @param {Record<string, string>} headers */
  #headers(headers) {
    return this.#settings.key === undefined ? headers : { ...headers, "X-Api-Key": this.#settings.key };
  }

  /** @param {ClipRequest} clip */
  #url(clip) {
    const { episode_id: episode, ...rest } = clip;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(rest)) if (value !== undefined && value !== null) query.set(name, String(value));
    return `${this.#address}/api/v1/audio_clips/${encodeURIComponent(episode)}?${query}`;
  }

  /**
   * What is sent of one clip until the stream ends, whyever it does.
   *
   * @param {string} location a path
   * @param {Call} call
   * @returns {AsyncGenerator<Progress, void, void>}
   */
  async *#events(location, call) {
    try {
      const answer = await call.answer(`${this.#address}${location}/events`, { headers: this.#headers({ Accept: "text/event-stream" }) });
      if (!answer.body) return;
      yield* eventsOf(answer.body);
    } catch (fault) {
      call.check();
      if (fault instanceof ProblemError && fault.status !== 404) throw fault;
      // 404: it was another gateway that took the request, or this one was started anew.
      if (!(fault instanceof ProblemError)) await call.lost(fault);
    }
  }
}

/**
 * @param {Clip | Pending | Problem | undefined} entry
 * @returns {entry is Clip}
 */
export function isClip(entry) {
  return entry !== undefined && "clip_url" in entry;
}

/** @param {string} clipId */
function statusPath(clipId) {
  return `/api/v1/audio_clips/requests/${encodeURIComponent(clipId)}`;
}

/**
 * @param {Response} answer
 * @param {Call} call
 * @returns {Promise<any>} undefined if it broke off: then it is time to ask again
 */
async function read(answer, call) {
  let text;
  try {
    text = await answer.text();
  } catch (fault) {
    await call.lost(fault);
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (fault) {
    throw new CutroomError("the answer is no JSON: is this the address of a gateway?", fault);
  }
}

/**
 * Server-sent events (HTML Standard, 9.2.6), as far as a gateway sends them.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<Progress, void, void>}
 */
async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = block.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
        if (data.length > 0) yield JSON.parse(data.join("\n"));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
