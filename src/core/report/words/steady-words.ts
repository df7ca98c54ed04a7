import type { PrecisionResult } from '../../metrics/precision.ts';
import type { RunRecord } from '../../record/run.ts';
import { countOf, formatMs, formatPercent, formatRate, formatS, withoutZeros } from '../../format.ts';

const secondsText = (ms: number): string => withoutZeros(formatS(ms / 1_000));

/** Returns how precisely the number is known so far: `p95 ±8.2%`. */
export function precisionText({ asked, share }: PrecisionResult): string {
  return share === null ? `${asked.metric} not known yet` : `${asked.metric} ±${formatPercent(share)}`;
}

const valueText = ({ asked }: PrecisionResult, value: number): string =>
  asked.metric === 'throughput' ? formatRate(value) : formatMs(value);

/** Returns the value with its interval: `p95 74 ms ±4.3% (71 ms to 77 ms) after 12.4 s`. */
export function knownText(result: PrecisionResult): string {
  const { asked, value, interval, atMs } = result;
  const after = `after ${secondsText(atMs)}`;
  if (value === null || interval === null) return `${asked.metric} not known ${after}`;
  const [low, high] = interval;
  const share = formatPercent(result.share);
  return `${asked.metric} ${valueText(result, value)} ±${share} (${valueText(result, low)} to ${valueText(result, high)}) ${after}`;
}

/** Returns a sentence if the precision of a run wasn't reached: `Not reached: p95 ±8.2% after 60 s, asked for ±5%.` */
export function notReachedSentence({
  precision,
  steadyState,
}: Pick<RunRecord, 'precision' | 'steadyState'>): string | undefined {
  if (precision === undefined || precision.reached) return undefined;
  const { asked, share, atMs } = precision;
  const asFar =
    share !== null
      ? precisionText(precision)
      : steadyState?.settled === false
        ? `${asked.metric} has no steady state`
        : `${asked.metric} has too few successful responses`;
  return `Not reached: ${asFar} after ${secondsText(atMs)}, asked for ±${formatPercent(asked.share)}.`;
}

/** Returns that a run didn't settle, or was too short to find its warm-up; undefined for any other. */
export function unsettledSentence({ steadyState }: Pick<RunRecord, 'steadyState'>): string | undefined {
  if (steadyState === undefined || steadyState.settled === true) return undefined;
  const { settled, drift } = steadyState;
  if (settled === null) return 'Too short to find the warm-up: nothing is excluded. Run it longer.';
  const moved =
    drift === undefined
      ? 'the second half of the run still drifts'
      : `${drift.of === 'latency' ? 'p50' : 'throughput'} ${drift.share > 0 ? 'rises' : 'falls'} by ${formatPercent(Math.abs(drift.share))} over the second half of the run`;
  return `No steady state: ${moved}. Intervals are left out.`;
}

/**
 * Returns what was excluded as warm-up: `first 3.2 s excluded (312 requests, 2 failed)`; undefined without an automatic
 * warm-up.
 */
export function excludedText({ steadyState }: Pick<RunRecord, 'steadyState'>): string | undefined {
  if (steadyState === undefined) return undefined;
  const { excludedMs, excludedRequests, excludedFailures } = steadyState;
  if (excludedMs === 0) return 'nothing excluded';
  const failed = excludedFailures === 0 ? '' : `, ${excludedFailures} failed`;
  return `first ${secondsText(excludedMs)} excluded (${countOf(excludedRequests, 'request')}${failed})`;
}
