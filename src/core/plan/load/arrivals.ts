import { seededUnits } from '../../values/pick.ts';
import { arrivalTime } from '../../values/stages.ts';
import type { ArrivalProcess, Stage } from '../../vocabulary.ts';
import type { RunPlan } from '../types.ts';

/**
 * Returns when request `index` is scheduled, ms from the start. Never decreases; Infinity if there is no such request.
 */
export type Arrivals = (index: number) => number;

/** Added to the seed, so that gaps are independent of the choice of targets. */
const gapSeed = 0xa221;

/** All arrival processes. To add one, write its function here and its name in core/vocabulary.ts. */
const processes: Readonly<Record<ArrivalProcess, (stages: readonly Stage[], seed: number) => Arrivals>> = {
  constant: evenly,
  poisson: atRandom,
};

/** Returns the arrivals of an open-model plan. Fast for ascending indexes; any other order also works. */
export function arrivalsOf({ arrivals = 'constant', stages = [], seed }: RunPlan): Arrivals {
  return processes[arrivals](stages, seed);
}

/** Schedules request n when n requests are expected. At a constant rate, all gaps are equal. */
function evenly(stages: readonly Stage[]): Arrivals {
  return arrivalTime(stages);
}

/**
 * Schedules requests by a Poisson process of independent arrivals. The expected number between two arrivals is
 * exponential with mean 1 (time change of a unit-rate process), so the rate may change over time.
 */
function atRandom(stages: readonly Stage[], seed: number): Arrivals {
  const unit = seededUnits(seed + gapSeed);
  const at = arrivalTime(stages);
  let known = -1;
  let expected = 0;
  return (index) => {
    if (index < known) {
      known = -1;
      expected = 0;
    }
    while (known < index) {
      known += 1;
      expected -= Math.log1p(-unit(known));
    }
    return at(expected);
  };
}
