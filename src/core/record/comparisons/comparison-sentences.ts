import { capital, countOf, formatChange, formatChangeSize, formatPercent, withoutZeros } from '../../format.ts';
import { comparedMetrics, isComparedMetric } from './compared-metrics.ts';
import type { ComparisonRecord } from './comparison.ts';
import { leadingMetric } from './leading-metric.ts';
import { sideNames } from './side-names.ts';

type Metric = ComparisonRecord['metrics'][number];

/** Returns the threshold of a comparison, or another share that someone chose: `3%`, `2.5%`. */
export const thresholdText = (share: number): string => withoutZeros(formatPercent(Number(share.toPrecision(12))));

/** Returns the change to B / A: `+4.1%`, `17× higher`. */
export const changeText = (ratio: number): string => formatChange(ratio - 1);

/** Returns the size of the change to B / A without its direction: `4.1%`, `17×`. */
export const sizeOfChange = (ratio: number): string => formatChangeSize(ratio - 1);

/** Returns an interval of changes: `+2.8% to +5.5%`, `12–53× higher`. */
export function intervalText([low, high]: readonly [number, number]): string {
  const isFactors = sizeOfChange(low).endsWith('×') && sizeOfChange(high).endsWith('×');
  return isFactors && low < 1 === high < 1
    ? `${sizesText([low, high])} ${low < 1 ? 'lower' : 'higher'}`
    : `${changeText(low)} to ${changeText(high)}`;
}

/** Both sizes of an interval on one side of no change, the smaller first: `2.8–5.5%`, `12–53×`, `80.0%–2.3×`. */
function sizesText([low, high]: readonly [number, number]): string {
  const [less, more] = (high <= 1 ? [high, low] : [low, high]).map(sizeOfChange);
  return less?.at(-1) === more?.at(-1) ? `${less?.slice(0, -1) ?? ''}–${more ?? ''}` : `${less ?? ''}–${more ?? ''}`;
}

/** Returns how people call a metric. */
export const labelOf = (metric: string): string => (isComparedMetric(metric) ? comparedMetrics[metric].label : metric);

/**
 * Returns the verdict in one sentence, its reason included. It names the sides if they have short names: `B
 * (faster-search) is 4.1% slower at p95 (2.8–5.5%) than A (main), above the 3% threshold: worse.`
 * @param limited sides whose client was the limit
 */
export function verdictSentence(record: ComparisonRecord, limited: readonly ('a' | 'b')[]): string {
  const { verdict, failures, metrics, threshold } = record;
  if (limited.length > 0) {
    const sides = limited.map((side) => side.toUpperCase()).join(' and ');
    return `No verdict: the client was the limit for ${sides}, so the servers may be faster than measured.`;
  }
  const names = sideNames(record);
  const [a, b, thanA] = names === null ? ['A', 'B', ''] : [`A (${names.a})`, `B (${names.b})`, ` than A (${names.a})`];
  const failed = failedText(failures, a, b);
  if (failures.verdict !== null) return `${failed}: ${failures.verdict}.`;
  const named = leadingMetric(record);
  const limit = thresholdText(threshold);
  switch (verdict.name) {
    case 'worse':
    case 'better':
      return named === undefined
        ? `${failed}: ${verdict.name}.`
        : `${b} is ${sizeText(named)}${thanA}, above the ${limit} threshold: ${verdict.name}.`;
    case 'changed':
      return named === undefined
        ? ''
        : `${b} is ${sizeText(named)}${thanA}, not clearly above the ${limit} threshold: changed.`;
    case 'same':
      return `${b} is within ${limit} of ${a} in ${listOf(metrics)}: same.`;
    case 'inconclusive':
    case null: {
      const settled = leadingMetric(record, 'worse') ?? leadingMetric(record, 'better');
      return settled !== undefined && metrics.every((metric) => metric.verdict !== 'inconclusive')
        ? `${b} is ${sizeText(settled)}${thanA}, but ${failedText(failures, 'A', 'B')}: inconclusive.`
        : openSentence(record, names === null ? b : `${b} against ${a}`);
    }
  }
}

const failedText = (failures: ComparisonRecord['failures'], a: string, b: string): string =>
  `${b} fails ${formatPercent(failures.b)} of its requests, ${a} ${formatPercent(failures.a)}`;

/**
 * Explains why there is no verdict yet, and what would make it conclusive.
 * @param of the side that changed, with names if there are any
 */
