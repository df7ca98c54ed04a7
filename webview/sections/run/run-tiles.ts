import { maxInFlightOf } from '../../../src/core/plan/max-in-flight.ts';
import { hasStreams } from '../../../src/core/metrics/streams.ts';
import type { Numbers, QuantileName, Snapshot } from '../../../src/core/metrics/types.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { Verdict } from '../../../src/core/vocabulary.ts';
import {
  capital,
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
  formatS,
  noValue,
  withoutZeros,
} from '../../../src/core/format.ts';
import { splitMetric } from '../../../src/core/values/objective-metrics.ts';
import type { EarlierRuns } from '../../../src/core/report/tiles/earlier-runs.ts';
import { figureRow, type TileNumbers } from '../../../src/core/report/tiles/figures.ts';
import { gaugeOf, type Gauge } from '../../../src/core/report/tiles/gauge.ts';
import { trailOf } from '../../../src/core/report/tiles/trail.ts';
import {
  headlineThroughput,
  headlineTime,
  timeLabel,
  type Headline,
  type HeadlineTime,
} from '../../../src/core/report/words/headline.ts';
import { rateText } from '../../../src/core/report/words/load-words.ts';
import { responsesWords } from '../../words.ts';
import { measured } from './objectives.ts';
import { isTooEarly, tooEarlyRemark } from './live-rate.ts';
import { intervalWords, reliability } from './reliability.ts';
import { leadingStreamTiles, otherStreamTiles, tokenTiles, type NamedTile } from './streams/stream-tiles.ts';
import type { Tile } from '../kit/tiles.ts';

const labels = { median: 'p50', p95: 'p95', p99: 'p99' } as const;

/** Subject of the tiles: a whole run, or one of its targets. */
export interface TileSubject {
  readonly numbers: TileNumbers;
  /** Name of the target; absent for a whole run. */
  readonly target?: string;
}

/** Returns the headline numbers of a run: token times first for streams, otherwise throughput, p95, and success. */
export function runTiles(
  record: RunRecord,
  earlier: EarlierRuns | undefined,
  { numbers, target }: TileSubject = { numbers: record },
): Tile[] {
  const tile = (name: keyof typeof labels): NamedTile => ({ figure: labels[name], ...quantileTile(numbers, name) });
  const throughput: NamedTile = { figure: 'throughput', ...throughputTile(numbers) };
  const success: NamedTile = {
    figure: 'success',
    label: 'Success',
    value: formatPercent(numbers.successRatio),
    remark: `${formatCount(numbers.successes)} of ${formatCount(numbers.requestsSent)}`,
  };
  const total: NamedTile[] =
    numbers.totalMs === undefined ? [] : [{ figure: 'total', ...totalTile(record, numbers.totalMs) }];
  const tiles = hasStreams(numbers)
    ? [
        ...leading(leadingStreamTiles(numbers, record.tokenSource)),
        throughput,
        ...goodputTiles(numbers),
        latencyOf(tile('p95')),
        success,
        ...otherStreamTiles(numbers),
        ...total,
      ]
    : [
        ...leading([throughput, tile('p95'), success]),
        tile('median'),
        tile('p99'),
        ...goodputTiles(numbers),
        ...tokenTiles(numbers, record.tokenSource),
        ...total,
      ];
  const verdicts = verdictsOf(record, target);
  const shown = tiles.map(({ figure, ...rest }): Tile => {
    const trail = earlier === undefined ? undefined : trailOf(figure, numbers, earlier, target);
    const gauges = verdicts
      .filter(({ objective }) => figureRow(figure).metrics.includes(objective.metric))
      .map((verdict) => withoutRepeat(gaugeOf(verdict, numbers), rest.value));
    return { ...rest, ...(gauges.length > 0 && { gauges }), ...(trail && { trail }) };
  });
  const known = new Set(tiles.flatMap(({ figure }) => figureRow(figure).metrics));
  return [...shown, ...otherObjectives(verdicts, known, numbers)];
}

