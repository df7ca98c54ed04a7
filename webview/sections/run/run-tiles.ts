import { hasStreams } from '../../../src/core/metrics/streams.ts';
import type { Numbers, QuantileName, Snapshot } from '../../../src/core/metrics/types.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs, formatPercent, formatRate, formatS, noValue } from '../../../src/core/format.ts';
import {
  headlineThroughput,
  headlineTime,
  timeLabel,
  type Headline,
  type HeadlineTime,
} from '../../../src/core/report/words/headline.ts';
import { rateText } from '../../../src/core/report/words/load-words.ts';
import { responsesWords } from '../../words.ts';
import { isTooEarly, tooEarlyRemark } from './live-rate.ts';
import { intervalWords, reliability } from './reliability.ts';
import { leadingStreamTiles, otherStreamTiles } from './stream-tiles.ts';
import type { Tile } from '../kit/tiles.ts';

const labels = { median: 'p50', p95: 'p95', p99: 'p99' } as const;

/** Returns the numbers that a run is judged by: of streams those of tokens lead, of others throughput, p95 and success. */
export function runTiles(record: RunRecord): Tile[] {
  const tile = (name: keyof typeof labels): Tile => quantileTile(record, name);
  const success: Tile = {
    label: 'Success',
    value: formatPercent(record.successRatio),
    remark: `${formatCount(record.successes)} of ${formatCount(record.requestsSent)}`,
  };
  const total: Tile = {
    label: 'Total time',
    value: formatS(record.totalMs / 1000),
    remark:
      record.plan.stages === undefined
        ? `concurrency ${formatCount(record.plan.concurrency)}`
        : `target rate ${rateText(record.plan.stages)}`,
  };
  if (hasStreams(record)) {
    return [
      ...leading(leadingStreamTiles(record, record.tokenSource)),
      throughputTile(record),
      tile('p95'),
      success,
      ...otherStreamTiles(record),
      total,
    ];
  }
  return [...leading([throughputTile(record), tile('p95'), success]), tile('median'), tile('p99'), total];
}

/** Returns the tiles of a run in progress: no intervals yet, requests in flight instead of the total time. */
export function liveTiles(snapshot: Snapshot | null, plan?: RunPlan): Tile[] {
  const summary = snapshot === null ? undefined : { ...snapshot.summary, ...(plan && { plan }) };
  const tile = (name: keyof typeof labels): Tile =>
    summary === undefined
      ? { label: labels[name], value: noValue, remark: 'so far' }
      : timeTile(headlineTime(summary, name), name, 'so far');
  return [
    ...leading([
      summary === undefined || isTooEarly(snapshot)
        ? { label: 'Throughput', value: noValue, remark: tooEarlyRemark }
        : throughputTile(summary),
      tile('p95'),
      {
        label: 'Success',
        value: formatPercent(summary?.successRatio ?? null),
        remark: `${formatCount(summary?.successes ?? 0)} of ${formatCount(summary?.requestsSent ?? 0)}`,
      },
    ]),
    tile('median'),
    tile('p99'),
    {
      label: 'In flight',
      value: formatCount(snapshot?.inFlight ?? 0),
      remark: snapshot !== null && snapshot.waiting > 0 ? `backlog ${formatCount(snapshot.waiting)}` : 'requests now',
    },
  ];
}

const leading = (tiles: readonly Tile[]): Tile[] => tiles.map((tile) => ({ ...tile, lead: true }));

function throughputTile(numbers: Numbers): Tile {
  const { first, beside } = headlineThroughput(numbers);
  return beside === null
    ? { label: 'Throughput', value: formatRate(first), remark: responsesWords(numbers.responses) }
    : { label: 'Successes', value: formatRate(first), remark: `all responses: ${formatRate(beside)}` };
}

function quantileTile(record: RunRecord, name: keyof typeof labels): Tile {
  const headline = headlineTime(record, name);
  const { of, times } = headline.first;
  const { reliable, words } =
    of === 'successes'
      ? reliability(times, name, (count) => `needs ${count} successes`, 'no success')
      : reliability(times, name);
  return { ...timeTile(headline, name, reliable ? intervalWords(words) : `not reliable: ${words}`), unsure: !reliable };
}

/** The time to look at first, in the remark how far to trust it, then the other. */
function timeTile(
  { first, beside }: Headline<HeadlineTime>,
  name: QuantileName & keyof typeof labels,
  trust: string,
): Tile {
  return {
    label: timeLabel(first, labels[name]),
    value: formatMs(first.times[name]),
    remark: beside === null ? trust : `${trust}; ${beside.of}: ${formatMs(beside.times[name])}`,
  };
}
