import { formatMs, formatNumber, formatRate } from '../../format.ts';
import type { Distribution } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import { rateName, shortRate } from '../../record/sweeps/level-words.ts';
import { achievedPerS, isOverSaturated, rateOf } from '../../record/sweeps/rate-levels.ts';
import { headlineTime } from '../words/headline.ts';
import { marked } from '../tables/tables.ts';
import { logAxis, logPosition, spacedTicks, valueAxis } from './axes.ts';
import type { ChartContent, Limit, Point } from './content.ts';

/** Returns the charts of a sweep over arrival rates; none of a single finite rate. */
export function rateCharts(levels: readonly RunRecord[]): ChartContent[] {
  const finite = levels.filter((level) => rateOf(level) < Infinity && (achievedPerS(level) ?? 0) > 0);
  if (new Set(finite.map(rateOf)).size < 2) return [];
  return [
    achievedByTarget(levels),
    responseByRate(finite),
    ...(finite.some(({ ttftMs }) => ttftMs !== undefined)
      ? [timeByRate(finite, { noun: 'Time to first token', metrics: ['ttft'], of: ({ ttftMs }) => ttftMs })]
      : []),
    ...(finite.some(({ tpotMs }) => (tpotMs?.count ?? 0) > 0)
      ? [timeByRate(finite, { noun: 'Time per output token', metrics: ['tpot'], of: ({ tpotMs }) => tpotMs })]
      : []),
  ];
}

const rateAt = (place: number): string => shortRate(2 ** place);

const stateNote = (level: RunRecord): string => (isOverSaturated(level) ? 'over-saturated' : 'not over-saturated');

/** Returns the achieved rate at each target rate, with the line on which both are equal. */
export function achievedByTarget(levels: readonly RunRecord[]): ChartContent {
  const rows = levels
    .filter((level) => rateOf(level) < Infinity)
    .map((level) => ({ level, target: rateOf(level), achieved: achievedPerS(level) }));
  const atOnce = levels.find((level) => rateOf(level) === Infinity);
  const most = atOnce === undefined ? null : achievedPerS(atOnce);
  const targets = rows.map(({ target }) => target);
  const [low, high] = [Math.min(...targets), Math.max(...targets)];
  const values = [...targets, ...rows.map(({ achieved }) => achieved ?? 0), most ?? 0].filter((value) => value > 0);
  const limits: Limit[] =
    most === null || most <= 0 ? [] : [{ y: logPosition(most), label: `infinite rate: ${formatRate(most)}` }];
  const over = rows.find(({ level }) => isOverSaturated(level));
  const last = rows.at(-1);
  const title = 'Achieved rate by target rate';
  return {
    title,
    summary:
      last === undefined
        ? 'No rate yet.'
        : `At ${rateName(last.target)}, the server achieved ${formatRate(last.achieved)}.${over === undefined ? '' : ` Over-saturated from ${rateName(over.target)} on.`}`,
    series: [
      {
        label: 'Target',
        color: 'green',
        look: 'dashed',
        points: [low, high].map((rate) => ({ x: logPosition(rate), y: logPosition(rate) })),
      },
      {
        label: 'Achieved',
        color: 'blue',
        look: 'line',
        dots: true,
        points: rows.map(({ level, target, achieved }) => ({
          x: logPosition(target),
          y: achieved === null || achieved <= 0 ? null : logPosition(achieved),
          note: stateNote(level),
        })),
      },
    ],
    x: {
      title: 'Target rate',
      min: logPosition(low) - 0.2,
      max: logPosition(high) + 0.2,
      ticks: spacedTicks(targets.map(logPosition), rateAt),
      tick: rateAt,
      text: (place) => `Target ${rateAt(place)}`,
    },
    y: logAxis('Successes per second', Math.min(...values), Math.max(...values), formatNumber),
    limits,
    table: {
      title,
      columns: ['Target', 'Achieved'],
      rows: levels.map((level) => [shortRate(rateOf(level)), formatRate(achievedPerS(level))]),
    },
  };
}

/** Returns p50 and p95 of response time at the achieved rate of each level, with the objectives on it as lines. */
export const responseByRate = (levels: readonly RunRecord[]): ChartContent =>
  timeByRate(
    levels.filter((level) => rateOf(level) < Infinity),
    { noun: 'Response time', metrics: ['response'], of: (level, name) => headlineTime(level, name).first.times },
  );

/** A time that changes with the rate. */
interface TimeOfRate {
  readonly noun: string;
  /** Beginnings of the objectives on it: `ttft` of `ttft.p95`. */
  readonly metrics: readonly string[];
  readonly of: (level: RunRecord, name: 'median' | 'p95') => Distribution | undefined;
}

/** Returns p50 and p95 of a time at the achieved rate of each level, with the objectives on it as lines. */
function timeByRate(levels: readonly RunRecord[], { noun, metrics, of }: TimeOfRate): ChartContent {
  const rows = levels.flatMap((level) => {
    const [median, p95] = [of(level, 'median'), of(level, 'p95')];
    const achieved = achievedPerS(level);
    return median === undefined || median.count === 0 || p95 === undefined || achieved === null
      ? []
      : [{ level, times: { median, p95 }, achieved }];
  });
  const isRepeat = (at: number): boolean => {
    const [before, row] = [rows[at - 1], rows[at]];
    return before !== undefined && row !== undefined && rateOf(before.level) === rateOf(row.level);
  };
  const points = (name: 'median' | 'p95'): Point[] =>
    rows.map(({ level, times, achieved }, at) => ({
      x: achieved,
      y: (times[name][name] ?? 0) > 0 ? logPosition(times[name][name] ?? 0) : null,
      // A rate that was measured again has its name once.
      ...(name === 'p95' && !isRepeat(at) && { name: shortRate(rateOf(level)) }),
      note: `target ${shortRate(rateOf(level))}, ${stateNote(level)}`,
    }));
  const objectives = (levels[0]?.plan.objectives ?? []).flatMap(({ metric, operator, value, text }) =>
    operator.startsWith('<') && value !== null && value > 0 && metrics.some((start) => metric.startsWith(`${start}.`))
      ? [{ value, text }]
      : [],
  );
  const values = [
    ...rows.flatMap(({ times: { median, p95 } }) => [median.median ?? 0, p95.p95 ?? 0]),
    ...objectives.map(({ value }) => value),
  ].filter((value) => value > 0);
  const last = rows.at(-1);
  const title = `${noun} by achieved rate`;
  return {
    title,
    summary:
      last === undefined
        ? 'No rate yet.'
        : `At ${formatRate(last.achieved)}: p50 ${formatMs(last.times.median.median)}, p95 ${formatMs(last.times.p95.p95)}.`,
    series: [
      { label: 'p50', color: 'blue', look: 'line', dots: true, points: points('median') },
      {
        label: 'p95, labeled with the target rate',
        color: 'yellow',
        look: 'dashed',
        dots: true,
        points: points('p95'),
      },
    ],
    x: {
      ...valueAxis('Achieved rate, req/s', Math.max(0, ...rows.map(({ achieved }) => achieved)), formatNumber),
      text: formatRate,
    },
    y: logAxis(noun, Math.min(...values), Math.max(...values), formatMs),
    limits: objectives.map(({ value, text }) => ({ y: logPosition(value), label: text })),
    table: {
      title,
      columns: ['Target', 'Achieved', 'p50', 'p95'],
      rows: rows.map(({ level, times, achieved }) => [
        shortRate(rateOf(level)),
        formatRate(achieved),
        marked(times.median, 'median'),
        marked(times.p95, 'p95'),
      ]),
    },
  };
}
