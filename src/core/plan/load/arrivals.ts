import { normalFrom, seededUnits } from '../../values/pick.ts';
import { arrivalTime } from '../../values/stages.ts';
import type { ArrivalProcess, Stage } from '../../vocabulary.ts';
import type { RunPlan } from '../types.ts';

/**
 * Returns when request `index` is scheduled, ms from the start. Never decreases; Infinity if there is no such request.
 */
export type Arrivals = (index: number) => number;

/** Added to the seed, so that gaps are independent of the choice of targets. */
const gapSeed = 0xa221;

/** Random numbers that one gap may need. */
const drawsPerGap = 64;

/** Distance of the seeds of two sequences, so that none of them meets another seed. */
const drawSeed = 0x61c8_8647;

type Process = (stages: readonly Stage[], seed: number, burstiness: number) => Arrivals;

/**
 * Returns a plan of a series, or of a pair of slices, with arrivals of its own: the same random gaps would have the same
 * luck, and repeats would confirm it.
 * @param draw number of the run or pair, from 0
 */
export const withArrivalDraw = (plan: RunPlan, draw: number): RunPlan =>
  draw === 0 || plan.atOnce || (plan.arrivals ?? 'constant') === 'constant' ? plan : { ...plan, arrivalDraw: draw };

/** All arrival processes. To add one, write its function here and its name in core/vocabulary.ts. */
const processes: Readonly<Record<ArrivalProcess, Process>> = {
  constant: arrivalTime,
  poisson: (stages, seed) => atRandom(stages, seed, (unit, index) => -Math.log1p(-unit(index))),
  gamma: (stages, seed, burstiness) =>
    atRandom(stages, seed, (unit, index) => gammaGap(burstiness, (draw) => unit(index * drawsPerGap + draw))),
};

/**
 * Returns the arrivals of an open-model plan. Fast for ascending indexes; any other order also works. Constant arrivals
 * schedule request n when n requests are expected, so at a constant rate all gaps are equal.
 */
export function arrivalsOf(
  { arrivals = 'constant', stages = [], seed, arrivalDraw = 0, burstiness = 1, atOnce }: RunPlan,
  times?: readonly number[],
): Arrivals {
  if (atOnce) return () => 0;
  if (times !== undefined) return (index) => times[index] ?? Infinity;
  return processes[arrivals](stages, seed + arrivalDraw * drawSeed, burstiness);
}

/**
 * Schedules requests by independent gaps with mean 1. They are gaps in the number of expected requests, so the rate may change
 * over time. Exponential gaps make a Poisson process.
 * @param gapOf returns the gap before a request
 */
function atRandom(
  stages: readonly Stage[],
  seed: number,
  gapOf: (unit: (index: number) => number, index: number) => number,
): Arrivals {
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
      expected += gapOf(unit, known);
    }
    return at(expected);
  };
}

/**
 * Returns a gamma-distributed gap with mean 1 (Marsaglia and Tsang, 2000). A shape below 1 is that of shape + 1 times a power of
 * a uniform number.
 * @param unit returns the random numbers of this gap, in [0, 1), by their index
 */
function gammaGap(shape: number, unit: (draw: number) => number): number {
  const boosted = shape < 1 ? shape + 1 : shape;
  const d = boosted - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const scale = (shape < 1 ? (1 - unit(0)) ** (1 / shape) : 1) / shape;
  for (let draw = 1; draw + 2 < drawsPerGap; draw += 3) {
    const normal = normalFrom(unit(draw), unit(draw + 1));
    const cube = (1 + c * normal) ** 3;
    if (cube > 0 && Math.log1p(-unit(draw + 2)) < normal ** 2 / 2 + d * (1 - cube + Math.log(cube)))
      return d * cube * scale;
  }
  // One in 20 is rejected at most, so this is never reached.
  return d * scale;
}
