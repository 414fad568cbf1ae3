// @ts-check
import { ProblemError, TimeoutError } from "./errors.js";

/** What may pass if one asks again: limits, overload and outages, a proxy's word that nobody is there, and work that is late. */
const passing = new Set([429, 502, 503, 504]);
const longestPauseMs = 30_000;

/** One call with all that it tries again: it ends when its time is up, or its caller ends it. */
export class Call {
  #controller = new AbortController();
  /** @type {ReturnType<typeof setTimeout>} */
  #timer;
  /** @type {() => void} */
  #forget = () => {};
  #failures = 0;
  /** @type {unknown} */
  #last;

  /**
   * @param {typeof fetch} fetch
   * @param {number} timeoutMs
   * @param {AbortSignal} [signal]
   */
  constructor(fetch, timeoutMs, signal) {
    this.fetch = fetch;
    this.timeoutMs = timeoutMs;
    this.#timer = setTimeout(() => this.#controller.abort(new TimeoutError(timeoutMs, this.#last)), timeoutMs);
    if (signal) {
      const end = () => this.#controller.abort(signal.reason);
      if (signal.aborted) end();
      signal.addEventListener("abort", end);
      this.#forget = () => signal.removeEventListener("abort", end);
    }
  }

  end() {
    clearTimeout(this.#timer);
    this.#forget();
    this.#controller.abort();
  }

  /** Throws what ended the call, if it has ended. */
  check() {
    const { signal } = this.#controller;
    if (signal.aborted) throw signal.reason;
  }

  /**
   * An answer that is no error; what may pass is tried again.
   *
   * @param {string} url
   * @param {RequestInit} init
   * @returns {Promise<Response>}
   */
  async answer(url, init) {
    for (;;) {
      this.check();
      /** @type {Response} */
      let answer;
      try {
        answer = await this.fetch(url, { ...init, signal: this.#controller.signal });
      } catch (fault) {
        await this.lost(fault);
        continue;
      }
      if (answer.ok) {
        this.#failures = 0;
        return answer;
      }
      const problem = new ProblemError(answer.status, await documentOf(answer));
      if (!passing.has(answer.status)) throw problem;
      this.#last = problem;
      await this.pause(retryAfterMs(answer) ?? this.#backoffMs());
    }
  }

  /**
   * Waits before the next try, since there was no answer or it broke off.
   *
   * @param {unknown} fault
   */
  async lost(fault) {
    this.check();
    // Not of the network: an address that is none, or a request that can't be.
    if (fault instanceof TypeError && /invalid|parse/i.test(fault.message)) throw fault;
    this.#last = fault;
    await this.pause(this.#backoffMs());
  }

  /** @param {number} ms */
  pause(ms) {
    const { signal } = this.#controller;
    return /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", end);
        resolve();
      }, Math.min(ms, longestPauseMs));
      signal.addEventListener("abort", end, { once: true });
    }));
  }

  /** Doubled with each failure in a row, up to 5 s, and up to half as much again, so that many clients don't come at once. */
  #backoffMs() {
    const ms = Math.min(5_000, 200 * 2 ** this.#failures);
    this.#failures += 1;
    return ms * (1 + Math.random() / 2);
  }
}

/**
 * @param {Response} answer
 * @returns {number | undefined} as `Retry-After` says; as seconds, which is what Cutroom sends
 */
export function retryAfterMs(answer) {
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds) * 1000;
}

/** @param {Response} answer */
async function documentOf(answer) {
  try {
    const document = await answer.json();
    return document !== null && typeof document === "object" ? document : {};
  } catch {
    return {};
  }
}
