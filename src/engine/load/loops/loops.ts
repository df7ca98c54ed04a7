import { mergeFailures } from '../../../core/failures/groups.ts';
import { mergeServerNotes } from '../../../core/record/merge-notes.ts';
import { mergeTimelines, type TimelineTally } from '../../../core/metrics/timeline.ts';
import { mergeLive } from '../../../core/metrics/recorder/recorder-state.ts';
import { liveSummaryOf } from '../../../core/metrics/summary.ts';
import type { FailureSample, Summary } from '../../../core/metrics/types.ts';
import { offeredMs } from '../../../core/plan/load/offered.ts';
import type { TransportName } from '../../../core/vocabulary.ts';
import { freeOptimiser, holdOptimiser } from '../../machine/optimiser.ts';
import { clockOffsetMs, sharedNow } from '../../machine/shared-clock.ts';
import { createLoop, type Loop, type LoopOptions, type OwnLoop, type LoopResult, type LoopSetup } from './loop.ts';
import { sharedCounter } from './counter.ts';
import { endOf, setEnd } from './end-signal.ts';
import { createLook } from './look.ts';
import { withTokens, type LocalTokens } from './recount.ts';
import { mergeResults, type LoopsResult, type LostLoops } from './results.ts';
import { startWorkerLoop } from './worker-loop.ts';

/** The loops of one run: the one of this thread, and others that join while it is saturated. */
export interface Loops {
  /** Starts the first loops, warms their code, and opens their connections. */
  prepare(): Promise<void>;
  /** Sends the warm-up. Resolves with the number of requests. */
  warmUp(): Promise<number>;
  /** Sends the run. */
  run(): Promise<void>;
  /**
   * Returns what was sent and received.
   * @param tokens counts the output tokens that the server hasn't counted
   */
  results(tokens?: LocalTokens): Promise<LoopsResult>;
  live(): LiveLoops;
  /** Returns the time since the start of the clock, ms; 0 before. */
  elapsedMs(): number;
  /** Returns the combined timeline so far. Callers must not modify it. */
  timeline(): TimelineTally;
  /** Ends the run: no further request becomes due. Those in flight end as usual. */
  end(): void;
  /**
   * Ends the run as one that stopped unexpectedly; `run` keeps the numbers so far. The error's message is the reason, a
   * sentence.
   */
  fail(error: Error): void;
  /** Transport that all loops use. */
  readonly transport: TransportName;
  /** Addresses that the first loop has connected to so far. */
  readonly addresses: OwnLoop['addresses'];
  cancel(): void;
  close(): void;
}

/** Combined state of all loops. */
export interface LiveLoops {
  /** Start of the clock, `performance.now()`; undefined before it. */
  readonly startedAtMs: number | undefined;
  readonly inFlight: number;
  readonly waiting: number;
  readonly draining: boolean;
  readonly summary: Summary;
  /** The most frequent failures first. */
  readonly failures: readonly FailureSample[];
  /** Remarks on the server. */
  readonly notes: readonly string[];
}

/** Options for the loops of one run. */
export interface LoopsOptions {
  /** Maximum number of requests in flight over all loops. */
  readonly slots: number;
  /** Number of loops from the start. */
  readonly first: number;
  /** Maximum number of loops; more join while all are saturated. Never more than there are slots. */
  readonly most: number;
  /** Warms the code of a loop before the clock starts; see `warm.ts`. */
  readonly warm: NonNullable<LoopOptions['warm']>;
  /** Keeps the connections of the first loop; see LoopOptions. */
  readonly keeper?: LoopOptions['keeper'];
}

const lookMs = 100;
/** Number of looks in a row with every loop saturated after which another loop is added. */
const limitLooks = 5;
/**
 * Lead between the start command and the start of the clock, ms, so that every thread has finished its setup by then.
 */
const leadMs = 10;
/** Splits the slots as evenly as possible. */
const sharesOf = (slots: number, loops: number): number[] =>
  Array.from({ length: loops }, (_, i) => Math.floor(slots / loops) + (i < slots % loops ? 1 : 0));

/**
 * Creates the loops of a run, with the first one in this thread.
 * @throws LoadlensError for a request that can't be sent
 */
