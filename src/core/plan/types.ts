import type { PreparedRequest, RunTarget } from '../endpoints/types.ts';
import type { ArrivalProcess, Objective, Stage, TransportName } from '../vocabulary.ts';

/** Everything that decides a run, beside the targets themselves. */
export interface RunPlan {
  /** `closed`: a request leaves as soon as a slot is free. `open`: requests leave by the clock. */
  readonly loadModel: 'closed' | 'open';
  /** Of an open loop alone: how and how fast requests arrive. */
  readonly arrivals?: ArrivalProcess;
  readonly stages?: readonly Stage[];
  /** How many requests are sent; null when the duration decides. */
  readonly requests: number | null;
  /** For how long new requests leave, seconds; null when the count decides. Both set: whichever ends first. */
  readonly durationS: number | null;
  /** The largest number of requests in flight, >= 1: the slots of a closed loop, the `--max-in-flight` of an open one. */
  readonly concurrency: number;
  /** Seed of every random choice, an unsigned 32-bit integer. */
  readonly seed: number;
  /** Requests sent before the clock starts, at the same concurrency; reported, not counted. */
  readonly warmup: number;
  /** Longest time of one request, from when a free slot hands it to the transport to its `end`, ms. */
  readonly timeoutMs: number;
  /** Longest time that a run waits for requests in flight after the last one left, ms. */
  readonly drainMs: number;
  /** Redirects followed per request; 0 = a redirect is an answer like any other. */
  readonly maxRedirects: number;
  /** Maximum size of a response head, bytes; absent: the default of planDefaults. */
  readonly maxHeadBytes?: number;
  /** True: server certificates are accepted unverified; absent: they are verified. */
  readonly insecure?: boolean;
  /** How many event loops send, 1 to 64; absent: one, and others while it is the limit. */
  readonly workers?: number;
  /** True: connections are opened and code is warmed inside the measured time. */
  readonly coldStart: boolean;
  /** What sends; absent: chosen by what is sent. */
  readonly transport?: TransportName;
  /** Objectives of the whole run; those of a target stand with the target. */
  readonly objectives: readonly Objective[];
}

/**
 * One of several shares of a load, each sent by a worker of its own: of the requests 0, 1, 2 … those that leave `number` when
 * divided by `of`. So together they send what one worker would, at the times at which it would.
 */
export interface Share {
  /** From 0. */
  readonly number: number;
  readonly of: number;
}

/** Everything a run needs. `requests[i]` is `targets[i]` made ready to send. */
export interface RunInput {
  /** Name for people: the file, or the one target's name. */
  readonly name: string;
  readonly plan: RunPlan;
  /** The part of the plan that is sent; all of it when absent. */
  readonly share?: Share;
  readonly targets: readonly RunTarget[];
  readonly requests: readonly PreparedRequest[];
  /** Values that must not appear in anything kept; replaced by `***`. */
  readonly secrets: readonly string[];
  /** The endpoints file: absolute path, and how it is shown; null when there is none. */
  readonly file: { readonly path: string; readonly shownAs: string } | null;
  /** Turns that earlier runs of the session took of the prompts, by target: see promptTurns. Absent: none. */
  readonly promptStarts?: readonly number[];
  /** Numbers that earlier runs of the session took for the values of dynamic variables; see ValueUse. Absent: none. */
  readonly valueStart?: number;
  /** Remarks for the record on what was found out before the run; see ServerFacts. */
  readonly notes?: readonly string[];
}
