import { createTally, type Tally } from '../../core/metrics/recorder/tally.ts';
import type { Sample } from '../../core/metrics/types.ts';
import type { LoadModel } from '../../core/plan/load/load-model.ts';
import { TimeoutError, UnconnectedError } from '../transport/error-kind.ts';
import type { FailureSamples } from '../answers/failure-samples.ts';
import type { Pacer } from './pacer.ts';
import type { Note } from '../transport/server-notes.ts';
import { createSlot, type Slot } from './slot.ts';
import { createAfterReads } from '../answers/stream-reader.ts';
import type { Lane, WireRequest } from '../transport/transport.ts';

export interface LoadOptions {
  readonly model: LoadModel;
  /** Needed by a model that names times. */
  readonly open?: OpenLoad;
  /** Requests taken so far; by every loop that sends for the same run. */
  readonly counter?: RequestCounter;
  /** When the run started, `performance.now()`; now unless set. Loops of one run share it. */
  readonly startedAtMs?: number;
  /** One per slot: never more requests in flight than lanes. */
  readonly lanes: readonly Lane[];
  readonly requests: readonly WireRequest[];
  /** Index of the request's target, by the request's own index. */
  readonly pick: (index: number) => number;
  readonly timeoutMs: number;
  readonly drainMs: number;
  /** For how long requests leave, s; null or absent when their number alone ends the load. */
  readonly durationS?: number | null;
  readonly maxRedirects: number;
  readonly failures: FailureSamples;
  /** Takes in remarks on the server. */
  readonly note: Note;
  readonly onSample: (sample: Sample) => void;
  /** So many slots that `dropSlots` asked for are given up. */
  readonly onDropped?: (slots: number) => void;
}

/** What requests that leave by the clock need. */
export interface OpenLoad {
  readonly pacer: Pacer;
  /** The same model once more, to look at what is due while what has left lies behind: each is quick in one direction. */
  readonly arrivals: LoadModel;
  /** How many requests are due and have not left, each time that this may have changed. */
  readonly onBacklog: (atMs: number, waiting: number) => void;
}

/** The index of the next request. Each index is taken once, whoever takes it. */
export interface RequestCounter {
  readonly next: number;
  /** False when somebody else has taken it. */
  take(index: number): boolean;
}

/** A counter for a loop that is alone. */
function createCounter(): RequestCounter {
  let next = 0;
  return {
    get next() {
      return next;
    },
    take(index) {
      next = index + 1;
      return true;
    },
  };
}

/** What a load found out beside its samples. */
export interface LoadOutcome {
  /** Requests that were in flight when `cancel` cut them off. */
  readonly requestsCancelled: number;
  /** Requests that the drain limit ended, counted as timeouts. */
  readonly requestsDrained: number;
  /** Requests that were due and that nobody had taken when the load ended: every loop of a run sees the same. */
  readonly unsent: number;
  /** Requests that this load had taken and that had not left when it ended: they waited for a connection. */
  readonly takenUnsent: number;
  /** Requests that left on a connection that had carried one before. */
  readonly reused: number;
  /** Requests that met the close of their connection and were sent once more. */
  readonly reconnected: number;
  /** Connections that the server closed in good order while they were in use, and the requests these had carried. */
  readonly closings: { readonly connections: number; readonly requests: number };
  /** How long these were in the transport before their bytes left, ms. */
  readonly dispatchGaps: Tally;
  /** ∫ requests in flight dt, ms. */
  readonly inFlightIntegralMs: number;
  /** When it was cut off, ms from its start; Infinity when it went on to its end. */
  readonly cutMs: number;
}

/** Requests being sent as a load model asks for. */
export interface Load {
  readonly finished: Promise<LoadOutcome>;
  readonly startedAtMs: number;
  readonly inFlight: number;
  /** Requests of an open loop that are due and have not left. */
  readonly waiting: number;
  /** No further request becomes due. */
  readonly draining: boolean;
  /** Sends over these lanes too. */
  addSlots(lanes: readonly Lane[]): void;
  /** Gives up so many slots, each once it is free; its connections are closed. */
  dropSlots(count: number): void;
  /** Nothing leaves any more, what is in flight is cut off, `finished` resolves. */
  cancel(): void;
}

/** How often a run whose slots are all busy looks what has become due, and whether its end has come. */
const lookMs = 50;

/**
 * A load without a clock would send at a server that is gone as fast as its requests fail. After so many of them in a row, and
 * two per slot, it pauses before it tries again, longer each time; where the number of requests ends it, no longer than that in
 * all.
 */
const pauses = { afterFailures: 20, firstMs: 10, longestMs: 250, mostMs: 10_000 };

/**
 * Starts sending at once. One counter for all slots: as soon as one is free and a request is due, it goes. What is due while
 * every slot is busy waits, and goes in turn, timed from when it was due.
 */
