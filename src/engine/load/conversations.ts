import type { ConversationTurn, WireRequest } from '../transport/transport.ts';
import type { Slot } from './slot.ts';

/** A turn that waits for its time on the slot of its conversation. */
interface WaitingTurn {
  readonly slot: Slot;
  readonly request: WireRequest;
  /** `performance.now()`. */
  readonly atMs: number;
}

/** The conversations of a load. Each keeps its slot until it ends, also between its turns. */
export interface Conversations {
  /** Number of conversations in progress. */
  readonly inProgress: number;
  /** Number of conversations that have another turn to send. */
  readonly toContinue: number;
  /** Number of conversations that ended before their last turn without a failure. */
  readonly cut: number;
  /** Counts a request that starts. */
  began(slot: Slot): void;
  /** Counts a request that has ended. Returns true if the conversation goes on: its next turn waits on the slot. */
  ended(slot: Slot, freeAtMs: number, succeeded: boolean): boolean;
  /** Counts a request that was cut off without an event. */
  dropped(slot: Slot): void;
  /** Time of the next waiting turn; Infinity without one. */
  readonly nextMs: number;
  /** Removes the next waiting turn that is due. */
  take(nowMs: number): WaitingTurn | undefined;
  /** Cuts off the conversations whose next turn is at a time or later. Returns their slots. */
  cutFrom(atMs: number): readonly Slot[];
}

/** Creates the conversations of one load: none in progress. Times are `performance.now()`. */
export function createConversations(): Conversations {
  /** The next one is the last. */
  let waiting: WaitingTurn[] = [];
  /** Requests in flight that are turns, and those that aren't the last one. */
  const inFlight = { turns: 0, withNext: 0 };
  let cut = 0;

  const count = ({ next }: ConversationTurn, change: 1 | -1): void => {
    inFlight.turns += change;
    if (next !== undefined) inFlight.withNext += change;
  };

  return {
    get inProgress() {
      return inFlight.turns + waiting.length;
    },
    get toContinue() {
      return inFlight.withNext + waiting.length;
    },
    get cut() {
      return cut;
    },
    get nextMs() {
      return waiting.at(-1)?.atMs ?? Infinity;
    },
    began({ turn }) {
      if (turn !== undefined) count(turn, 1);
    },
    ended(slot, freeAtMs, succeeded) {
      const { turn, answer } = slot;
      if (turn === undefined) return false;
      count(turn, -1);
      if (!succeeded || turn.next === undefined) return false;
      const followUp = answer === undefined ? undefined : turn.next(answer);
      if (followUp === undefined) {
        cut += 1;
        return false;
      }
      const atMs = freeAtMs + followUp.afterMs;
      let place = waiting.length;
      while (place > 0 && (waiting[place - 1]?.atMs ?? Infinity) <= atMs) place -= 1;
      waiting.splice(place, 0, { slot, request: followUp.request, atMs });
      return true;
    },
    dropped(slot) {
      const { turn, hasLeft } = slot;
      if (turn === undefined) return;
      count(turn, -1);
      // A conversation whose first request was never sent hasn't started.
      if (hasLeft || turn.number > 1) cut += 1;
    },
    take: (nowMs) => ((waiting.at(-1)?.atMs ?? Infinity) <= nowMs ? waiting.pop() : undefined),
    cutFrom(atMs) {
      const late = waiting.filter((turn) => turn.atMs >= atMs);
      waiting = waiting.filter((turn) => turn.atMs < atMs);
      cut += late.length;
      return late.map(({ slot }) => slot);
    },
  };
}
