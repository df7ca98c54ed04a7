import { createTally } from '../../core/metrics/recorder/tally.ts';
import type { Sample } from '../../core/metrics/types.ts';
import { createAfterReads } from '../answers/after-reads.ts';
import { TimeoutError, UnconnectedError } from '../transport/error-kind.ts';
import { watchDeadlines } from './deadlines.ts';
import { createDueRequests, doneIndex, laterIndex } from './due.ts';
import { createFlight } from './flight.ts';
import { createPauses } from './pauses.ts';
import { createSlotPool } from './slot-pool.ts';
import { createSlot, type Slot, type SlotListener } from './slot.ts';
import type { Load, LoadOptions, LoadOutcome, RequestCounter } from './types.ts';

/** Creates the counter for a single loop. */
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

/** Interval at which a load whose slots are all busy updates its backlog and checks whether its end has come, ms. */
const lookMs = 50;

/**
 * Starts a load. A request's life, from due to sample: `due` says that it is due, `next` gives it to a slot that is free,
 * `begin` starts it, the slot hands it to the transport and reports `sent` and `ended`, which records the sample and gives the
 * slot its next request. A request that is due while every slot is busy waits, timed from its scheduled time.
 */
export function startLoad(options: LoadOptions): Load {
  const { model, open, requests, pick, timeoutMs, drainMs, onSample } = options;
  const startedAtMs = options.startedAtMs ?? performance.now();
  const due = createDueRequests(model, open, options.counter ?? createCounter(), startedAtMs, options.endMs);
  const flight = createFlight(startedAtMs);
  const dispatchGaps = createTally(0, true);
  const outcome = {
    requestsDrained: 0,
    unsent: 0,
    takenUnsent: 0,
    reused: 0,
    reconnected: 0,
    closings: { connections: 0, requests: 0 },
  };
  /** Slots with a request. */
  let busy = 0;
  /** No further request leaves. */
  let closed = false;
  let over = false;
  let resolve: (outcome: LoadOutcome) => void;
  const finished = new Promise<LoadOutcome>((done) => (resolve = done));

  const queued = (): number => due.queued(slots.hasFree);
  const tellBacklog = (): void => open?.onBacklog(performance.now() - startedAtMs, queued());

  /** Sends what is due over the slots that are free. */
  const dispatch = (): void => {
    if (pauses.active) return;
    for (let slot = over ? undefined : slots.take(); slot !== undefined; slot = slots.take()) {
      if (!next(slot, performance.now())) return;
    }
  };

  /** Gives the slot the next request if one is due; otherwise puts the slot back and returns false. */
  const next = (slot: Slot, freeAtMs: number): boolean => {
    if (!closed) {
      const index = due.take(freeAtMs);
      if (index >= 0) {
        begin(slot, index, due.atMs);
        return true;
      }
      if (index === laterIndex) open?.pacer.wakeAt(due.atMs, dispatch);
      if (index === doneIndex) {
        closed = true;
        deadlines.drain();
      }
    }
    slots.free(slot);
    finishIfIdle();
    return false;
  };

  const begin = (slot: Slot, index: number, scheduledAtMs: number): void => {
    const target = pick(index);
    const request = requests[target];
    if (!request) throw new Error(`Target ${target} not found.`);
    busy += 1;
    slot.start(target, request.variantAt?.(index, index) ?? request, scheduledAtMs);
  };

  const listener: SlotListener = {
    sent(atMs: number, onUsed: boolean): void {
      flight.change(atMs, 1);
      if (onUsed) outcome.reused += 1;
    },
    resent(): void {
      outcome.reconnected += 1;
    },
    closedAfter(carried: number): void {
      outcome.closings.connections += 1;
      outcome.closings.requests += carried;
    },
    ended(slot: Slot, atMs: number, freeAtMs: number, sample: Sample, sent: boolean): void {
      if (sent) flight.change(atMs, -1);
      else flight.add(sample.endMs - sample.sentMs);
      onSample(sample);
      busy -= 1;
      const wasFull = !slots.hasFree;
      if (wasFull) tellBacklog();
      // The open model keeps its schedule, whatever the server does.
      const isPaused = open === undefined && pauses.after(sample.status > 0, slots.size);
      if (closed || !slots.release(slot)) {
        if (isPaused && !closed) slots.free(slot);
        else next(slot, freeAtMs);
      }
      if (wasFull) tellBacklog();
    },
  };

  const finishIfIdle = (): void => {
    if (closed && busy === 0 && !over) finish(0, Infinity);
  };

  const finish = (requestsCancelled: number, cutMs: number): void => {
    over = true;
    closed = true;
    deadlines.clear();
    clearInterval(look);
    pauses.clear();
    resolve({ ...outcome, requestsCancelled, dispatchGaps, inFlightIntegralMs: flight.integralMs, cutMs });
  };

  /** Ends every request in flight as failed: the drain limit has passed. */
  const failAll = (): void => {
    const now = performance.now();
    countUnsent(now);
    closed = true;
    // Held until all are counted: the last to fail would end the load before.
    busy += 1;
    for (const slot of slots) {
      if (Number.isNaN(slot.since)) continue;
      if (slot.hasLeft) {
        const error = new TimeoutError(`No complete response ${drainMs} ms after the last request was scheduled.`);
        if (slot.fail(now, error)) outcome.requestsDrained += 1;
      } else if (open === undefined) {
        slot.fail(now, new UnconnectedError(`No connection ${drainMs} ms after the last request was scheduled.`));
      } else {
        dropUnsent(slot);
      }
    }
    busy -= 1;
    finishIfIdle();
  };

  /** Counts the requests that are due and have no slot. */
  const countUnsent = (nowMs: number): void => {
    outcome.unsent = queued();
    outcome.takenUnsent += due.drop(nowMs);
  };

  const dropUnsent = (slot: Slot): void => {
    slot.cut();
    outcome.takenUnsent += 1;
    busy -= 1;
    slots.free(slot);
  };

  const later = createAfterReads();
  const slots = createSlotPool(
    (lane) => createSlot({ ...options, lane, listener, later, dispatchGaps, originMs: startedAtMs }),
    options.onDropped,
  );
  const pauses = createPauses(typeof options.durationS === 'number', dispatch);
  const deadlines = watchDeadlines(slots, timeoutMs, drainMs, failAll);
  // A slot notices the end when it becomes free. This covers the time while every slot waits for a response.
  const look = setInterval(() => {
    tellBacklog();
    if (due.isOver()) {
      deadlines.drain();
      // Slots that wait for a request that no longer leaves.
      if ((options.endMs?.() ?? Infinity) < Infinity) dispatch();
    }
    // Without slots, nothing else notices that no request is left to take.
    if (busy === 0 && due.isTaken()) finish(0, Infinity);
  }, lookMs);
  slots.add(options.lanes);
  dispatch();

  return {
    finished,
    startedAtMs,
    get waiting() {
      return queued();
    },
    get inFlight() {
      return flight.count;
    },
    get draining() {
      return deadlines.draining;
    },
    addSlots(lanes) {
      if (closed) return;
      slots.add(lanes);
      dispatch();
    },
    dropSlots(count) {
      slots.drop(count);
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
