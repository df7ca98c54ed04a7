import { capital } from '../../format.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import { outcomeOfAll, outcomeWords } from './outcome-words.ts';
import type { RunVerdict } from './verdict.ts';

/** How many sentences on capacity the verdict has: what was found, and what bounds it. */
const inVerdict = 2;

/** Returns the answer of a sweep: the concurrency that the server is good for, and what bounds it. */
export function sweepVerdict({ status, levels, capacity }: SweepRecord): RunVerdict {
  const { label, tone } = outcomeWords[outcomeOfAll(status, levels)];
  return {
    label: capital(label),
    tone: tone === 'good' ? 'plain' : tone,
    sentence: capacity.slice(0, inVerdict).join(' '),
  };
}

/** Returns what the verdict leaves out of capacity. */
export const furtherCapacity = ({ capacity }: SweepRecord): readonly string[] => capacity.slice(inVerdict);