export function createLoops(setup: LoopSetup, { slots, first, most, warm, keeper }: LoopsOptions): Loops {
  /** Loops that wait for released slots, and how many each still needs. */
  const waiting: { readonly loop: Loop; slots: number }[] = [];
  const give = (dropped: number): void => {
    const [next] = waiting;
    if (!next) return;
    const given = Math.min(dropped, next.slots);
    next.loop.addSlots(given);
    next.slots -= given;
    if (next.slots === 0) waiting.shift();
    if (given < dropped) give(dropped - given);
  };

  const own = createLoop(setup, { onDropped: give, warm, keeper });
  const { summaryOptions } = own;
  /** Sending loops, and the number of slots each should have. */
  const loops = new Map<Loop, number>([[own, slots]]);
  /** A loop that is being prepared during the run. */
  let coming: Loop | undefined;
  const results = new Map<Loop, LoopResult>();
  let startedAtMs: number | undefined;
  let over = false;
  let lost: LostLoops | undefined;

  // Before the clock starts, because the span of a million random arrivals takes 50 to 200 ms and is kept.
  offeredMs(setup.plan, setup.share, 0, Infinity);

  const offeredSoFarMs = (startMs: number): number => {
    const { next } = sharedCounter(setup.counters.run);
    return offeredMs(setup.plan, setup.share, next, Math.min(performance.now() - startMs, endOf(setup.endSignal)));
  };

  const elapsedMs = (): number => (startedAtMs === undefined ? 0 : Math.max(0, performance.now() - startedAtMs));

  const cancel = (): void => {
    over = true;
    coming?.close();
    for (const loop of loops.keys()) loop.cancel();
  };

  const run = (): Promise<void> =>
    new Promise((resolve) => {
      const startedAt = sharedNow() + leadMs;
      startedAtMs = startedAt - clockOffsetMs();
      let sending = 0;
      const join = (loop: Loop, share: number): void => {
        sending += 1;
        // Restarts the utilization measurement.
        loop.utilisation();
        loop
          .send('run', startedAt, share)
          .then(
            (result) => void results.set(loop, result),
            (error: Error) => {
              lost ??= { error, last: [] };
              lost.last.push(loop.live());
              loops.delete(loop);
              cancel();
            },
          )
          .finally(() => {
            sending -= 1;
            if (sending > 0) return;
            over = true;
            clearInterval(timer);
            freeOptimiser();
            coming?.close();
            resolve();
          });
      };
      const look = createLook();
      const timer = setInterval(() => {
        const busyFor = look(loops.keys());
        if (busyFor > 0) freeOptimiser();
        if (busyFor >= limitLooks && !over && !coming && waiting.length === 0 && loops.size < Math.min(most, slots))
          void add(join);
      }, lookMs);
      holdOptimiser();
      for (const [loop, share] of loops) join(loop, share);
    });

  /** Prepares one more loop, and gives it its share of the slots as the others release them. */
  const add = async (join: (loop: Loop, share: number) => void): Promise<void> => {
    const loop = startWorkerLoop(setup, give);
    const shares = sharesOf(slots, loops.size + 1);
    const share = shares.at(-1) ?? 0;
    coming = loop;
    try {
      await loop.prepare(share);
    } catch {
      // The run continues with the loops it has. `coming` stays set, so no other loop is tried.
      return;
    }
    if (over) return;
    coming = undefined;
    loops.set(loop, share);
    join(loop, 0);
    waiting.push({ loop, slots: share });
    for (const [i, [other, had]] of [...loops].entries()) {
      const keeps = shares[i] ?? 0;
      loops.set(other, keeps);
      other.dropSlots(had - keeps);
    }
  };

  return {
    transport: own.transport,
    addresses: own.addresses,
    async prepare() {
      const shares = sharesOf(slots, over ? 1 : Math.min(first, slots));
      loops.set(own, shares[0] ?? 0);
      for (const share of shares.slice(1)) loops.set(startWorkerLoop(setup, give), share);
      try {
        await Promise.all([...loops].map(([loop, share]) => loop.prepare(share)));
      } catch (error) {
        // A loop canceled during its preparation has nothing to send.
        if (!over) throw error;
      }
    },
    async warmUp() {
      const now = sharedNow();
      const parts = await Promise.all([...loops].map(([loop, share]) => loop.send('warmup', now, share)));
      return parts.reduce((sum, { requests }) => sum + requests, 0);
    },
    run,
    async results(tokens) {
      const sent = [...loops.keys()].flatMap((loop) => results.get(loop) ?? []);
      const counted = await withTokens(sent, own.recorderOptions, tokens);
      const [first, ...others] = counted.results;
      if (!first) throw lost?.error ?? new Error('No loop has sent.');
      // Without a lost loop, the results are complete.
      const gone = lost?.last.length === 0 ? undefined : lost;
      const merged = mergeResults(first, others, own, gone, setup);
      return { ...merged, ...counted.facts, lost: lost?.error };
    },
    live() {
      const all = [...loops.keys()].map((loop) => loop.live());
      const ever = [...all, ...(lost?.last ?? [])];
      const states = ever.map(({ state }) => state);
      const state = states.length > 1 ? mergeLive(states) : own.live().state;
      return {
        startedAtMs,
        inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
        // Every loop reports the backlog of all loops.
        waiting: own.live().waiting,
        draining: all.some(({ draining }) => draining),
        failures: mergeFailures(ever.map(({ failures }) => failures)),
        notes: mergeServerNotes(ever.map(({ notes }) => notes)),
        summary: liveSummaryOf(state, summaryOptions, {
          requestsCancelled: 0,
          conversationsCut: ever.reduce((cut, live) => cut + live.conversationsLeft, 0),
          offeredMs: startedAtMs === undefined ? 0 : offeredSoFarMs(startedAtMs),
        }),
      };
    },
    elapsedMs,
    timeline() {
      const timelines = [...loops.keys()].map((loop) => loop.live().state.timeline);
      return timelines.length === 1 ? own.live().state.timeline : mergeTimelines(timelines);
    },
    end() {
      setEnd(setup.endSignal, elapsedMs());
    },
    fail(error) {
      lost ??= { error, last: [] };
      cancel();
    },
    cancel,
    close() {
      over = true;
      coming?.close();
      for (const loop of loops.keys()) loop.close();
    },
  };
}
