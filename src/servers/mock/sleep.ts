import { performance } from 'node:perf_hooks';

/** Below this a timer's lateness (0.3 ms) is worth more than the processor time of waiting for the deadline itself. */
const preciseBelowMs = 200;

/**
 * Calls `done` once `performance.now()` has reached the deadline, never earlier, and returns what calls it off.
 *
 * A timer holds no thread, so thousands may wait. But timers count whole milliseconds of the event loop's clock: they fire up to
 * 1 ms early and usually 0.3 ms late, which is 3 % of a sleep of 10 ms. A short sleep therefore sets its timer 1 ms early and
 * passes the rest turn by turn of the event loop, which keeps serving sockets meanwhile: 0.02 ms late.
 */
export function sleepUntil(deadline: number, done: () => void): () => void {
  const ms = deadline - performance.now();
  let immediate: NodeJS.Immediate | undefined;
  const check = (): void => {
    if (performance.now() >= deadline) done();
    else immediate = setImmediate(check);
  };
  const timerMs = Math.floor(ms) - (ms < preciseBelowMs ? 1 : 0);
  const timer = timerMs < 1 ? undefined : setTimeout(check, timerMs);
  if (!timer) immediate = setImmediate(check);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
