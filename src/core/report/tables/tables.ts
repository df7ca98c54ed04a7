import { isUnjudged, objectiveText, unjudgedSentences } from '../../values/objectives.ts';
import { measuredValue } from '../../values/objective-metrics.ts';
import { leastCount, quantileShares } from '../../metrics/statistics/quantiles.ts';
import { mostDetailed } from '../../metrics/recorder/target-detail.ts';
import { errorKinds, quantileNames, type Distribution, type QuantileName } from '../../metrics/types.ts';
import type { Verdict } from '../../vocabulary.ts';
import { worstTargets } from '../../record/compact-run.ts';
import { countOf, formatBytes, formatCount, formatMs, formatPercent, formatRate, noValue } from '../../format.ts';
import { isMixed } from '../words/headline.ts';
import { errorWords } from '../words/outcome-words.ts';
import type { RunRecord } from '../../record/run.ts';

/** Letters of a cell that needs no room of its own to be read in a few lines. */
const shortWords = 12;

/** Returns whether a cell of a column with text needs room of its own. */
export const isLong = (cell: string): boolean => cell.length > shortWords;

/**
 * A table of a report as text. Each report renders it in its own way. The first column is text, the others are numbers.
 */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** The other columns with text. */
  readonly words?: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** How people call a quantile. */
const quantileLabels: Readonly<Record<QuantileName, string>> = {
  median: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  p999: 'p99.9',
};

/** Percentiles with their intervals. Successes are next to all responses if they differ. No rows without a response. */
export function latencyTable(record: RunRecord): Table {
  const mixed = isMixed(record);
  const all = record.latencyMs;
  const successes = record.successLatencyMs;
  const row = (label: string, of: (d: Distribution) => number | null): string[] => [
    label,
    formatMs(of(all), 4),
    '',
    ...(mixed ? [formatMs(of(successes), 4), ''] : []),
  ];
  return {
    title: 'Latency',
    columns: [
      '',
      mixed ? `All ${formatCount(all.count)} responses` : countOf(all.count, 'response'),
      '95% interval',
      ...(mixed ? [`${formatCount(successes.count)} successes`, '95% interval'] : []),
    ],
    rows:
      all.count === 0
        ? []
        : [
            row('min', (d) => d.min),
            row('mean', (d) => d.mean),
            row('std dev', (d) => d.stdev),
            ...quantileNames.map((name) =>
              [quantileLabels[name], formatMs(all[name], 4), intervalText(all, name)].concat(
                mixed ? [formatMs(successes[name], 4), intervalText(successes, name)] : [],
              ),
            ),
            row('max', (d) => d.max),
          ],
  };
}

/** The quantile, with a mark when there are too few samples to rely on it. */
export function marked(distribution: Distribution, name: QuantileName): string {
  const text = formatMs(distribution[name]);
  return isUnsure(distribution, name) ? `${text} ?` : text;
}

/** Returns whether the quantile has too few samples for an interval. False without samples. */
export const isUnsure = (distribution: Distribution, name: QuantileName): boolean =>
  distribution[name] !== null && distribution.interval95[name] === null;

function intervalText(distribution: Distribution, name: QuantileName): string {
  const interval = distribution.interval95[name];
  if (interval !== null) return `${formatMs(interval[0], 4)} – ${formatMs(interval[1], 4)}`;
  return distribution.count === 0 ? noValue : `needs n ≥ ${formatCount(leastCount(quantileShares[name]))}`;
}

/** The other times of a request. */
export function timesTable(record: RunRecord): Table {
  return {
    title: 'Other times',
    columns: ['Time', 'p50', 'p95', 'p99', 'max'],
    rows: [
      timesRow('time to first byte', record.ttfbMs),
      timesRow('response time (from scheduled)', record.responseTimeMs),
      timesRow('schedule lag', record.scheduleLagMs),
    ],
  };
}

function timesRow(label: string, { median, p95, p99, max }: Distribution): string[] {
  return [label, formatMs(median), formatMs(p95), formatMs(p99), formatMs(max)];
}

/** Rates and sums. */
export function ratesTable(record: RunRecord): Table {
  const rows = [
    ['success throughput', formatRate(record.successThroughputPerS)],
    ['throughput (every response)', formatRate(record.throughputPerS)],
  ];
  if (record.goodputPerS !== null) rows.push(['goodput (success within objectives)', formatRate(record.goodputPerS)]);
  if (record.sloAttainment !== null) rows.push(['SLO attainment', formatPercent(record.sloAttainment)]);
  rows.push(['bytes received', receivedText(record)]);
  return { title: 'Rates', columns: ['', ''], rows };
}

/** Returns the bytes of all bodies and their rate: `3.2 MB, 1.2 MB/s`. No rate for a run that took no time. */
export function receivedText({ bytesReceived, totalMs, rateMs = totalMs }: RunRecord): string {
  const total = formatBytes(bytesReceived);
  return rateMs > 0 ? `${total}, ${formatBytes(bytesReceived / (rateMs / 1000))}/s` : total;
}

