import { capital, formatCount, formatNumber, formatPercent, withoutZeros } from '../../format.ts';
import { closeShare, isCloseTradeOff, type SweepFigures } from '../../metrics/levels.ts';
import { targetRatePerS } from '../../plan/load/target-rate.ts';
import type { RunPlan } from '../../plan/types.ts';

/** What names a level. */
type NamedLevel = Pick<RunPlan, 'loadModel' | 'atOnce' | 'stages' | 'concurrency'>;

/** Returns an arrival rate: `8 req/s`, `an infinite rate`. */
export const rateName = (perS: number): string =>
  perS === Infinity ? 'an infinite rate' : `${withoutZeros(formatNumber(perS))} req/s`;

/** Returns an arrival rate as short as can be, for tables and axes: `8/s`, `inf`. */
export const shortRate = (perS: number): string =>
  perS === Infinity ? 'inf' : `${withoutZeros(formatNumber(perS))}/s`;

/** Returns the name of a level that a search raises: `concurrency 8`, `8 req/s`. */
export const nameOfLevel = (by: 'concurrency' | 'rate', level: number): string =>
  by === 'rate' ? rateName(level) : `concurrency ${formatCount(level)}`;

/** Returns the same after a sentence has named what it raises: `8`, `8 req/s`. */
export const shortNameOfLevel = (by: 'concurrency' | 'rate', level: number): string =>
  by === 'rate' ? rateName(level) : formatCount(level);

/** Returns the name of a level of a sweep: `concurrency 8`, `8 req/s`. */
export function levelName(plan: RunPlan): string {
  const rate = targetRatePerS(plan);
  return rate === null ? nameOfLevel('concurrency', plan.concurrency) : rateName(rate);
}

/** Returns the same as short as can be, for tables: `8`, `8/s`. */
export function shortLevel(plan: NamedLevel): string {
  const rate = targetRatePerS(plan);
  return rate === null ? formatCount(plan.concurrency) : shortRate(rate);
}

/** Returns several levels in a sentence: `concurrency 1, 2`, `4/s, 8/s`. */
function levelNames(plans: readonly NamedLevel[]): string {
  const names = [...new Set(plans.map(shortLevel))].join(', ');
  const [first] = plans;
  if (first === undefined || targetRatePerS(first) === null) return `concurrency ${names}`;
  return names === shortRate(Infinity) ? rateName(Infinity) : names;
}

/** Returns several levels at the start of a sentence: `Concurrency 1, 2`, `4/s, 8/s`. */
export const levelsText = (plans: readonly NamedLevel[]): string => capital(levelNames(plans));

/** Returns that levels have too few requests: `Not enough requests to judge concurrency 1: p95 needs 59 per level.` */
export const tooFewSentence = (plans: readonly NamedLevel[], needed: string): string =>
  `Not enough requests to judge ${levelNames(plans)}${needed === '' ? '' : `${needed} per level`}.`;

/** What levels are close to. */
const closeTo = { goodput: 'this goodput', limit: 'the limit of a good trade-off' } as const;

/** Returns that levels are too close to a number of another one, or to a limit, to tell which is higher; none without a level. */
export const closeSentences = (plans: readonly NamedLevel[], to: keyof typeof closeTo): string[] =>
  plans.length === 0
    ? []
    : [
        `${levelsText(plans)} ${plans.length === 1 ? 'is' : 'are'} within ${withoutZeros(formatPercent(closeShare))} of ${closeTo[to]}, too close to tell with one run per level.`,
      ];

/** Returns that the trade-off of the recommended level, and of those above it, may be good or poor by chance; none with objectives, or without a recommendation. */
export function closeToLimit({ levels, recommended: { concurrency: from, rule } }: SweepFigures): string[] {
  if (rule !== 'trade-off' || from === null) return [];
  const close = levels.filter((level) => level.concurrency >= from && isCloseTradeOff(level));
  return closeSentences(
    close.map(({ concurrency }) => ({ loadModel: 'closed', concurrency })),
    'limit',
  );
}
