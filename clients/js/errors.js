// @ts-check
/** @import { Problem } from "./types.js" */

export class CutroomError extends Error {
  /**
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

export class ProblemError extends CutroomError {
  /**
   * @param {number} status
   * @param {Partial<Problem>} problem
   */
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `the gateway answered ${status}`);
    this.status = status;
    this.reason = problem.reason ?? "";
    this.problem = problem;
  }
}

export class TimeoutError extends CutroomError {
  /**
   * @param {number} timeoutMs
   * @param {unknown} [cause]
   */
  constructor(timeoutMs, cause) {
    super(`not done within ${timeoutMs} ms`, cause);
    this.timeoutMs = timeoutMs;
  }
}