/** One row for each target; the `most` worst when there are more. */
export function targetTable(record: RunRecord, most: number): Table {
  const { otherTargets } = record;
  const shown = worstTargets(record.perTarget, most);
  const hidden = record.perTarget.length - shown.length;
  const idle = Math.max(0, record.targetCount - record.perTarget.length);
  const mixed = isMixed(record);
  const timesOf = (target: (typeof shown)[number]): Distribution =>
    mixed ? target.successLatencyMs : target.latencyMs;
  const doubtful = shown.some((target) => timesOf(target).p99 !== null && timesOf(target).interval95.p99 === null);
  const notes = [
    ...(mixed ? ['Times and rates are of successes.'] : []),
    ...(doubtful ? ['? = too few responses to rely on.'] : []),
    ...(hidden > 0
      ? [
          `Shown are the ${formatCount(shown.length)} that fail most or are slowest; ${formatCount(hidden)} more are in the JSON report.`,
        ]
      : []),
    ...(shown.some(({ latencyMs }) => latencyMs.count > 0 && latencyMs.median === null)
      ? [`Of ${formatCount(record.targetCount)} targets, only ${formatCount(mostDetailed)} have percentiles.`]
      : []),
    ...(otherTargets === undefined ? [] : [otherTargetsNote(otherTargets)]),
    ...(idle > 0 && record.targets.length === record.targetCount ? [`${countOf(idle, 'target')} got no request.`] : []),
  ];
  return {
    title: 'Targets',
    columns: ['Target', 'Requests', 'Success', 'p50', 'p95', 'p99', mixed ? 'Successes' : 'Throughput'],
    rows: shown.map((target) => [
      target.name,
      formatCount(target.requestsSent),
      formatPercent(target.successRatio),
      marked(timesOf(target), 'median'),
      marked(timesOf(target), 'p95'),
      marked(timesOf(target), 'p99'),
      formatRate(mixed ? target.successThroughputPerS : target.throughputPerS),
    ]),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

/** Sums up the targets that no report has rows of. */
function otherTargetsNote({
  targets,
  requestsSent,
  successRatio,
  latencyMs,
}: NonNullable<RunRecord['otherTargets']>): string {
  return `${countOf(targets, 'target')} more without a row in any report: ${countOf(requestsSent, 'request')}, success ${formatPercent(successRatio)}, latency mean ${formatMs(latencyMs.mean)}, max ${formatMs(latencyMs.max)}.`;
}

/** Status codes, then errors of the transport. */
export function outcomeTable(record: RunRecord): Table {
  const share = (n: number): string => formatPercent(record.requestsSent === 0 ? null : n / record.requestsSent);
  return {
    title: 'Responses and errors',
    columns: ['Outcome', 'Requests', 'Share'],
    rows: [
      ...Object.entries(record.statusCodes).map(([code, n]) => [`status ${code}`, formatCount(n), share(n)]),
      ...errorKinds.flatMap((kind) => {
        const n = record.errors[kind];
        return n === undefined ? [] : [[errorWords[kind].label, formatCount(n), share(n)]];
      }),
    ],
  };
}

/** Outcome of the objectives. If there are more than `most`, those of the run and missed ones come first. */
export function objectiveTable({ objectives }: RunRecord, most: number): Table {
  const ofRun = objectives.filter(({ target }) => target === undefined);
  const ofTargets = objectives.filter(({ target }) => target !== undefined);
  const unmet = ofTargets.filter(({ outcome }) => outcome !== 'pass');
  const shown = new Set([...ofRun, ...unmet, ...ofTargets].slice(0, Math.max(most, ofRun.length)));
  const hidden = objectives.length - shown.size;
  const notes = [
    ...unjudgedSentences(objectives),
    ...(hidden > 0 ? [`${countOf(hidden, 'objective')} more in the JSON report; those not met are shown first.`] : []),
  ];
  return {
    title: 'Objectives',
    columns: ['Where', 'Objective', 'Verdict', 'Measured'],
    words: ['Objective', 'Verdict'],
    rows: objectives
      .filter((verdict) => shown.has(verdict))
      .map((verdict) => [
        verdict.target ?? 'whole run',
        objectiveText(verdict.objective),
        verdictLabel(verdict),
        measuredText(verdict),
      ]),
    ...(notes.length > 0 && { note: notes.join(' ') }),
  };
}

/** Returns the outcome of an objective: `not judged` if more requests wouldn't help. */
export const verdictLabel = (verdict: Verdict): string => (isUnjudged(verdict) ? 'not judged' : verdict.outcome);

/** Returns the measured value in the objective's unit. */
export const measuredText = ({ objective, actual }: Verdict): string => measuredValue(objective.metric, actual, 4);
