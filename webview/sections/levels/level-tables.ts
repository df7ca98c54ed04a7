import { hasStreams } from '../../../src/core/metrics/streams.ts';
import { succeeds, type LevelFigures } from '../../../src/core/metrics/levels.ts';
import type { Distribution, QuantileName } from '../../../src/core/metrics/types.ts';
import type { Verdict } from '../../../src/core/vocabulary.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs, formatPercent, formatRate, noValue } from '../../../src/core/format.ts';
import { formatChange, formatFactor } from '../../../src/core/format.ts';
import type { Levels } from '../../../src/core/report/charts/levels.ts';
import { createTable, type Cell, type Column, type Table } from '../../table.ts';
import { outcomeWords } from '../run/objectives.ts';
import { reliability } from '../run/reliability.ts';

const number = (title: string): Column => ({ title, kind: 'number' });

/** Creates the table of all levels. */
export function levelTable(levels: readonly RunRecord[], asStreams = levels.some(hasStreams)): Table {
  return createTable(
    'Levels',
    [
      { title: 'Concurrency', kind: 'words' },
      number('Requests'),
      number('Success'),
      number('Throughput'),
      number('Tokens'),
      number('p50'),
      number('p95'),
      number('p99'),
      ...(asStreams ? [number('TTFT p95'), number('TPOT p50')] : []),
    ],
    levelRows(levels, asStreams),
  );
}

/** Returns the rows of the table of levels. */
export function levelRows(levels: readonly RunRecord[], asStreams = levels.some(hasStreams)): Cell[][] {
  return levels.map((level) => [
    formatCount(level.plan.concurrency),
    formatCount(level.requestsSent),
    formatPercent(level.successRatio),
    formatRate(level.successThroughputPerS),
    level.outputTokensPerS === null ? noValue : formatRate(level.outputTokensPerS, 'tokens'),
    ...(['median', 'p95', 'p99'] as const).map((name) => quantileCell(level.successLatencyMs, name)),
    ...(asStreams ? [quantileCell(level.ttftMs, 'p95'), quantileCell(level.tpotMs, 'median')] : []),
  ]);
}

/** Returns a quantile, with the number of responses that it needs if it's unreliable. */
function quantileCell(distribution: Distribution | undefined, name: QuantileName): Cell {
  if (distribution === undefined || distribution.count === 0) return noValue;
  const text = formatMs(distribution[name]);
  const { reliable, words } = reliability(distribution, name);
  return reliable ? text : { text, remark: words };
}

/** Creates the table that compares each level with concurrency 1. */
export function scalingTable({ levels, figures }: Levels): Table {
  const tokens = levels.some(({ outputTokensPerS }) => outputTokensPerS !== null);
  return createTable(
    'Scaling',
    [
      { title: 'Concurrency', kind: 'words' },
      number('Scaling'),
      ...(tokens ? [number('Scaling of tokens')] : []),
      number('Efficiency'),
      number('Throughput gain'),
      number('Latency penalty'),
      number('Gain / penalty'),
      { title: 'Trade-off', kind: 'words' },
    ],
    figures.levels.map((level, i): Cell[] => [
      formatCount(level.concurrency),
      formatFactor(level.scalingFactor),
      ...(tokens ? [formatFactor(level.tokenScalingFactor)] : []),
      formatPercent(level.efficiency),
      level.concurrency === 1 ? noValue : formatChange(level.throughputGain),
      level.concurrency === 1 ? noValue : formatChange(level.latencyPenalty),
      level.tradeOffRatio?.toFixed(2) ?? (level.tradeOff === null ? noValue : 'no penalty'),
      tradeOffCell(level, levels[i]),
    ]),
  );
}

/** Returns the trade-off verdict, or why there is none. */
function tradeOffCell({ concurrency, tradeOff }: LevelFigures, level: RunRecord | undefined): Cell {
  if (tradeOff !== null) return tradeOff === 'good' ? 'good' : 'poor';
  const failed = concurrency > 1 && level !== undefined && !succeeds(level);
  return failed ? { text: noValue, remark: 'too few successes' } : noValue;
}

/** Creates the table of objectives by level; null without any. */
export function levelObjectives(levels: readonly RunRecord[]): Table | null {
  const texts = [...new Set(levels.flatMap(({ objectives }) => objectives.map(({ objective }) => objective.text)))];
  if (texts.length === 0) return null;
  return createTable(
    'Objectives by level',
    [
      { title: 'Concurrency', kind: 'words' },
      ...texts.map((title): Column => ({ title, kind: 'words' })),
      number('Attainment'),
      number('Goodput'),
    ],
    levels.map((level) => [
      formatCount(level.plan.concurrency),
      ...texts.map((text) => outcomeWords(worst(level.objectives.filter(({ objective }) => objective.text === text)))),
      formatPercent(level.sloAttainment),
      formatRate(level.goodputPerS),
    ]),
  );
}

function worst(verdicts: readonly Verdict[]): Verdict['outcome'] {
  const outcomes = new Set(verdicts.map(({ outcome }) => outcome));
  return (['fail', 'not enough data'] as const).find((worse) => outcomes.has(worse)) ?? 'pass';
}
