import { createTally } from '../../core/metrics/recorder/tally.ts';
import { createAfterReads } from '../answers/after-reads.ts';
import { TimeoutError, UnconnectedError } from '../transport/error-kind.ts';
import type { WireRequest } from '../transport/transport.ts';
import { createConversations } from './conversations.ts';
import { watchDeadlines } from './deadlines.ts';
import { createDueRequests, doneIndex, laterIndex } from './due.ts';
import { createFlight } from './flight.ts';
import { createMadeAhead } from './made-ahead.ts';
import { createPauses } from './pauses.ts';
import { createSlotPool } from './slot-pool.ts';
import { createSlot, type Slot, type SlotListener } from './slot.ts';
import type { Load, LoadOptions, LoadOutcome, RequestCounter, SentSample } from './types.ts';

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

const isSuccess = ({ error, status }: SentSample): boolean => error === undefined && status >= 200 && status < 300;

/** Interval at which a load with all slots busy updates its backlog and checks for its end, ms. */
const lookMs = 50;

/**
 * Starts a load. The life of a request: `due` reports that it is due, `next` gives it to a free slot, and `begin`
 * starts it. The slot passes it to the transport and reports `sent` and `ended`, which records the sample and gives the
 * slot its next request. A request that is due while every slot is busy is queued, and its response time starts at its
 * scheduled time. The end of a turn of a conversation creates the next turn, which waits for its time on the same slot
 * until `sendTurns` sends it.
 */
export function startLoad(options: LoadOptions): Load {
  const { model, open, pick, timeoutMs, drainMs, onSample } = options;
  const startedAtMs = options.startedAtMs ?? performance.now();
  const due = createDueRequests(model, open, options.counter ?? createCounter(), startedAtMs, options.endMs);
  const made = createMadeAhead(options);
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
  const conversations = createConversations();
  /** Slots with a request or a conversation. */
  let busy = 0;
  /** Time of the next start that a free slot waits for; Infinity if none does. */
  let startAtMs = Infinity;
  /** No further request is sent. */
  let closed = false;
  let over = false;
  let resolve: (outcome: LoadOutcome) => void;
  const finished = new Promise<LoadOutcome>((done) => (resolve = done));

  const queued = (): number => due.queued(slots.hasFree);
  const tellBacklog = (): void => open?.onBacklog(performance.now() - startedAtMs, queued());

  /** Returns the time from which no turn of a conversation is sent, `performance.now()`. */
  const untilMs = (): number =>
    startedAtMs + Math.min((options.durationS ?? Infinity) * 1_000, options.endMs?.() ?? Infinity);

  const wake = (): void => {
    const { nextMs } = conversations;
    const atMs = Math.min(startAtMs, nextMs === Infinity ? nextMs : Math.min(nextMs, untilMs()));
    if (atMs < Infinity) options.pacer?.wakeAt(atMs, dispatch);
  };

  /** Sends due requests with the free slots, and turns with the slots of their conversations. */
  const dispatch = (): void => {
    startAtMs = Infinity;
    sendTurns();
    if (pauses.active) return;
    for (let slot = over ? undefined : slots.take(); slot !== undefined; slot = slots.take()) {
      if (!next(slot, performance.now())) return;
    }
  };

  /** Sends the turns that are due. */
  const sendTurns = (): void => {
    if (conversations.nextMs === Infinity) return;
    const endMs = untilMs();
    if (performance.now() >= endMs) cutConversations(endMs);
    for (let turn = conversations.take(performance.now()); turn; turn = conversations.take(performance.now()))
      send(turn.slot, turn.slot.target, turn.request, turn.atMs);
    wake();
  };

  /** Cuts off the conversations whose next turn is at a time or later. */
  const cutConversations = (atMs: number): void => {
    for (const slot of conversations.cutFrom(atMs)) {
      busy -= 1;
      if (!slots.release(slot)) slots.free(slot);
    }
    finishIfIdle();
  };

  /** Gives the slot the next request if one is due; otherwise puts the slot back and returns false. */
  const next = (slot: Slot, freeAtMs: number): boolean => {
    if (!closed) {
      const index = due.take(freeAtMs);
      if (index >= 0) {
        begin(slot, index, due.atMs);
        return true;
      }
      if (index === laterIndex) {
        startAtMs = due.atMs;
        wake();
        made.makeFrom(due.held);
      }
      if (index === doneIndex) {
        closed = true;
        drainIfLast();
      }
    }
    slots.free(slot);
    finishIfIdle();
    return false;
  };

  const begin = (slot: Slot, index: number, scheduledAtMs: number): void => {
    const target = pick(index);
    const request = made.take(index, target);
    busy += 1;
    send(slot, target, request, scheduledAtMs);
  };

  const send = (slot: Slot, target: number, request: WireRequest, scheduledAtMs: number): void => {
    slot.start(target, request, scheduledAtMs);
    conversations.began(slot);
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
    ended(slot: Slot, atMs: number, freeAtMs: number, sample: SentSample, sent: boolean): void {
      if (sent) flight.change(atMs, -1);
      else flight.add(sample.endMs - sample.sentMs);
      onSample(sample);
      // The open model keeps its schedule, whatever the server does.
      const isPaused = open === undefined && pauses.after(sample.status > 0, slots.size);
      if (slot.turn !== undefined && conversations.ended(slot, freeAtMs, isSuccess(sample))) {
        dispatch();
        return;
      }
      busy -= 1;
      const wasFull = !slots.hasFree;
      if (wasFull) tellBacklog();
      if (closed || !slots.release(slot)) {
        if (isPaused && !closed) slots.free(slot);
        else next(slot, freeAtMs);
      }
      if (wasFull) tellBacklog();
    },
  };

  /** Starts the drain limit unless a conversation will send another turn. */
  const drainIfLast = (): void => {
    if (conversations.toContinue === 0 || performance.now() >= untilMs()) deadlines.drain();
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
    made.close();
    const conversationsCut = conversations.cut;
    resolve({
      ...outcome,
      conversationsCut,
      requestsCancelled,
      dispatchGaps,
      inFlightIntegralMs: flight.integralMs,
      cutMs,
    });
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
    conversations.dropped(slot);
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
      drainIfLast();
      // Slots that wait for a request or a turn that won't be sent.
      if ((options.endMs?.() ?? Infinity) < Infinity || conversations.inProgress > 0) dispatch();
    }
    // Without slots, nothing else notices that no request is left.
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
    get conversations() {
      return conversations;
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
      over = true;
      cutConversations(-Infinity);
      let cancelled = 0;
      for (const slot of slots) {
        if (Number.isNaN(slot.since)) continue;
        if (slot.hasLeft) {
          cancelled += 1;
          conversations.dropped(slot);
          slot.cut();
        } else {
          dropUnsent(slot);
        }
      }
      finish(cancelled, now - startedAtMs);
    },
  };
}
