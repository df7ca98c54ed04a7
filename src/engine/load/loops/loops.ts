import { mergeFailures } from '../../../core/failures/groups.ts';
import { mergeLive } from '../../../core/metrics/recorder/recorder-state.ts';
import { liveSummaryOf } from '../../../core/metrics/summary.ts';
import type { FailureSample, Summary } from '../../../core/metrics/types.ts';
import { offeredMs } from '../../../core/plan/load/offered.ts';
import type { TransportName } from '../../../core/vocabulary.ts';
import { freeOptimiser, holdOptimiser } from '../../machine/optimiser.ts';
import { clockOffsetMs, sharedNow } from '../../machine/shared-clock.ts';
import { createLoop, type Loop, type LoopOptions, type OwnLoop, type LoopResult, type LoopSetup } from './loop.ts';
import { createLook } from './look.ts';
import { mergeResults, type LoopsResult, type LostLoops } from './results.ts';
import { startWorkerLoop } from './worker-loop.ts';

/** The loops that send for one run: the one of this thread, and others while it is the limit. */
export interface Loops {
  /** Starts the loops that the run begins with, compiles their code and opens their connections. */
  prepare(): Promise<void>;
  /** Sends what comes before the clock starts; answers how many requests that were. */
  warmUp(): Promise<number>;
  /** Sends the run. */
  run(): Promise<LoopsResult>;
  live(): LiveLoops;
  /** Ends the run as one that stopped unexpectedly; `run` keeps what was measured. The message of the error is the reason, a sentence. */
  fail(error: Error): void;
  /** What they send with. */
  readonly transport: TransportName;
  /** Addresses that the first loop has connected to so far. */
  readonly addresses: OwnLoop['addresses'];
  cancel(): void;
  close(): void;
}

/** How far all loops together are. */
export interface LiveLoops {
  /** When the clock started, `performance.now()`; undefined before. */
  readonly startedAtMs: number | undefined;
  readonly inFlight: number;
  readonly waiting: number;
  readonly draining: boolean;
  readonly summary: Summary;
  /** The most frequent first. */
  readonly failures: readonly FailureSample[];
}

export interface LoopsOptions {
  /** The largest number of requests in flight, over all loops. */
  readonly slots: number;
  /** How many loops send from the start … */
  readonly first: number;
  /** … and to how many others are added while they are the limit. Never more than there are slots. */
  readonly most: number;
  /** Warms the code of a loop before the clock starts; see warm.ts. */
  readonly warm: NonNullable<LoopOptions['warm']>;
}

const lookMs = 100;
/** After so many looks at which every loop was busy, they are the limit. */
const limitLooks = 5;
/** Between the word to start and the start: all that has to be made for it is made by then, in every thread. */
const leadMs = 10;
/** As even as can be. */
const sharesOf = (slots: number, loops: number): number[] =>
  Array.from({ length: loops }, (_, i) => Math.floor(slots / loops) + (i < slots % loops ? 1 : 0));

/** The loop of this thread is made here; throws a LoadlensError for a request that can't be sent. */
export function createLoops(setup: LoopSetup, { slots, first, most, warm }: LoopsOptions): Loops {
  /** Loops that wait for slots which others give up, and how many. */
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

  const own = createLoop(setup, { onDropped: give, warm });
  const { summaryOptions } = own;
  /** All that send, and how many slots each is to have. */
  const loops = new Map<Loop, number>([[own, slots]]);
  /** A loop that is being prepared while the run goes on. */
  let coming: Loop | undefined;
  const results = new Map<Loop, LoopResult>();
  let startedAtMs: number | undefined;
  let over = false;
  let lost: LostLoops | undefined;

  const offeredSoFarMs = (taken: number, startMs: number): number =>
    offeredMs(setup.plan, setup.share, taken, performance.now() - startMs);

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
        // From here on.
        loop.utilisation();
        loop
          .send('run', startedAt, share)
          .then(
            (result) => void results.set(loop, result),
            (error: Error) => {
              lost ??= { error, states: [], failures: [] };
              lost.states.push(loop.live().state);
              lost.failures.push(loop.live().failures);
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

  /** Prepares one more loop, and hands it its share of the slots as the others have them free. */
  const add = async (join: (loop: Loop, share: number) => void): Promise<void> => {
    const loop = startWorkerLoop(setup, give);
    const shares = sharesOf(slots, loops.size + 1);
    const share = shares.at(-1) ?? 0;
    coming = loop;
    try {
      await loop.prepare(share);
    } catch {
      // Nothing is lost but the help. No other is tried: `coming` stays.
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
        // A loop that was cancelled while it got ready has nothing to send.
        if (!over) throw error;
      }
    },
    async warmUp() {
      const now = sharedNow();
      const parts = await Promise.all([...loops].map(([loop, share]) => loop.send('warmup', now, share)));
      return parts.reduce((sum, { requests }) => sum + requests, 0);
    },
    async run() {
      await run();
      const [first, ...others] = [...loops.keys()].flatMap((loop) => results.get(loop) ?? []);
      if (!first) throw lost?.error ?? new Error('No loop has sent.');
      // Where no loop was lost, all that they know is there.
      const gone = lost?.states.length === 0 ? undefined : lost;
      return { ...mergeResults(first, others, own, gone, setup), lost: lost?.error };
    },
    live() {
      const all = [...loops.keys()].map((loop) => loop.live());
      const states = [...all.map(({ state }) => state), ...(lost?.states ?? [])];
      const state = states.length > 1 ? mergeLive(states) : own.live().state;
      return {
        startedAtMs,
        inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
        // Each loop sees the backlog of all.
        waiting: own.live().waiting,
        draining: all.some(({ draining }) => draining),
        failures: mergeFailures([...all.map(({ failures }) => failures), ...(lost?.failures ?? [])]),
        summary: liveSummaryOf(state, summaryOptions, {
          requestsCancelled: 0,
          offeredMs: startedAtMs === undefined ? 0 : offeredSoFarMs(state.run.requests, startedAtMs),
        }),
      };
    },
    fail(error) {
      lost ??= { error, states: [], failures: [] };
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
