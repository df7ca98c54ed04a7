import { TimeoutError, UnconnectedError } from '../transport/error-kind.ts';
import type { Slot } from './slot.ts';

/** The timeout of each request and the drain limit of the load. */
export interface Deadlines {
  /** Starts the drain limit, once: no further request becomes due. */
  drain(): void;
  readonly draining: boolean;
  clear(): void;
}

/**
 * Watches the requests in `slots`.
 * @param timeoutMs limit of each request from its dispatch, ms
 * @param drainMs limit of the load from the call of `drain`, ms
 * @param onDrained called when the drain limit has passed
 */
export function watchDeadlines(
  slots: Iterable<Slot>,
  timeoutMs: number,
  drainMs: number,
  onDrained: () => void,
): Deadlines {
  let cleared = false;
  let draining: NodeJS.Timeout | undefined;
  // One timer for all requests, set to the earliest deadline of those in flight at the last check. Requests sent since
  // then have a later one.
  const look = (): void => {
    const now = performance.now();
    let earliest = now;
    for (const slot of slots) {
      if (slot.since + timeoutMs <= now) {
        slot.fail(
          now,
          slot.hasLeft
            ? new TimeoutError(`No complete response within ${timeoutMs} ms.`)
            : new UnconnectedError(`No connection within ${timeoutMs} ms.`),
        );
      }
      if (slot.since < earliest) earliest = slot.since;
    }
    if (!cleared) timer = setTimeout(look, Math.max(1, earliest + timeoutMs - now));
  };
  let timer = setTimeout(look, timeoutMs);
  return {
    drain() {
      if (!cleared) draining ??= setTimeout(onDrained, drainMs);
    },
    get draining() {
      return draining !== undefined;
    },
    clear() {
      cleared = true;
      clearTimeout(timer);
      clearTimeout(draining);
    },
  };
}