function openSentence(record: ComparisonRecord, of: string): string {
  const { metrics, kind, a, b, pairs } = record;
  const open = metrics.filter(({ verdict }) => verdict === 'inconclusive');
  const widest = leadingMetric(record, 'inconclusive');
  if (widest === undefined) return 'Nothing was compared: inconclusive.';
  const label = labelOf(widest.metric);
  const counted =
    kind === 'interleaved'
      ? countOf(pairs?.judged ?? 0, 'pair')
      : `${countOf(a.slices.length, 'run')} of A and ${String(b.slices.length)} of B`;
  if (widest.ratio === null) return `Some slices have no ${label}: inconclusive.`;
  if (widest.interval === null) {
    const needed = kind === 'kept' ? ` At least ${leastRuns(widest.level)} runs a side are needed.` : '';
    return `Too few measurements for an interval of ${label} (${counted}): inconclusive.${needed}`;
  }
  return `The change of ${of} in ${label} is between ${intervalText(widest.interval).replace(' to ', ' and ')}: inconclusive. The smallest detectable change was ${sizeOfChange(1 + (widest.smallestFindable ?? 0))}. ${adviceFor(open, record)}`;
}

/**
 * Returns the smallest number of runs per side with which the Mann-Whitney test can reach a two-sided level: 2 / C(2n,
 * n) of it.
 */
export function leastRuns(level: number): number {
  let runs = 1;
  for (let orders = 2; 2 / orders > level; runs += 1) orders *= (2 * (2 * runs + 1)) / (runs + 1);
  return runs;
}

/** More pairs than this aren't a useful recommendation. */
const mostFurther = 200;

/** A longer slice, s, or a larger threshold isn't a useful recommendation. */
const longestSliceS = 60;
const thresholds = [0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5];

/**
 * Explains what would make the verdict on these metrics conclusive. Noise falls with the square root of the time measured, in
 * more slices or longer ones. Within a threshold wider than the intervals, B is the same as A.
 */
function adviceFor(open: readonly Metric[], { kind, pairs, plan: { durationS } }: ComparisonRecord): string {
  const [unit, side] = kind === 'interleaved' ? ['pair', ''] : ['run', ' a side'];
  const most = Math.max(...open.map(({ furtherNeeded }) => furtherNeeded ?? Infinity));
  const ends = open.flatMap(({ interval }) => interval ?? [0, Infinity]);
  const widest = Math.max(...ends.map((end) => Math.abs(Math.log(end))));
  const enough = thresholds.find((threshold) => Math.log1p(threshold) > widest + 1e-6);
  const sliceS = pairs && durationS !== null ? Math.ceil(durationS * (1 + most / pairs.judged)) : Infinity;
  const ways = [
    ...(most <= mostFurther ? [`about ${countOf(Math.max(most, 1), `more ${unit}`)}${side}`] : []),
    ...(durationS !== null && sliceS <= longestSliceS ? [`slices of ${sliceS} s (now ${durationS} s)`] : []),
    ...(enough === undefined ? [] : [`a threshold of ${thresholdText(enough)}`]),
  ];
  if (ways.length > 0) return `${capital(ways.join(' or '))} would settle it.`;
  return kind === 'interleaved' ? 'Use longer slices to settle it.' : 'Use longer runs to settle it.';
}

/** `4.1% slower at p95 (2.8–5.5%)`, `17× slower at p95 (12–53×)`. */
function sizeText({ metric, ratio, interval }: Metric): string {
  const up = (ratio ?? 1) >= 1;
  const isTime = !isComparedMetric(metric) || comparedMetrics[metric].better === 'lower';
  const how = isTime ? `${up ? 'slower' : 'faster'} at` : `${up ? 'higher' : 'lower'} in`;
  const isOneSided = interval !== null && (interval[0] >= 1 || interval[1] <= 1);
  const range = interval === null ? '' : ` (${isOneSided ? sizesText(interval) : intervalText(interval)})`;
  return `${sizeOfChange(ratio ?? 1)} ${how} ${labelOf(metric)}${range}`;
}

function listOf(metrics: readonly Metric[]): string {
  const labels = metrics.filter(({ decisive }) => decisive).map(({ metric }) => labelOf(metric));
  return labels.length < 2 ? labels.join('') : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1) ?? ''}`;
}
