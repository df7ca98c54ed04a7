import { seededUnits } from '../../../src/core/values/pick.ts';

/** Creates a source of random numbers from 0 to 1. The same seed gives the same numbers. */
export function randomUnits(seed: number): () => number {
  const unitAt = seededUnits(seed);
  let index = 0;
  return () => unitAt(index++);
}
