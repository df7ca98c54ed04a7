/** Decides when the next request is sent. Pure: the engine owns the clock. */
export interface LoadModel {
  /**
   * Returns when request `index` (from 0) is sent, asked `elapsedMs` after the clock started. `now`: as soon as a slot
   * is free; `done`: no more requests; a number: the scheduled time, ms from the start.
   */
  next(index: number, elapsedMs: number): 'now' | 'done' | number;
}
