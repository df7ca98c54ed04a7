import type { Sample } from '../core/metrics/types.ts';
import type { LoadModel } from '../core/plan/load-model.ts';
import { TimeoutError } from './error-kind.ts';
import type { FailureSamples } from './failure-samples.ts';
import { createSlot, type Slot } from './slot.ts';
import { createAfterReads } from './stream-reader.ts';
import type { Lane, WireRequest } from './transport.ts';

export interface LoadOptions {
  readonly model: LoadModel;
  /** One per slot: never more requests in flight than lanes. */
  readonly lanes: readonly Lane[];
  readonly requests: readonly WireRequest[];
  /** Index of the request's target, by the request's own index. */
  readonly pick: (index: number) => number;
  readonly timeoutMs: number;
  readonly drainMs: number;
  readonly maxRedirects: number;
  readonly failures: FailureSamples;
  readonly onSample: (sample: Sample) => void;
}

/** What a load found out beside its samples. */
interface LoadOutcome {
  /** Requests that were in flight when `cancel` cut them off. */
  readonly requestsCancelled: number;
  /** Requests that the drain limit ended, counted as timeouts. */
  readonly requestsDrained: number;
  /** Requests that left on a connection that had carried one before. */
  readonly reused: number;
  /** ∫ requests in flight dt, ms. */
  readonly inFlightIntegralMs: number;
}

/** Requests being sent as a load model asks for. */
export interface Load {
  readonly finished: Promise<LoadOutcome>;
  readonly startedAtMs: number;
  readonly inFlight: number;
  /** The last request has left. */
  readonly draining: boolean;
  /** Nothing leaves any more, what is in flight is cut off, `finished` resolves. */
  cancel(): void;
}

/** How often a run whose slots are all busy looks whether its end has come. */
const endLookMs = 50;

/** Starts sending at once. One counter for all slots: as soon as one is free, the next request goes. */
export function startLoad(options: LoadOptions): Load {
  const { model, requests, pick, timeoutMs, drainMs, onSample } = options;
  const startedAtMs = performance.now();
  let index = 0;
  let active = options.lanes.length;
  let over = false;
  // In an object: numbers with a fraction change in place there, a captured variable would allocate for each.
  const flight = { count: 0, integralMs: 0, changedAtMs: startedAtMs };
  let reused = 0;
  let drained = 0;
  let watch: NodeJS.Timeout | undefined;
  let drain: NodeJS.Timeout | undefined;
  // A slot sees the end when it becomes free; with every slot waiting for an answer, nobody would.
  const lookForEnd = setInterval(() => {
    if (model.next(index, performance.now() - startedAtMs) === 'done') startDraining();
  }, endLookMs);
  let resolve: (outcome: LoadOutcome) => void;
  const finished = new Promise<LoadOutcome>((done) => (resolve = done));
  const waiting = new Set<NodeJS.Timeout>();

  const count = (atMs: number, change: 1 | -1): void => {
    flight.integralMs += flight.count * (atMs - flight.changedAtMs);
    flight.changedAtMs = atMs;
    flight.count += change;
  };

  const finish = (requestsCancelled: number): void => {
    over = true;
    clearTimeout(watch);
    clearTimeout(drain);
    clearInterval(lookForEnd);
    for (const timer of waiting) clearTimeout(timer);
    resolve({
      requestsCancelled,
      requestsDrained: drained,
      reused,
      inFlightIntegralMs: flight.integralMs,
    });
  };

  const begin = (slot: Slot, own: number, target: number, scheduledAtMs: number): void => {
    const request = requests[target];
    if (!request) throw new Error(`There is no target ${target}.`);
    slot.start(target, request.variantAt?.(own) ?? request, scheduledAtMs);
  };

  const next = (slot: Slot, freeAtMs: number): void => {
    const when = model.next(index, freeAtMs - startedAtMs);
    if (when === 'done') {
      retire();
      return;
    }
    const own = index;
    const target = pick(own);
    index += 1;
    if (when === 'now') {
      begin(slot, own, target, freeAtMs);
      return;
    }
    beginAt(slot, own, target, startedAtMs + when);
  };

  const beginAt = (slot: Slot, own: number, target: number, scheduledAtMs: number): void => {
    const left = scheduledAtMs - performance.now();
    if (left <= 0) {
      begin(slot, own, target, scheduledAtMs);
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(timer);
      // Timers may come up to a millisecond early.
      beginAt(slot, own, target, scheduledAtMs);
    }, left);
    waiting.add(timer);
  };

  const retire = (): void => {
    active -= 1;
    if (active === 0) finish(0);
    else startDraining();
  };

  const startDraining = (): void => {
    clearInterval(lookForEnd);
    drain ??= setTimeout(endAll, drainMs);
  };

  const endAll = (): void => {
    const now = performance.now();
    const error = new TimeoutError(`No whole answer ${drainMs} ms after the last request had left.`);
    for (const slot of slots) {
      if (Number.isNaN(slot.since)) continue;
      drained += 1;
      slot.fail(now, error);
    }
  };

  // One timer for all requests: it is set to the earliest deadline of those in flight when it last looked. Requests that
  // left since then have a later one.
  const lookForTimeouts = (): void => {
    const now = performance.now();
    let earliest = now;
    for (const slot of slots) {
      if (slot.since + timeoutMs <= now) slot.fail(now, new TimeoutError(`No whole answer within ${timeoutMs} ms.`));
      if (slot.since < earliest) earliest = slot.since;
    }
    if (!over) watch = setTimeout(lookForTimeouts, Math.max(1, earliest + timeoutMs - now));
  };

  const listener = {
    sent(atMs: number, onUsed: boolean): void {
      count(atMs, 1);
      if (onUsed) reused += 1;
    },
    ended(slot: Slot, atMs: number, sample: Sample, sent: boolean): void {
      if (sent) count(atMs, -1);
      else flight.integralMs += sample.endMs - sample.sentMs;
      onSample(sample);
      next(slot, atMs);
    },
  };

  const later = createAfterReads();
  const slots = options.lanes.map((lane) => createSlot({ ...options, lane, listener, later, originMs: startedAtMs }));
  watch = setTimeout(lookForTimeouts, timeoutMs);
  for (const slot of slots) next(slot, startedAtMs);

  return {
    finished,
    startedAtMs,
    get inFlight() {
      return flight.count;
    },
    get draining() {
      return drain !== undefined;
    },
    cancel() {
      if (over) return;
      let cancelled = 0;
      for (const slot of slots) if (slot.cut()) cancelled += 1;
      finish(cancelled);
    },
  };
}
