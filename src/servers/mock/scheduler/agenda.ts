import { sleepUntil } from '../sleep.ts';

/** Runs events at their times, in the order of their times. */
export interface Agenda {
  /**
   * Adds an event. It never runs early.
   * @param due time on the clock of `performance.now()`; one in the past runs in the next turn of the event loop
   * @returns what removes the event
   */
  at(due: number, run: () => void): () => void;
}

interface Event {
  readonly due: number;
  /** Number of the event, which decides between equal times. */
  readonly order: number;
  readonly run: () => void;
  removed: boolean;
}

const run = (event: Event): void => {
  if (!event.removed) event.run();
};

const isBefore = (a: Event, b: Event): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

/**
 * Returns an empty agenda. If the process is late, events still run in the order of their times, including those added by
 * earlier ones, so that results don't depend on when a timer fires.
 */
export function createAgenda(): Agenda {
  const events = createHeap();
  let added = 0;
  let wake: { readonly due: number; readonly cancel: () => void } | undefined;

  const wakeUp = (): void => {
    wake = undefined;
    const now = performance.now();
    const due: Event[] = [];
    for (let next = events.first(); next && next.due <= now; next = events.first()) {
      due.push(next);
      events.take();
    }
    runEach(due, 0);
  };
  /** Runs one event per tick, so that data written by an event is sent before the next one runs. */
  const runEach = (due: readonly Event[], index: number): void => {
    const event = due[index];
    if (!event) {
      sleep();
      return;
    }
    // An event added in this turn runs in it only if it's before an existing one. Other events get their own turn.
    const newer = events.first();
    if (newer && isBefore(newer, event)) {
      events.take();
      run(newer);
      process.nextTick(runEach, due, index);
    } else {
      run(event);
      process.nextTick(runEach, due, index + 1);
    }
  };
  /** Waits for the next event; for none if all are removed, so that they don't keep the process running. */
  const sleep = (): void => {
    let next = events.first();
    for (; next?.removed; next = events.first()) events.take();
    if (wake && next && wake.due <= next.due) return;
    wake?.cancel();
    wake = undefined;
    if (!next) return;
    wake = { due: next.due, cancel: sleepUntil(next.due, wakeUp) };
  };
  return {
    at: (due, runIt) => {
      const event: Event = { due, order: added++, run: runIt, removed: false };
      events.add(event);
      sleep();
      return () => {
        event.removed = true;
        sleep();
      };
    },
  };
}

/** Returns a binary heap with the earliest event first. */
function createHeap() {
  const heap: Event[] = [];
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) [heap[a], heap[b]] = [second, first];
  };
  const isLess = (a: number, b: number): boolean => {
    const [first, second] = [heap[a], heap[b]];
    return first !== undefined && second !== undefined && isBefore(first, second);
  };
  return {
    first: (): Event | undefined => heap[0],
    add: (event: Event): void => {
      let at = heap.push(event) - 1;
      for (let parent = (at - 1) >> 1; at > 0 && isLess(at, parent); parent = (at - 1) >> 1) {
        swap(at, parent);
        at = parent;
      }
    },
    take: (): void => {
      swap(0, heap.length - 1);
      heap.pop();
      for (let at = 0; ;) {
        let least = at;
        for (const child of [2 * at + 1, 2 * at + 2]) if (isLess(child, least)) least = child;
        if (least === at) return;
        swap(at, least);
        at = least;
      }
    },
  };
}
