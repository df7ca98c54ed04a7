import { formatCount, formatMs, formatNumber, formatRate, noValue } from '../../../format.ts';
import type { RunRecord } from '../../../record/run.ts';
import { levelName, shortLevel } from '../../../record/sweeps/level-words.ts';
import { operatingPointOf } from '../../../record/sweeps/operating-point.ts';
import { marked } from '../../tables/tables.ts';
import { namedAxis, valueAxis } from '../axes.ts';
import type { ChartAxis, ChartContent, Marker, Point, Series } from '../content.ts';
import { limitsOf, type Levels } from '../levels.ts';

type Streamed = RunRecord & Required<Pick<RunRecord, 'ttftMs' | 'tpotMs'>> & { readonly outputTokensPerS: number };

const isStreamed = (level: RunRecord): level is Streamed =>
  level.ttftMs !== undefined && level.tpotMs !== undefined && level.outputTokensPerS !== null && level.successes > 0;

/** Returns the charts of a sweep of a language model server: what output tokens cost, and goodput; none of a single level. */
export function tokenCharts(sweep: Levels): ChartContent[] {
  const levels = sweep.levels.filter(isStreamed);
  if (levels.length < 2) return [];
  const point = operatingPointOf(sweep);
  const markers = levels
    .filter((level) => level === point?.level)
    .map((level) => ({
      x: level.outputTokensPerS,
      label: `${point?.rule === 'goodput' ? 'best operating point' : 'operating point'}: ${levelName(level.plan)}`,
    }));
  return [ttftByTokens(levels, markers), speedByTokens(levels, markers), ...goodputByLevel(levels)];
}

/** The output tokens per second of all users. */
const totalAxis = (levels: readonly Streamed[]): ChartAxis => ({
  ...valueAxis('Output tokens per second', Math.max(...levels.map((level) => level.outputTokensPerS)), formatNumber),
  text: (value) => formatRate(value, 'tokens'),
});

const pointsOf = (levels: readonly Streamed[], of: (level: Streamed) => number | null, named = true): Point[] =>
  levels.map((level) => ({
    x: level.outputTokensPerS,
    y: of(level),
    ...(named && { name: shortLevel(level.plan) }),
    note: `${levelName(level.plan)}, ${formatCount(level.successes)} successes`,
  }));

function ttftByTokens(levels: readonly Streamed[], markers: readonly Marker[]): ChartContent {
  const largest = Math.max(0, ...levels.map(({ ttftMs }) => ttftMs.p95 ?? 0));
  const objectives = (levels[0]?.plan.objectives ?? []).filter(
    ({ metric, operator }) => metric === 'ttft.p95' && operator.startsWith('<'),
  );
  const { near, top, remark } = limitsOf(objectives, largest);
  const [first, last] = [levels[0], levels.at(-1)];
  const at = (level: Streamed | undefined): string =>
    `${formatMs(level?.ttftMs.p95 ?? null)} at ${formatRate(level?.outputTokensPerS ?? null, 'tokens')}`;
  const title = 'TTFT against output tokens';
  return {
    title,
    summary: `TTFT p95 goes from ${at(first)} to ${at(last)}.`,
    series: [
      {
        label: 'TTFT p95, labeled with its level',
        color: 'blue',
        look: 'line',
        dots: true,
        points: pointsOf(levels, ({ ttftMs }) => ttftMs.p95),
      },
      {
        label: 'TTFT p50',
        color: 'green',
        look: 'dashed',
        dots: true,
        points: pointsOf(levels, ({ ttftMs }) => ttftMs.median, false),
      },
    ],
    x: totalAxis(levels),
    y: valueAxis('TTFT', top, formatMs),
    markers,
    limits: near,
    remark,
    table: {
      title,
      columns: ['Level', 'Output tokens', 'TTFT p50', 'TTFT p95'],
      rows: levels.map((level) => [
        levelName(level.plan),
        formatRate(level.outputTokensPerS, 'tokens'),
        marked(level.ttftMs, 'median'),
        marked(level.ttftMs, 'p95'),
      ]),
    },
  };
}

