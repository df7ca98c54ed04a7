/** Time at which the loops of a run stop sending, if that is decided during the run. In shared memory. */
export type EndSignal = Int32Array;

const unset = -1;

/** Creates the signal of a run: not set. */
export const createEndSignal = (): EndSignal => new Int32Array(new SharedArrayBuffer(4)).fill(unset);

/** Ends the run: requests that are due at `elapsedMs` after the start of its clock or later aren't sent. */
export const setEnd = (signal: EndSignal, elapsedMs: number): void =>
  void Atomics.compareExchange(signal, 0, unset, Math.ceil(elapsedMs));

/** Returns the time from which requests aren't sent, ms from the start of the clock; Infinity while it isn't set. */
export function endOf(signal: EndSignal): number {
  const ms = Atomics.load(signal, 0);
  return ms === unset ? Infinity : ms;
}
