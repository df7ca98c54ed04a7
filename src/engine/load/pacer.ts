import { clockOffsetMs } from '../machine/shared-clock.ts';
import { threadOf } from '../machine/thread-of.ts';

/** Wakes the event loop at a given time. */
export interface Pacer {
  /** Calls `onWake` at `atMs`, `performance.now()`. Replaces an earlier call. */
  wakeAt(atMs: number, onWake: () => void): void;
  close(): void;
}

/** Indexes into the shared state: requested wake-ups, delivered wake-ups, end. */
const place = { asked: 0, given: 1, over: 2 } as const;

/**
 * Starts a worker thread that waits for the deadline and wakes this loop with `Atomics.waitAsync`. Timers of the loop
 * fire up to a millisecond late, and a loop that spins starves its sockets. The thread is late by some tens of
 * microseconds. Resolves once it is ready.
 */
export async function startPacer(): Promise<Pacer> {
  const state = new Int32Array(new SharedArrayBuffer(12));
  const deadline = new Float64Array(new SharedArrayBuffer(8));
  const offsetMs = clockOffsetMs();
  await threadOf(keepTime, { state, deadline, place }, 'online');
  let open = true;
  let given = 0;
  let onWake = nothing;
  let askedMs = Number.NaN;

  const listen = (): void => {
    const { async, value } = Atomics.waitAsync(state, place.given, given);
    if (async) void value.then(wake);
    else setImmediate(wake);
  };
  const wake = (): void => {
    if (!open) return;
    given = Atomics.load(state, place.given);
    listen();
    askedMs = Number.NaN;
    onWake();
  };
  listen();

  return {
    wakeAt(atMs, callback) {
      onWake = callback;
      if (atMs === askedMs) return;
      askedMs = atMs;
      deadline[0] = atMs + offsetMs;
      // Must come after the time is written, because this change makes the thread read it.
      Atomics.add(state, place.asked, 1);
      Atomics.notify(state, place.asked);
    },
    close() {
      open = false;
      Atomics.store(state, place.over, 1);
      Atomics.add(state, place.asked, 1);
      Atomics.notify(state, place.asked);
      // Also ends this loop's wait: a pending promise would never be freed.
      Atomics.notify(state, place.given);
    },
  };
}

const nothing = (): void => undefined;

/**
 * Runs in the thread: sleeps until shortly before each deadline and spins for the rest, because a sleep may end late. A
 * longer sleep may end later, because an idle core takes time to wake up. The thread therefore sleeps for half of the
 * time left, then for half of the rest, and so on.
 */
function keepTime({
  state,
  deadline,
  place,
}: {
  state: Int32Array;
  deadline: Float64Array;
  place: { asked: number; given: number; over: number };
}): void {
  const spinMs = 0.03;
  /** A sleep below this isn't halved. */
  const shortMs = 0.2;
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- only this function's own text goes to the thread.
  const now = (): number => Number(process.hrtime.bigint()) / 1e6;
  let done = 0;
  while (Atomics.load(state, place.over) === 0) {
    const asked = Atomics.load(state, place.asked);
    if (asked === done) {
      Atomics.wait(state, place.asked, asked);
      continue;
    }
    const due = deadline[0] ?? 0;
    const left = due - now() - spinMs;
    if (left > 0) {
      Atomics.wait(state, place.asked, asked, left < shortMs ? left : left / 2);
      continue;
    }
    while (now() < due && Atomics.load(state, place.asked) === asked);
    if (Atomics.load(state, place.asked) !== asked) continue;
    done = asked;
    Atomics.add(state, place.given, 1);
    Atomics.notify(state, place.given);
  }
}
