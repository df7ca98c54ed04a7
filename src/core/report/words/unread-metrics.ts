import { formatPercent, withoutZeros } from '../../format.ts';
import { levelsText } from '../../record/sweeps/level-words.ts';
import type { RunRecord } from '../../record/run.ts';

/** Metrics that were asked for and couldn't be read in a run, or for a considerable part of it. */
interface Unread {
  readonly plan: RunRecord['plan'];
  /** `Server metrics at http://127.0.0.1:8000/metrics`. */
  readonly name: string;
  /** Why; absent if unknown, or if all their series are. */
  readonly failure?: string;
  /** Share of the run without readings; absent: they were never read, or have no known series. */
  readonly share?: number;
  /** Others than those of the server. */
  readonly isFurther?: boolean;
}

/**
 * Least share of a run without readings for a warning. A condition that holds in a third of the other readings may then be true
 * for half of the time, which is what a bottleneck takes.
 */
const leastShare = 0.25;

const nameAt = (url: string): string => `Server metrics at ${url}`;

function unreadOf({ plan, totalMs, serverMetrics, gpuMetrics }: RunRecord): readonly Unread[] {
  const gpuShare = partOf(gpuMetrics?.unreadMs, totalMs);
  const ofGpus = gpuShare === undefined ? [] : [{ plan, name: 'GPU metrics', share: gpuShare, isFurther: true }];
  if (serverMetrics === undefined) return ofGpus;
  const { url, server, atMs, failure, unreadMs, series = [], unread = [] } = serverMetrics;
  const isKnown = server !== null || series.some(({ values }) => values.some((value) => value !== null));
  const share = partOf(unreadMs, totalMs);
  const own = { plan, name: nameAt(url) };
  const why = failure === undefined ? {} : { failure };
  return [
    ...(atMs.length === 0 ? [{ ...own, ...why }] : isKnown ? [] : [own]),
    ...(atMs.length > 0 && isKnown && share !== undefined ? [{ ...own, ...why, share }] : []),
    ...unread.map((other) => ({ plan, name: nameAt(other.url), failure: other.failure, isFurther: true })),
    ...ofGpus,
  ];
}

/** Returns the share of a run, if it is considerable. */
function partOf(unreadMs: number | undefined, totalMs: number): number | undefined {
  const share = unreadMs === undefined || totalMs <= 0 ? 0 : Math.min(1, unreadMs / totalMs);
  return share >= leastShare ? share : undefined;
}

/**
 * Returns warnings about server metrics that were asked for, and that runs with responses couldn't read: all of them, or some of
 * several levels, or for a part of their time.
 */
export function unreadMetricsSentences(runs: readonly RunRecord[]): string[] {
  const asked = runs.filter(({ plan, responses }) => plan.metricsUrl !== undefined && responses > 0);
  const byName = new Map<string, Unread[]>();
  for (const unread of asked.flatMap(unreadOf)) byName.set(unread.name, [...(byName.get(unread.name) ?? []), unread]);
  return [...byName.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const found = [first, ...others];
    const isNever = found.length === asked.length && found.every(({ share }) => share === undefined);
    if (isNever) return [`${causeOf(first)}${first.isFurther ? '' : ' Without them, no bottleneck is named.'}`];
    const levels = asked.length === 1 ? '' : `${levelsText(found.map(({ plan }) => plan))}: `;
    return [`${levels}${partSentence(first, found)}`];
  });
}

/** `Server metrics at http://… couldn't be read for 40% of the time: no response within 2 s.`, of one run or some of several. */
function partSentence({ name, isFurther = false }: Unread, found: readonly Unread[]): string {
  const shares = found.map(({ share = 1 }) => share);
  const part = found.every(({ share }) => share === undefined)
    ? ''
    : ` for ${shares.length > 1 ? 'at least ' : ''}${withoutZeros(formatPercent(Math.min(...shares)))} of the time`;
  const failure = found.find((each) => each.failure !== undefined)?.failure;
  const rest = isFurther ? 'Their means cover only the rest.' : 'Means and the bottleneck cover only the rest.';
  return `${name} couldn't be read${part}${failure === undefined ? '' : `: ${failure}`}.${part === '' ? '' : ` ${rest}`}`;
}

function causeOf({ name, failure }: Unread): string {
  if (failure === undefined)
    return `${name} have no known series. Correct the address (--server-metrics, @metrics), or name series (--series, @series).`;
  const todo = failure.startsWith('status ')
    ? 'Correct the address (--server-metrics, @metrics), or start the server with metrics (SGLang: --enable-metrics, llama.cpp: --metrics).'
    : 'Check the address (--server-metrics, @metrics).';
  return `${name} couldn't be read: ${failure}. ${todo}`;
}
