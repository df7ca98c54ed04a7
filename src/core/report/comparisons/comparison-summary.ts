import { isSettled } from '../../comparison/verdict.ts';
import { changeText, intervalText } from '../../record/comparisons/comparison-sentences.ts';
import type { ComparisonRecord } from '../../record/comparisons/comparison.ts';
import { headlineMetric } from '../../record/comparisons/leading-metric.ts';
import { capital, countOf, formatCount, noValue } from '../../format.ts';
import type { RunVerdict } from '../words/verdict.ts';
import { detectableText, titleOf, valueText, medianOf } from './comparison-tables.ts';

/** Returns the verdict of a comparison with the tone of its badge. */
export function comparisonVerdict({ verdict, status }: ComparisonRecord): RunVerdict {
  const { name, sentence } = verdict;
  const early = { completed: '', cancelled: 'Canceled. ', crashed: 'Stopped unexpectedly. ' }[status];
  const tone = name === 'worse' ? 'bad' : name === 'better' ? 'good' : name === 'same' ? 'plain' : 'warning';
  return { label: capital(name ?? 'no verdict'), tone, sentence: `${early}${sentence}` };
}

/** One number of a comparison with its small print. */
export interface ComparisonFigure {
  readonly label: string;
  readonly value: string;
  readonly remark: string;
  readonly lead: boolean;
}

/** More pairs than this aren't a useful recommendation, because they'd take too long. */
const mostFurther = 200;

/**
 * Returns the headline figures: the change of each judged metric, the smallest detectable change if it isn't settled, and what would make
 * it conclusive.
 */
export function comparisonFigures(record: ComparisonRecord): ComparisonFigure[] {
  const { metrics, kind, pairs, a, b } = record;
  const judged = metrics.filter(({ decisive }) => decisive);
  const [ofA, ofB] = [a.slices.slice(0, pairs?.judged), b.slices.slice(0, pairs?.judged)];
  const lead = headlineMetric(record);
  const [unit, side] = kind === 'interleaved' ? ['pair', ''] : ['run', ' a side'];
  return [
    ...judged.map(({ metric, ratio, interval, verdict }) => ({
      label: titleOf(metric),
      value: ratio === null ? noValue : changeText(ratio),
      remark: `${interval === null ? 'no interval' : intervalText(interval)}; ${valueText(metric, medianOf(ofA, metric))} to ${valueText(metric, medianOf(ofB, metric))}; ${verdict ?? 'no verdict'}`,
      lead: true,
    })),
    ...(lead === undefined || detectableText(lead) === noValue
      ? []
      : [
          {
            label: 'Smallest detectable change',
            value: detectableText(lead),
            remark: `of ${titleOf(lead.metric)}`,
            lead: false,
          },
        ]),
    pairs === undefined
      ? {
          label: 'Runs',
          value: `${formatCount(a.slices.length)} and ${formatCount(b.slices.length)}`,
          remark: 'of A and B',
          lead: false,
        }
      : {
          label: 'Pairs judged',
          value: formatCount(pairs.judged),
          remark: `${formatCount(pairs.order.length)} sent, at most ${formatCount(pairs.planned)}`,
          lead: false,
        },
    { label: `Further ${unit}s needed`, ...furtherOf(record, unit, side), lead: false },
  ];
}

function furtherOf(
  { metrics }: ComparisonRecord,
  unit: string,
  side: string,
): Pick<ComparisonFigure, 'value' | 'remark'> {
  const judged = metrics.filter(({ decisive }) => decisive);
  const open = judged.filter(({ verdict }) => verdict === null || !isSettled(verdict));
  if (judged.length > 0 && open.length === 0) return { value: 'None', remark: 'every judged metric is settled' };
  if (open.some(({ interval }) => interval === null))
    return { value: noValue, remark: `too few ${unit}s for an interval` };
  const most = Math.max(...open.map(({ furtherNeeded }) => furtherNeeded ?? Infinity));
  const names = open.map(({ metric }) => titleOf(metric)).join(', ');
  if (!Number.isFinite(most)) return { value: noValue, remark: `no number of ${unit}s would settle ${names}` };
  return {
    value: most > mostFurther ? `> ${formatCount(mostFurther)}` : formatCount(Math.max(1, most)),
    remark: `${side.trim() === '' ? '' : `${side.trim()}, `}to settle ${names}${most > mostFurther ? `; longer ${unit === 'pair' ? 'slices' : 'runs'} settle it sooner` : ''}`,
  };
}

/** Returns how the work of the sides differs, in sentences; none if only the server differs. */
export function workloadDifferences({ a, b, warnings, kind }: ComparisonRecord): string[] {
  const names = [...new Set([...Object.keys(a.variables), ...Object.keys(b.variables)])];
  const variables = names.flatMap((name) => {
    const [ofA, ofB] = [a.variables[name], b.variables[name]];
    return ofA === ofB ? [] : [`Variable ${name}: A ${ofA ?? 'not set'}, B ${ofB ?? 'not set'}.`];
  });
  // Sides that were measured together have the targets of one file, and differ by its variables only.
  const targets = kind === 'kept' ? [...onlyIn(a, b, 'A'), ...onlyIn(b, a, 'B')] : [];
  const said = [...variables, ...targets];
  return kind === 'kept' && said.length === 0 && warnings.length === 0 ? ['The runs had the same workload.'] : said;
}

const targetText = ({ method, url }: ComparisonRecord['a']['targets'][number]): string => `${method} ${url}`;

/** The targets that only one side has, in a sentence. */
function onlyIn(of: ComparisonRecord['a'], other: ComparisonRecord['a'], side: string): string[] {
  const known = new Set(other.targets.map(targetText));
  const own = of.targets.map(targetText).filter((target) => !known.has(target));
  if (own.length === 0) return [];
  return [
    `Only ${side} has ${countOf(own.length, 'target')}: ${own.slice(0, 3).join(', ')}${own.length > 3 ? ' …' : ''}.`,
  ];
}
