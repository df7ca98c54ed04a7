import type { Numbers, QuantileName, Snapshot } from '../../../src/core/metrics/types.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs, formatPercent, formatRate, formatS, noValue } from '../../../src/core/format.ts';
import {
  headlineThroughput,
  headlineTime,
  type Headline,
  type HeadlineTime,
} from '../../../src/core/report/words/headline.ts';
import { rateText } from '../../../src/core/report/words/load-words.ts';
import { responsesWords } from '../../words.ts';
import { reliability } from './reliability.ts';
import type { Tile } from '../kit/tiles.ts';

const shownQuantiles = [
  ['p50', 'median'],
  ['p95', 'p95'],
  ['p99', 'p99'],
] as const;

/** The numbers that a run is judged by. */
export function runTiles(record: RunRecord): Tile[] {
  return [
    throughputTile(record),
    ...shownQuantiles.map(([label, name]) => quantileTile(record, label, name)),
    {
      label: 'Success',
      value: formatPercent(record.successRatio),
      remark: `${formatCount(record.successes)} of ${formatCount(record.requestsSent)}`,
    },
    {
      label: 'Total time',
      value: formatS(record.totalMs / 1000),
      remark:
        record.plan.stages === undefined
          ? `${formatCount(record.plan.concurrency)} at a time`
          : `at ${rateText(record.plan.stages)}`,
    },
  ];
}

/** The same of a run in progress: no intervals yet, requests in flight instead of the total time. */
export function liveTiles(snapshot: Snapshot | null, plan?: RunPlan): Tile[] {
  const summary = snapshot === null ? undefined : { ...snapshot.summary, ...(plan && { plan }) };
  return [
    summary === undefined
      ? { label: 'Throughput', value: noValue, remark: responsesWords(0) }
      : throughputTile(summary),
    ...shownQuantiles.map(([label, name]) =>
      summary === undefined
        ? { label, value: noValue, remark: 'so far' }
        : timeTile(headlineTime(summary, name), label, name, 'so far'),
    ),
    {
      label: 'Success',
      value: formatPercent(summary?.successRatio ?? null),
      remark: `${formatCount(summary?.successes ?? 0)} of ${formatCount(summary?.requestsSent ?? 0)}`,
    },
    {
      label: 'In flight',
      value: formatCount(snapshot?.inFlight ?? 0),
      remark:
        snapshot !== null && snapshot.waiting > 0
          ? `${formatCount(snapshot.waiting)} more are due and wait`
          : 'requests now',
    },
  ];
}

function throughputTile(numbers: Numbers): Tile {
  const { first, beside } = headlineThroughput(numbers);
  return beside === null
    ? { label: 'Throughput', value: formatRate(first), remark: responsesWords(numbers.responses) }
    : { label: 'Successes', value: formatRate(first), remark: `all responses: ${formatRate(beside)}` };
}

function quantileTile(record: RunRecord, label: string, name: QuantileName): Tile {
  const headline = headlineTime(record, name);
  const { of, times } = headline.first;
  const { reliable, words } =
    of === 'successes'
      ? reliability(times, name, (count) => `needs ${count} successes`, 'no success')
      : reliability(times, name);
  const trust = reliable ? words : `not reliable: ${words}`;
  return { ...timeTile(headline, label, name, trust), unsure: !reliable };
}

/** The time to look at first, in the remark how far to trust it, then the other. */
function timeTile(
  { first, beside }: Headline<HeadlineTime>,
  quantile: string,
  name: QuantileName,
  trust: string,
): Tile {
  return {
    label: timeLabel(first, quantile),
    value: formatMs(first.times[name]),
    remark: beside === null ? trust : `${trust}; ${besideWords(beside, formatMs(beside.times[name]))}`,
  };
}

function timeLabel({ of }: HeadlineTime, quantile: string): string {
  if (of === 'response time') return `Response time ${quantile}`;
  return of === 'successes' ? `${quantile} of successes` : quantile;
}

function besideWords({ of }: HeadlineTime, value: string): string {
  switch (of) {
    case 'latency':
      return `latency: ${value}`;
    case 'all responses':
      return `all responses: ${value}`;
    case 'successes':
      return `successes: ${value}`;
    case 'response time':
      return `response time: ${value}`;
  }
}
