import { countOf, formatBytes, formatNumber, withoutZeros } from '../../format.ts';
import { comparedMetrics, tooFewFor, type ComparedMetricName } from './compared-metrics.ts';
import { mostTargets, type ComparisonRecord, type ComparisonSlice } from './comparison.ts';

/** The sides, and whether their slices are pairs. */
type Sides = Pick<ComparisonRecord, 'a' | 'b'> & { readonly pairs?: object | undefined };

/**
 * Returns doubts about a comparison, as plain sentences.
 * @param judged slices that the figures are of
 * @param decisive metrics that are judged
 */
export function warningsOf(
  sides: Sides,
  judged: readonly ComparisonSlice[],
  decisive: readonly ComparedMetricName[],
): string[] {
  return [
    ...targetWarning(sides),
    ...sizeWarning(sides),
    ...boundWarnings(sides),
    ...fewWarnings(sides, judged, decisive),
  ];
}

/** Values of several targets are pooled, so a fast one that got slower may hide behind a slow one. */
function targetWarning({ a, b }: Sides): string[] {
  const count = Math.max(a.targets.length, b.targets.length);
  if (count < 2) return [];
  const counted = `${count === mostTargets ? 'At least ' : ''}${countOf(count, 'target')}`;
  return [
    `${counted} are judged together, so one of them may decide the verdict. Use a file per target to compare each.`,
  ];
}

/** Mean sizes of responses that differ by more than this factor are hardly of the same work. */
const mostSizeFactor = 1.2;

function sizeWarning({ a, b }: Sides): string[] {
  const [ofA, ofB] = [meanBytes(a.slices), meanBytes(b.slices)];
  if (ofA === null || ofB === null) return [];
  const [less, more] = [Math.min(ofA, ofB), Math.max(ofA, ofB)];
  if (more <= mostSizeFactor * less) return [];
  const [larger, smaller] = ofA > ofB ? ['A', 'B'] : ['B', 'A'];
  const difference =
    less === 0
      ? `Responses of ${smaller} are empty, and those of ${larger} aren't`
      : `Responses of ${larger} are ${timesText(more / less)} larger than those of ${smaller}`;
  return [`${difference} (${sizeText(more)} against ${sizeText(less)}). Check that both do the same work.`];
}

const sizeText = (bytes: number): string => withoutZeros(formatBytes(bytes));

const timesText = (factor: number): string =>
  factor < 2
    ? `${((factor - 1) * 100).toFixed(0)}%`
    : `${withoutZeros(formatNumber(Number(factor.toPrecision(2))))} times`;

/** Mean bytes per response; null without responses, or if a slice doesn't have its bytes. */
function meanBytes(slices: readonly ComparisonSlice[]): number | null {
  let [sum, responses] = [0, 0];
  for (const slice of slices) {
    if (slice.bytes === undefined) return null;
    sum += slice.bytes;
    responses += slice.responses;
  }
  return responses === 0 ? null : sum / responses;
}

function boundWarnings(sides: Sides): string[] {
  return [...boundWarning(sides, 'client', 'Client-limited'), ...boundWarning(sides, 'machine', 'Noisy machine')];
}

/** Says in how many slices of each side something limited or disturbed the client. */
function boundWarning({ a, b, pairs }: Sides, bound: 'client' | 'machine', words: string): string[] {
  const noun = pairs ? 'slice' : 'run';
  const found = ({ slices }: Sides['a']): number => slices.filter((slice) => slice.bound === bound).length;
  const text = (side: 'A' | 'B', of: Sides['a']): string =>
    `${found(of)} of ${countOf(of.slices.length, noun)} of ${side}`;
  const [ofA, ofB] = [found(a), found(b)];
  if (ofA === 0 && ofB === 0) return [];
  if (ofA === 0 || ofB === 0) return [`${words} in ${ofA > 0 ? text('A', a) : text('B', b)}.`];
  const both = `${words} in ${text('A', a)} and ${text('B', b)}`;
  if (bound === 'client' || !isAlike(a.slices.length, ofA, b.slices.length, ofB)) return [`${both}.`];
  return [
    pairs
      ? `${both}: both sides alike. It widens the intervals, but favors neither side.`
      : `${both}: both sides alike.`,
  ];
}

/** Returns whether two shares differ by less than two standard errors, as by chance. */
function isAlike(sizeA: number, ofA: number, sizeB: number, ofB: number): boolean {
  const share = (ofA + ofB) / (sizeA + sizeB);
  const standardError = Math.sqrt(share * (1 - share) * (1 / sizeA + 1 / sizeB));
  return Math.abs(ofA / sizeA - ofB / sizeB) <= 2 * standardError;
}

function fewWarnings(
  { pairs }: Sides,
  judged: readonly ComparisonSlice[],
  decisive: readonly ComparedMetricName[],
): string[] {
  if (judged.length === 0) return [];
  const [noun, advice] = pairs ? ['slice', 'Use longer slices'] : ['run', 'Use longer runs'];
  return tooFewFor(judged, decisive).map(
    ([name, least]) =>
      `A ${noun} has fewer than ${least} successes: ${comparedMetrics[name].label} is close to its maximum. ${advice}.`,
  );
}
