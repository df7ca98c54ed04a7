import { seededUnits } from '../values/pick.ts';

/** Returns which prompt a request gets: its index, from 0, in the sequence of its target. */
export interface PromptTurns {
  /** @param index of the request in the whole warm-up */
  readonly warmup: (index: number) => number;
  /** @param index of the request in the whole run; calls with rising indices are cheap */
  readonly run: (index: number) => number;
}

/**
 * Numbers the requests to each target: first those of the warm-up, then those of the run, starting where an earlier run
 * ended. Every prompt is therefore used once before any repeats. The number depends on the index only, not on who
 * sends.
 * @param pick returns the target of a request by its index, in the warm-up and in the run
 * @param warmup number of warm-up requests of all shares
 * @param starts numbers used by earlier runs, by target
 */
export function promptTurns(
  pick: (index: number) => number,
  targets: number,
  warmup: number,
  starts: readonly number[] = [],
): PromptTurns {
  if (targets === 1) {
    const [start = 0] = starts;
    return { warmup: (index) => start + index, run: (index) => start + warmup + index };
  }
  const inWarmup = ranks(pick, targets);
  const inRun = ranks(pick, targets);
  const before = Float64Array.from(
    requestsByTarget(pick, targets, warmup),
    (count, target) => count + (starts[target] ?? 0),
  );
  return {
    warmup: (index) => (starts[pick(index)] ?? 0) + inWarmup(index),
    run: (index) => (before[pick(index)] ?? 0) + inRun(index),
  };
}

/** Returns how many of the requests before an index go to the same target. */
function ranks(pick: (index: number) => number, targets: number): (index: number) => number {
  const counts = new Float64Array(targets);
  let next = 0;
  return (index) => {
    if (index < next) {
      counts.fill(0);
      next = 0;
    }
    for (; next < index; next++) {
      const target = pick(next);
      counts[target] = (counts[target] ?? 0) + 1;
    }
    return counts[pick(index)] ?? 0;
  };
}

/** Returns how many of the first requests go to each target. */
export function requestsByTarget(pick: (index: number) => number, targets: number, requests: number): number[] {
  const counts = Array.from({ length: targets }, () => 0);
  for (let index = 0; index < requests; index++) {
    const target = pick(index);
    counts[target] = (counts[target] ?? 0) + 1;
  }
  return counts;
}

/** Returns the numbers below `length` in an order determined by the seed. */
export function seededOrder(length: number, seed: number): Uint32Array {
  const unit = seededUnits(seed);
  const order = Uint32Array.from({ length }, (_, place) => place);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(unit(last) * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}