const inverse = (tpotMs: number | null): number | null => (tpotMs === null || tpotMs <= 0 ? null : 1000 / tpotMs);

function speedByTokens(levels: readonly Streamed[], markers: readonly Marker[]): ChartContent {
  const lines: { readonly label: string; readonly of: (level: Streamed) => number | null }[] = [
    { label: 'p50, labeled with its level', of: ({ tpotMs }) => inverse(tpotMs.median) },
    { label: 'p5 (1 / TPOT p95)', of: ({ tpotMs }) => inverse(tpotMs.p95) },
  ];
  const largest = Math.max(0, ...levels.flatMap((level) => lines.map(({ of }) => of(level) ?? 0)));
  const [first, last] = [levels[0], levels.at(-1)];
  const speedAt = (level: Streamed | undefined): string =>
    `${formatRate(inverse(level?.tpotMs.median ?? null), 'tokens')} per user with ${formatRate(level?.outputTokensPerS ?? null, 'tokens')} in all`;
  const title = 'Output tokens of one user against all users';
  const series = lines.map(({ label, of }, index): Series => ({
    label,
    color: index === 0 ? 'blue' : 'yellow',
    look: index === 0 ? 'line' : 'dashed',
    dots: true,
    points: pointsOf(levels, of, index === 0),
  }));
  return {
    title,
    summary: `From ${speedAt(first)} to ${speedAt(last)}.`,
    series,
    x: totalAxis(levels),
    y: valueAxis('Tokens/s of one user', largest, formatNumber),
    markers,
    table: {
      title,
      columns: ['Level', 'All users', 'One user p50', 'One user p5', 'TPOT p50', 'TPOT p95'],
      rows: levels.map((level) => [
        levelName(level.plan),
        formatRate(level.outputTokensPerS, 'tokens'),
        ...lines.map(({ of }) => formatRate(of(level), 'tokens')),
        marked(level.tpotMs, 'median'),
        marked(level.tpotMs, 'p95'),
      ]),
    },
  };
}

/** Returns goodput and all successes at each level; none without objectives on single requests. */
function goodputByLevel(levels: readonly Streamed[]): ChartContent[] {
  if (levels.every(({ goodputPerS }) => goodputPerS === null)) return [];
  const lineOf = (of: (level: Streamed) => number | null): Point[] => levels.map((level, x) => ({ x, y: of(level) }));
  const most = Math.max(0, ...levels.map(({ successThroughputPerS }) => successThroughputPerS ?? 0));
  const best = levels.reduce((a, b) => ((b.goodputPerS ?? 0) > (a.goodputPerS ?? 0) ? b : a));
  const title = 'Goodput by level';
  return [
    {
      title,
      summary: `Highest goodput: ${formatRate(best.goodputPerS)} at ${levelName(best.plan)}.`,
      series: [
        {
          label: 'Successes',
          color: 'blue',
          look: 'dashed',
          dots: true,
          points: lineOf(({ successThroughputPerS }) => successThroughputPerS),
        },
        {
          label: 'Goodput',
          color: 'green',
          look: 'line',
          dots: true,
          points: lineOf(({ goodputPerS }) => goodputPerS),
        },
      ],
      x: namedAxis(
        'Level',
        levels.map(({ plan }) => shortLevel(plan)),
      ),
      y: valueAxis('Requests per second', most, formatRate),
      table: {
        title,
        columns: ['Level', 'Successes', 'Goodput', 'Attainment'],
        rows: levels.map((level) => [
          levelName(level.plan),
          formatRate(level.successThroughputPerS),
          formatRate(level.goodputPerS),
          level.sloAttainment === null ? noValue : `${(100 * level.sloAttainment).toFixed(1)}%`,
        ]),
      },
    },
  ];
}
