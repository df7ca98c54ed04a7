import { seededUnits } from '../../values/pick.ts';
import { arrivalTime } from '../../values/stages.ts';
import type { ArrivalProcess, Stage } from '../../vocabulary.ts';
import type { RunPlan } from '../types.ts';

/** When request `index` is to leave, ms from the start; never earlier than the one before, Infinity when there is none. */
export type Arrivals = (index: number) => number;

/** Added to the seed: gaps must not go along with targets. */
const gapSeed = 0xa221;

/** Every way in which arrivals follow a rate. A new one is one function here and its name in types.ts. */
const processes: Readonly<Record<ArrivalProcess, (stages: readonly Stage[], seed: number) => Arrivals>> = {
  constant: evenly,
  poisson: atRandom,
};

/** The arrivals that the plan of an open loop asks for. Quick for ever larger indices; any other order is right, too. */
export function arrivalsOf({ arrivals = 'constant', stages = [], seed }: RunPlan): Arrivals {
  return processes[arrivals](stages, seed);
}

/** As the rate has it: request n when n requests are expected, so at a constant rate all gaps are equal. */
function evenly(stages: readonly Stage[]): Arrivals {
  return arrivalTime(stages);
}

/**
 * A Poisson process: users who know nothing of each other. The expected number of arrivals from one to the next is
 * exponential with mean 1 (time change of a process with unit rate), so the rate may change with time.
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
