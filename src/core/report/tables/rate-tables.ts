import { formatCount, formatMs, formatNumber, formatPercent, formatRate, noValue } from '../../format.ts';
import { succeeds } from '../../metrics/levels.ts';
import type { Distribution, QuantileName } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import { shortRate } from '../../record/sweeps/level-words.ts';
import { achievedPerS, isJudged, isOverSaturated, keptUp, rateOf } from '../../record/sweeps/rate-levels.ts';
import { objectivesCell } from './sweep-tables.ts';
import { headlineTime } from '../words/headline.ts';
import { marked, type Table } from './tables.ts';

/** Returns the state of a level: whether the server kept up. */
function stateOf(level: RunRecord): string {
  if (isOverSaturated(level)) return level.saturation?.endedEarly ? 'over-saturated, ended early' : 'over-saturated';
  if (!succeeds(level)) return 'too few successes';
  if (keptUp(level)) return 'kept up';
  return rateOf(level) === Infinity || isJudged(level) ? noValue : 'too short to tell';
}

const tokensOf = (levels: readonly RunRecord[]): boolean =>
  levels.some(({ outputTokensPerS }) => outputTokensPerS !== null);

/** Response time from the start of the run says nothing about a level whose requests were all due at once. */
const timeOf = (level: RunRecord, name: QuantileName): string =>
  rateOf(level) === Infinity ? noValue : marked(headlineTime(level, name).first.times, name);

const markedOf = (distribution: Distribution | undefined, name: QuantileName): string =>
  distribution === undefined ? noValue : marked(distribution, name);

const noteOf = (levels: readonly RunRecord[]): string =>
  `Achieved: successes/s while requests became due. Response time: from the scheduled time${levels.every(({ successes, responses }) => successes === responses) ? '' : ', or latency of successes if that is longer'}.`;
const doubtNote = (rows: readonly (readonly string[])[]): string =>
  rows.flat().some((cell) => cell.endsWith(' ?')) ? ' ? = too few requests to rely on.' : '';

/** Returns the table of a sweep over arrival rates, for a terminal. */
export function rateTable(levels: readonly RunRecord[]): Table {
  const streams = levels.some(({ ttftMs }) => ttftMs !== undefined);
  const rows = levels.map((level) => [
    shortRate(rateOf(level)),
    `${formatNumber(achievedPerS(level))}/s`,
    formatPercent(level.successRatio),
    ...(['median', 'p95', 'p99'] as const).map((name) => timeOf(level, name)),
    ...(streams ? [markedOf(level.ttftMs, 'p95'), markedOf(level.tpotMs, 'p95')] : []),
    formatCount(level.backlog?.max ?? null),
    stateOf(level),
  ]);
  return {
    title: 'Rates',
    columns: [
      'Target',
      'Achieved',
      'Success',
      'Response p50',
      'Response p95',
      'Response p99',
      ...(streams ? ['TTFT p95', 'TPOT p95'] : []),
      'Backlog',
      'State',
    ],
    words: ['State'],
    rows,
    note: noteOf(levels) + doubtNote(rows),
  };
}

/** Objectives on a level whose requests were all due at once say as little as its response times. */
const objectivesOf = (level: RunRecord): string => (rateOf(level) === Infinity ? noValue : objectivesCell(level));

/** Returns everything about the levels of a sweep over arrival rates in one table. Too wide for a terminal. */
export function wholeRateTable(levels: readonly RunRecord[]): Table {
  const streams = levels.some(({ ttftMs }) => ttftMs !== undefined);
  const tokens = tokensOf(levels);
  const judged = levels.some(({ objectives }) => objectives.length > 0);
  const attained = levels.some(({ sloAttainment }) => sloAttainment !== null);
  const unsent = levels.some(({ backlog }) => (backlog?.unsent ?? 0) > 0);
  // With those of streams, the table would be wider than a panel.
  const times = streams ? (['median', 'p95'] as const) : (['median', 'p95', 'p99'] as const);
  const rows = levels.map((level) => [
    shortRate(rateOf(level)),
    formatRate(achievedPerS(level)),
    formatPercent(level.successRatio),
    stateOf(level),
    ...(judged ? [objectivesOf(level)] : []),
    ...(attained ? [formatPercent(level.sloAttainment)] : []),
    ...times.map((name) => timeOf(level, name)),
    ...(streams
      ? [markedOf(level.ttftMs, 'median'), markedOf(level.ttftMs, 'p95'), markedOf(level.tpotMs, 'p95')]
      : [formatMs(level.latencyMs.median)]),
    formatCount(level.requestsSent),
    ...(tokens ? [formatNumber(level.outputTokensPerS)] : []),
    formatCount(level.backlog?.max ?? null),
    ...(unsent ? [formatCount(level.backlog?.unsent ?? null)] : []),
  ]);
  return {
    title: 'Rates',
    columns: [
      'Target',
      'Achieved',
      'Success',
      'State',
      ...(judged ? ['Objectives'] : []),
      ...(attained ? ['Attainment'] : []),
      'Response p50',
      'Response p95',
      ...(streams ? [] : ['Response p99']),
      ...(streams ? ['TTFT p50', 'TTFT p95', 'TPOT p95'] : ['Latency p50']),
      'Requests',
      ...(tokens ? ['Tokens/s'] : []),
      'Backlog',
      ...(unsent ? ['Unsent'] : []),
    ],
    words: ['Objectives', 'State'],
    rows,
    note: noteOf(levels) + doubtNote(rows),
  };
}
