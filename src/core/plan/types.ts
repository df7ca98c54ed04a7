import type { PreparedRequest, RunTarget } from '../endpoints/types.ts';
import type { ArrivalProcess, Objective, Stage, TransportName } from '../vocabulary.ts';

/** All settings of a run except its targets. */
export interface RunPlan {
  /** `closed`: a request leaves as soon as a slot is free. `open`: requests leave at scheduled times. */
  readonly loadModel: 'closed' | 'open';
  /** Open model only: arrival process and rate. */
  readonly arrivals?: ArrivalProcess;
  readonly stages?: readonly Stage[];
  /** Number of requests; null if only the duration ends the run. */
  readonly requests: number | null;
  /** Time during which requests leave, s; null if only the count ends the run. With both, whichever ends first. */
  readonly durationS: number | null;
  /**
   * Maximum number of requests in flight, >= 1: the slots of the closed model, or `--max-in-flight` in the open model.
   */
  readonly concurrency: number;
  /** Seed of all random choices, an unsigned 32-bit integer. */
  readonly seed: number;
  /** Number of requests before the clock starts, at the same concurrency. Reported, but in no metric. */
  readonly warmup: number;
  /** Maximum time of one request from its dispatch to its `end`, ms. */
  readonly timeoutMs: number;
  /** Maximum time to wait for requests in flight after the last one left, ms. */
  readonly drainMs: number;
  /** Maximum number of redirects per request; 0: a redirect is an ordinary response. */
  readonly maxRedirects: number;
  /** Maximum size of a response head, bytes; absent: the default in `planDefaults`. */
  readonly maxHeadBytes?: number;
  /** Accepts unverified server certificates; absent: they are verified. */
  readonly insecure?: boolean;
  /** Number of sender threads, 1 to 64; absent: one, and more while it is saturated. */
  readonly workers?: number;
  /** Opens connections and compiles code within the measured time. */
  readonly coldStart: boolean;
  /** Transport; absent: chosen by the requests. */
  readonly transport?: TransportName;
  /** Objectives of the whole run. A target has its own. */
  readonly objectives: readonly Objective[];
}

/**
 * One of several shares of a load, each sent by its own worker: the requests whose index modulo `of` is `number`.
 * Together they send what one worker would, at the same times.
 */
export interface Share {
  /** From 0. */
  readonly number: number;
  readonly of: number;
}

/** Input of a run. `requests[i]` is `targets[i]`, prepared to be sent. */
export interface RunInput {
  /** Name for people: the file or the single target. */
  readonly name: string;
  readonly plan: RunPlan;
  /** Part of the plan that is sent; absent: all of it. */
  readonly share?: Share;
  readonly targets: readonly RunTarget[];
  readonly requests: readonly PreparedRequest[];
  /** Values that must not be stored anywhere; replaced by `***`. */
  readonly secrets: readonly string[];
  /** The endpoints file: absolute path, and the form shown; null if there is none. */
  readonly file: { readonly path: string; readonly shownAs: string } | null;
  /** Prompt turns used by earlier runs of the session, by target; see `promptTurns`. Absent: none. */
  readonly promptStarts?: readonly number[];
  /** Numbers used by earlier runs of the session for dynamic variables; see `ValueUse`. Absent: none. */
  readonly valueStart?: number;
  /** Notes for the record on findings before the run; see `ServerFacts`. */
  readonly notes?: readonly string[];
}
