import type { LoadModel } from '../../core/plan/load/load-model.ts';
import type { Tally } from '../../core/metrics/recorder/tally.ts';
import type { Sample } from '../../core/metrics/types.ts';
import type { FailureSamples } from '../answers/failure-samples.ts';
import type { Note } from '../transport/server-notes.ts';
import type { Lane, SentPrompt, Transport, WireRequest } from '../transport/transport.ts';
import type { Pacer } from './pacer.ts';

/** A sample, with what a language model was asked if texts are kept to be counted. */
export interface SentSample extends Sample {
  readonly prompt?: SentPrompt | undefined;
}

/** Everything that a load needs. */
export interface LoadOptions {
  readonly model: LoadModel;
  /** Wakes the load for requests with a time; absent: none has one. */
  readonly pacer?: Pacer;
  /** Set for a model that names times. */
  readonly open?: OpenLoad;
  /** Requests taken so far by every loop of the run; absent: this loop is the only one. */
  readonly counter?: RequestCounter;
  /** Start of the run, `performance.now()`; absent: now. Loops of one run share it. */
  readonly startedAtMs?: number;
  /** One per slot: never more requests in flight than lanes. */
  readonly lanes: readonly Lane[];
  readonly requests: readonly WireRequest[];
  /** Prepares requests that aren't due yet. */
  readonly transport?: Pick<Transport, 'prepare' | 'discard'>;
  /** Index of the request's target, by the index of the request. */
  readonly pick: (index: number) => number;
  readonly timeoutMs: number;
  readonly drainMs: number;
  /** Time during which requests are sent, s; null or absent if only their number ends the load. */
  readonly durationS?: number | null;
  /**
   * Returns the time from which no request is sent, ms from the start, if that is decided during the run; Infinity
   * before.
   */
  readonly endMs?: () => number;
  readonly maxRedirects: number;
  readonly failures: FailureSamples;
  /** Collects server notes. */
  readonly note: Note;
  readonly onSample: (sample: SentSample) => void;
  /** Returns whether the texts of the next response are kept; absent: no texts are, and no prompts. */
  readonly keepsTexts?: () => boolean;
  /** Called with the number of slots released for `dropSlots`. */
  readonly onDropped?: (slots: number) => void;
}

/** Needs of the open model besides its load model. */
export interface OpenLoad {
  /** The same load model once more, for counting due requests: each instance is fast in one direction only. */
  readonly arrivals: LoadModel;
  /** Called with the number of queued requests whenever it may have changed. */
  readonly onBacklog: (atMs: number, waiting: number) => void;
}

/** The index of the next request. Each index is taken once across all loops. */
export interface RequestCounter {
  readonly next: number;
  /** Returns false if another loop has taken the index. */
  take(index: number): boolean;
}

/** Result of a load apart from its samples. */
export interface LoadOutcome {
  /** Conversations that started and ended before their last turn without a failure. */
  readonly conversationsCut: number;
  /** Requests that were in flight when `cancel` cut them off. */
  readonly requestsCancelled: number;
  /** Requests that the drain limit ended, counted as timeouts. */
  readonly requestsDrained: number;
  /** Requests that were due and taken by no loop at the end: the same number in every loop of a run. */
  readonly unsent: number;
  /** Requests that this load had taken and that were still waiting for a connection at the end. */
  readonly takenUnsent: number;
  /** Requests sent on a used connection. */
  readonly reused: number;
  /** Requests sent again because the server had just closed their connection. */
  readonly reconnected: number;
  /** Connections that the server closed in good order while they were in use, and the requests these had carried. */
  readonly closings: { readonly connections: number; readonly requests: number };
  /** Time of requests on used connections from dispatch to their first byte sent, ms. */
  readonly dispatchGaps: Tally;
  /** ∫ requests in flight dt, ms. */
  readonly inFlightIntegralMs: number;
  /** Time of the cancellation from the start, ms; Infinity for a load that ran to its end. */
  readonly cutMs: number;
}

/** A load in progress. */
export interface Load {
  readonly finished: Promise<LoadOutcome>;
  readonly startedAtMs: number;
  readonly inFlight: number;
  /** Queued requests of the open model. */
  readonly waiting: number;
  /** Conversations that have started and haven't ended, and those that were cut off. */
  readonly conversations: { readonly inProgress: number; readonly cut: number };
  /** No further request becomes due. */
  readonly draining: boolean;
  /** Adds a slot for each lane. */
  addSlots(lanes: readonly Lane[]): void;
  /** Releases `count` slots, each as soon as it is free, and closes their connections. */
  dropSlots(count: number): void;
  /** Stops sending, aborts requests in flight, and resolves `finished`. */
  cancel(): void;
}
