/** What is asked for; docs/http.md tells of each field. `episode_id`, and one of `start_time_ms` and `at`, are needed. */
export interface ClipRequest {
  /** ObjectId (24 hex digits) or guid. */
  episode_id: string;
  /** Whole milliseconds from the episode's first sample. */
  start_time_ms?: number;
  /** The moment that the clip has in its middle, instead of `start_time_ms`. */
  at?: number;
  /** 1 to 60000; 30000 if absent. */
  duration_ms?: number;
  /** Seconds, instead of `duration_ms`. */
  length?: 15 | 30 | 60;
  snap?: "sentence" | "chunk" | "silence";
  /** 0 to 10000; 4000 if absent. */
  max_shift_ms?: number;
  format?: Format;
  samples_per_pixel?: 128 | 256 | 512 | 1024 | 2048 | 4096;
  bits?: 8 | 16;
  channels?: "mono" | "split";
  size?: "320x64" | "640x128" | "1280x256";
  colors?: "light" | "dark" | "clear";
  with?: Part[];
}

export type Format = "mp3" | "opus" | "webm" | "m4a" | "wav" | "peaks" | "dat" | "svg" | "png" | "vtt" | "srt" | "transcript";
export type Part = "waveform" | "transcript";

/** The answer for a clip that is ready. Versions to come may have further fields. */
export interface Clip {
  /** Signed; plays for whoever has it until `expires_at`. */
  clip_url: string;
  expires_at: string;
  cache_hit: boolean;
  episode_id: string;
  start_time_ms: number;
  /** Less than was asked for if the episode ends earlier. */
  duration_ms: number;
  generation_time_ms: number;
  format: Format;
  exact: "sample" | "reencoded" | "timed" | "estimated";
  snapped?: Snapped;
  waveform_url?: string;
  waveform?: MissingPart;
  transcript_url?: string;
  transcript?: Transcript | MissingPart | { status: "too-long" };
}

export interface Snapped {
  asked_start_time_ms: number;
  asked_duration_ms: number;
  by: "sentence" | "chunk" | "silence";
  start_shift_ms: number;
  end_shift_ms: number;
  basis: "exact" | "estimated";
}

export interface Transcript {
  version: string;
  segments: Segment[];
}

export interface Segment extends Word {
  speaker?: string;
  timing: "exact" | "estimated";
  words?: Word[];
}

/** Seconds from the clip's start. */
export interface Word {
  startTime: number;
  endTime: number;
  body: string;
}

export interface Pending {
  status: "pending";
  clip_id: string;
  location: string;
}

export type MissingPart = Pending | { status: "failed"; clip_id: string; problem: Problem };

/** An error as the gateway tells it (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** A sentence for people. */
  detail: string;
  /** The request's id. */
  instance: string;
  /** A word of the list in docs/http.md. */
  reason: string;
  errors?: { name: string; detail: string }[];
  episode_duration_ms?: number;
  retry_after_seconds?: number;
}

/** How far a clip is. */
export interface Progress {
  status: "queued" | "resolving" | "cutting" | "ready" | "failed";
  /** Missing where the clip was ready already. */
  clip_id?: string;
  /** With `ready`: the clip, or a problem if no URL could be signed just then. */
  clip?: Clip | Problem;
  /** With `failed`. */
  problem?: Problem;
}

export interface Settings {
  /** Sent as `X-Api-Key`. Not for pages: whoever reads the page has it. */
  key?: string;
  /** How long a call may take with all that it tries again, in milliseconds; 120000 if absent. */
  timeoutMs?: number;
  /** Instead of the platform's own. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  signal?: AbortSignal;
  /** Instead of that of the client. */
  timeoutMs?: number;
}

export interface BatchOptions extends CallOptions {
  /** Whether what is missing is to be made. */
  make?: boolean;
  /** Made ahead of need, while those that somebody waits for leave room. */
  lane?: "bulk";
  with?: Part[];
}

export declare class Cutroom {
  /** @param address The gateway's, such as `https://clips.example.org`. */
  constructor(address: string | URL, settings?: Settings);
  /** The clip; waits for one that has to be made. */
  get(clip: ClipRequest, options?: CallOptions & { /** Has a cutter look whether the clip is still there. */ fresh?: boolean }): Promise<Clip>;
  /** An entry for each of up to 50 clips, in their order; waits for none. */
  batch(clips: ClipRequest[], options?: BatchOptions): Promise<(Clip | Pending | Problem)[]>;
  /** Has the clip made and tells how far it is, ending with `ready` or `failed`. */
  follow(clip: ClipRequest, options?: CallOptions): AsyncGenerator<Progress, void, void>;
  /** An address that plays, for `<audio>` and podcast apps. No request is made. */
  playUrl(clip: ClipRequest, options?: { download?: boolean }): string;
  /** The page of a clip, to send around. */
  pageUrl(clipId: string): string;
}

/** What all errors of this package are. */
export declare class CutroomError extends Error {
  constructor(message: string, cause?: unknown);
}

/** The gateway's answer was no. */
export declare class ProblemError extends CutroomError {
  constructor(status: number, problem: Partial<Problem>);
  readonly status: number;
  /** Empty if the answer was no problem document, as those of proxies. */
  readonly reason: string;
  readonly problem: Partial<Problem>;
}

/** It took longer than it might. `cause` is what happened last. */
export declare class TimeoutError extends CutroomError {
  constructor(timeoutMs: number, cause?: unknown);
  readonly timeoutMs: number;
}

/** Whether this entry of a batch, or this end of a follow, is a clip. */
export declare function isClip(entry: Clip | Pending | Problem | undefined): entry is Clip;