export function startLoad(options: LoadOptions): Load {
  const { model, open, requests, pick, timeoutMs, drainMs, onSample } = options;
  const startedAtMs = options.startedAtMs ?? performance.now();
  const counter = options.counter ?? createCounter();
  /** Slots without a request. The last to become free goes first: its connection is the warmest. */
  const idle: Slot[] = [];
  /** Slots to give up. */
  let excess = 0;
  /** The request that goes next: taken before it is due, so that of several loops one alone wakes for it. */
  const ahead = { index: -1, dueAtMs: Number.NaN };
  /** Requests that have become due; a closed loop has none before their slot is free. */
  let arrived = 0;
  /** No further request leaves. */
  let closed = false;
  let over = false;
  let busy = 0;
  // In an object: numbers with a fraction change in place there, a captured variable would allocate for each.
  const flight = { count: 0, integralMs: 0, changedAtMs: startedAtMs };
  let reused = 0;
  let reconnected = 0;
  const closings = { connections: 0, requests: 0 };
  const dispatchGaps = createTally(0, true);
  let drained = 0;
  let unsent = 0;
  let takenUnsent = 0;
  /** Requests in a row that got no response. */
  let failuresInRow = 0;
  let pause: NodeJS.Timeout | undefined;
  let pauseMs = pauses.firstMs;
  let pausedMs = 0;
  let watch: NodeJS.Timeout | undefined;
  let drain: NodeJS.Timeout | undefined;
  let resolve: (outcome: LoadOutcome) => void;
  const finished = new Promise<LoadOutcome>((done) => (resolve = done));

  const count = (atMs: number, change: 1 | -1): void => {
    if (atMs > flight.changedAtMs) {
      flight.integralMs += flight.count * (atMs - flight.changedAtMs);
      flight.changedAtMs = atMs;
    } else {
      // Told late.
      flight.integralMs += change * (flight.changedAtMs - atMs);
    }
    flight.count += change;
  };

  /** How many requests are due and have not left: none while a slot is free. */
  const waiting = (): number => {
    if (open === undefined || idle.length > 0) return 0;
    const elapsedMs = performance.now() - startedAtMs;
    for (;;) {
      const when = open.arrivals.next(arrived, elapsedMs);
      if (when === 'done' || Number(when) > elapsedMs) break;
      arrived += 1;
    }
    return Math.max(0, arrived - counter.next);
  };

  const tellBacklog = (): void => open?.onBacklog(performance.now() - startedAtMs, waiting());

  // A slot sees the end when it becomes free; with every slot waiting for an answer, nobody would.
  const look = setInterval(() => {
    tellBacklog();
    if (ahead.index >= 0) return;
    const elapsedMs = performance.now() - startedAtMs;
    const comes =
      open?.arrivals.next(Math.max(arrived, counter.next), elapsedMs) ?? model.next(counter.next, elapsedMs);
    if (comes === 'done') startDraining();
    // Without a slot, nobody else would see that nothing is left to take.
    if (busy === 0 && model.next(counter.next, elapsedMs) === 'done') finish(0);
  }, lookMs);

  const finish = (requestsCancelled: number, cutMs = Infinity): void => {
    over = true;
    closed = true;
    clearTimeout(watch);
    clearTimeout(drain);
    clearInterval(look);
    clearTimeout(pause);
    resolve({
      requestsCancelled,
      requestsDrained: drained,
      unsent,
      takenUnsent,
      reused,
      reconnected,
      closings,
      dispatchGaps,
      inFlightIntegralMs: flight.integralMs,
      cutMs,
    });
  };

  const begin = (slot: Slot, own: number, scheduledAtMs: number): void => {
    const target = pick(own);
    const request = requests[target];
    if (!request) throw new Error(`There is no target ${target}.`);
    busy += 1;
    slot.start(target, request.variantAt?.(own, own) ?? request, scheduledAtMs);
  };

  const giveUp = (slot: Slot): void => {
    excess -= 1;
    slots.delete(slot);
    slot.close();
    options.onDropped?.(1);
  };

  /** Gives the slot the next request if one is due, and puts it aside otherwise; false: nothing was due. */
  const next = (slot: Slot, freeAtMs: number): boolean => {
    while (!closed) {
      if (ahead.index >= 0) {
        if (ahead.dueAtMs > performance.now()) {
          open?.pacer.wakeAt(ahead.dueAtMs, dispatch);
          break;
        }
        begin(slot, ahead.index, ahead.dueAtMs);
        ahead.index = -1;
        return true;
      }
      const own = counter.next;
      const when = model.next(own, freeAtMs - startedAtMs);
      if (when === 'done') {
        closed = true;
        startDraining();
        break;
      }
      if (!counter.take(own)) continue;
      if (when === 'now') {
        begin(slot, own, freeAtMs);
        return true;
      }
      ahead.index = own;
      ahead.dueAtMs = startedAtMs + when;
    }
    idle.push(slot);
    if (closed && busy === 0 && !over) finish(0);
    return false;
  };

  /** Sends what is due over the slots that are free. */
  const dispatch = (): void => {
    if (pause !== undefined) return;
    for (let slot = over ? undefined : idle.pop(); slot !== undefined; slot = idle.pop()) {
      if (!next(slot, performance.now())) return;
    }
  };

  const resume = (): void => {
    clearTimeout(pause);
    pause = undefined;
    dispatch();
  };

  /** Counts a request. Returns true while none is to follow it. */
  const mustPause = (gotResponse: boolean): boolean => {
    if (gotResponse) {
      failuresInRow = 0;
      pauseMs = pauses.firstMs;
      if (pause !== undefined) resume();
      return false;
    }
    failuresInRow += 1;
    if (open !== undefined || failuresInRow < Math.max(pauses.afterFailures, 2 * slots.size)) return false;
    if (pause !== undefined) return true;
    if (typeof options.durationS !== 'number' && pausedMs >= pauses.mostMs) return false;
    pause = setTimeout(resume, pauseMs);
    pausedMs += pauseMs;
    pauseMs = Math.min(2 * pauseMs, pauses.longestMs);
    return true;
  };

  const startDraining = (): void => {
    if (over) return;
    drain ??= setTimeout(endAll, drainMs);
  };

  const endAll = (): void => {
    const now = performance.now();
    countUnsent(now);
    closed = true;
    // Held until all are counted: the last to fail would end the load before.
    busy += 1;
    for (const slot of slots) {
      if (Number.isNaN(slot.since)) continue;
      if (slot.hasLeft) {
        const error = new TimeoutError(`No whole answer ${drainMs} ms after the last request was due.`);
        if (slot.fail(now, error)) drained += 1;
      } else if (open === undefined) {
        slot.fail(now, new UnconnectedError(`No connection ${drainMs} ms after the last request was due.`));
      } else {
        dropUnsent(slot);
      }
    }
    busy -= 1;
    if (busy === 0 && !over) finish(0);
  };

  /** What is due, by the clock, and has no slot. */
  const countUnsent = (nowMs: number): void => {
    unsent = waiting();
    if (ahead.index >= 0 && ahead.dueAtMs <= nowMs) takenUnsent += 1;
    ahead.index = -1;
  };

  const dropUnsent = (slot: Slot): void => {
    slot.cut();
    takenUnsent += 1;
    busy -= 1;
    idle.push(slot);
  };

  // One timer for all requests: it is set to the earliest deadline of those in flight when it last looked. Requests that
  // left since then have a later one.
  const lookForTimeouts = (): void => {
    const now = performance.now();
    let earliest = now;
    for (const slot of slots) {
      if (slot.since + timeoutMs <= now) {
        slot.fail(
          now,
          slot.hasLeft
            ? new TimeoutError(`No whole answer within ${timeoutMs} ms.`)
            : new UnconnectedError(`No connection within ${timeoutMs} ms.`),
        );
      }
      if (slot.since < earliest) earliest = slot.since;
    }
    if (!over) watch = setTimeout(lookForTimeouts, Math.max(1, earliest + timeoutMs - now));
  };

  const listener = {
    sent(atMs: number, onUsed: boolean): void {
      count(atMs, 1);
      if (onUsed) reused += 1;
    },
    resent(): void {
      reconnected += 1;
    },
    closedAfter(requests: number): void {
      closings.connections += 1;
      closings.requests += requests;
    },
    ended(slot: Slot, atMs: number, freeAtMs: number, sample: Sample, sent: boolean): void {
      if (sent) count(atMs, -1);
      else flight.integralMs += sample.endMs - sample.sentMs;
      onSample(sample);
      busy -= 1;
      const wasFull = idle.length === 0;
      if (wasFull) tellBacklog();
      const isPaused = mustPause(sample.status > 0);
      if (excess > 0 && !closed) giveUp(slot);
      else if (isPaused && !closed) idle.push(slot);
      else next(slot, freeAtMs);
      if (wasFull) tellBacklog();
    },
  };

  const later = createAfterReads();
  const slots = new Set<Slot>();
  const addSlots = (lanes: readonly Lane[]): void => {
    const added = lanes.map((lane) =>
      createSlot({ ...options, lane, listener, later, dispatchGaps, originMs: startedAtMs }),
    );
    for (const slot of added) slots.add(slot);
    // The first slots have connections that are open: they come out first.
    idle.push(...added.toReversed());
    dispatch();
  };
  watch = setTimeout(lookForTimeouts, timeoutMs);
  addSlots(options.lanes);

  return {
    finished,
    startedAtMs,
    get waiting() {
      return waiting();
    },
    get inFlight() {
      return flight.count;
    },
    get draining() {
      return drain !== undefined;
    },
    addSlots(lanes) {
      if (!closed) addSlots(lanes);
    },
    dropSlots(count) {
      excess += count;
      // The coldest first.
      for (const slot of idle.splice(0, excess)) giveUp(slot);
    },
    cancel() {
      if (over) return;
      const now = performance.now();
      countUnsent(now);
      let cancelled = 0;
      for (const slot of slots) {
        if (Number.isNaN(slot.since)) continue;
        if (slot.hasLeft) {
          cancelled += 1;
          slot.cut();
        } else {
          dropUnsent(slot);
        }
      }
      finish(cancelled, now - startedAtMs);
    },
  };
}