/** Beside the times of streams, a bare quantile would be of any of them: `Latency p95`. */
const latencyOf = (tile: NamedTile): NamedTile =>
  /^p\d/.test(tile.label) ? { ...tile, label: `Latency ${tile.label}` } : tile;

/** The rate of requests within all objectives; none without objectives on single requests. */
function goodputTiles({ goodputPerS = null, sloAttainment = null }: TileNumbers): NamedTile[] {
  if (goodputPerS === null) return [];
  const remark = `${formatPercent(sloAttainment)} of requests met every objective`;
  return [{ figure: 'goodput', label: 'Goodput', value: formatRate(goodputPerS), remark }];
}

/** The objectives of the run or of a target. Those of its only target are the run's, too. */
function verdictsOf({ objectives, targetCount }: RunRecord, target: string | undefined): readonly Verdict[] {
  return objectives.filter((verdict) =>
    target === undefined ? verdict.target === undefined || targetCount === 1 : verdict.target === target,
  );
}

/** Objectives of more metrics than these have no tile: the table of objectives has them all. */
const mostOther = 4;

/** Tiles of objectives whose number no other tile shows, those that aren't met first. */
function otherObjectives(verdicts: readonly Verdict[], known: ReadonlySet<string>, numbers: TileNumbers): Tile[] {
  const others = verdicts.filter(({ objective }) => !known.has(objective.metric));
  return [...others.filter(({ outcome }) => outcome !== 'pass'), ...others.filter(({ outcome }) => outcome === 'pass')]
    .slice(0, mostOther)
    .map((verdict) => {
      const value = measured(verdict);
      return {
        label: metricLabel(verdict.objective.metric),
        value,
        remark: '',
        unsure: verdict.outcome === 'not enough data' && verdict.objective.value !== null,
        gauges: [withoutRepeat(gaugeOf(verdict, numbers), value)],
      };
    });
}

/** The measured value of an objective isn't repeated, unless its tile shows another number. */
const withoutRepeat = (gauge: Gauge, value: string): Gauge =>
  withoutZeros(value) === gauge.measured ? { ...gauge, measured: '' } : gauge;

/** Returns the name of a metric as a label: `p99.9`, `Mean`, `TTFT p99`. */
function metricLabel(metric: string): string {
  const parts = splitMetric(metric);
  if (parts === undefined) return /^p\d/.test(metric) ? metric : capital(metric);
  const { time, statistic } = parts;
  return `${time === 'response' || time === 'stall' ? capital(time) : time.toUpperCase()} ${statistic}`;
}

const totalTile = ({ plan }: RunRecord, totalMs: number): Tile => ({
  label: 'Total time',
  value: formatS(totalMs / 1000),
  remark:
    plan.loadModel === 'closed'
      ? `concurrency ${formatCount(plan.concurrency)}`
      : plan.stages === undefined
        ? `max in flight ${formatCount(maxInFlightOf(plan))}`
        : `target rate ${rateText(plan.stages)}`,
});

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

const leading = <T extends Tile>(tiles: readonly T[]): T[] => tiles.map((tile) => ({ ...tile, lead: true }));

function throughputTile(numbers: Numbers): Tile {
  const { first, beside } = headlineThroughput(numbers);
  return beside === null
    ? { label: 'Throughput', value: formatRate(first), remark: responsesWords(numbers.responses) }
    : { label: 'Successes', value: formatRate(first), remark: `all responses: ${formatRate(beside)}` };
}

function quantileTile(record: TileNumbers, name: keyof typeof labels): Tile {
  const headline = headlineTime(record, name);
  const { of, times } = headline.first;
  const { reliable, words } =
    of === 'successes'
      ? reliability(times, name, (count) => `needs ${count} successes`, 'no success')
      : reliability(times, name);
  return { ...timeTile(headline, name, reliable ? intervalWords(words) : `not reliable: ${words}`), unsure: !reliable };
}

/** The headline time, with its reliability in the remark, then the other one. */
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
