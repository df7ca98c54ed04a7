import { LoadlensError } from '../errors.ts';
import { formatS, withoutZeros } from '../format.ts';
import type { RunPlan } from './types.ts';
import { withFixedLength } from './until.ts';

/** Pairs of slices of a comparison: the first look is at 8, and more than 400 aren't useful. */
export const pairLimit = { min: 8, max: 400, default: 40 } as const;
/** Length of a slice, s. Shorter ones have too few requests. */
export const sliceLimit = { min: 0.1, max: 3600, default: 4 } as const;

/**
 * Returns the plan of each slice of a comparison: of fixed length, and without server metrics, which are for a whole run.
 * @param plan plan of one slice's length
 * @param warmup requests before each slice that aren't counted; undefined: those of the plan, or one per connection or a
 * tenth of a slice at its rate
 * @throws LoadlensError if the slices wouldn't all have the same load
 */
export function slicePlan(plan: RunPlan, sliceS: number, warmup?: number): RunPlan {
  const { metricsUrl: _, series: __, ...fixed } = withFixedLength(plan);
  checkSteady(fixed, sliceS);
  return { ...fixed, warmup: warmup ?? (fixed.warmup > 0 ? fixed.warmup : warmupOf(fixed, sliceS)) };
}

function checkSteady({ stages, durationS, trace }: RunPlan, sliceS: number): void {
  if (trace !== undefined) {
    throw new LoadlensError("A trace can't be compared in slices, because each slice would replay only its start.", {
      hint: 'Replay it with loadlens run --repeat 6 for each side, then use loadlens compare. A concurrency or rate sends its lengths without its times.',
    });
  }
  const rates = new Set(stages?.flatMap(({ fromPerS, toPerS }) => [fromPerS, toPerS]));
  if (rates.size > 1) {
    throw new LoadlensError('A comparison needs one rate, but the stages change it.', {
      hint: 'Use a constant rate, such as 50/s, or stages that hold it, such as 10s:50.',
    });
  }
  if (durationS !== null && durationS < sliceS) {
    throw new LoadlensError(`The stages end after ${withoutZeros(formatS(durationS))}, before the slice does.`, {
      hint: 'Use longer stages or shorter slices.',
    });
  }
}

function warmupOf({ concurrency, stages }: RunPlan, sliceS: number): number {
  const rate = stages?.[0]?.fromPerS;
  return rate === undefined ? concurrency : Math.ceil((rate * sliceS) / 10);
}
