import { succeeds, type LevelFigures } from '../../metrics/levels.ts';
import { failureSentences } from '../words/failure-reasons.ts';
import { earlyEnd } from '../words/early-end.ts';
import { statusWords } from '../words/outcome-words.ts';
import { lengthText, measurementError, mostConcurrent, provenance, warningFacts, warningNote } from '../words/facts.ts';
import {
  capital,
  countOf,
  formatChange,
  formatFactor,
  formatCount,
  formatMs,
  formatNumber,
  formatPercent,
  formatRate,
  noValue,
  withoutZeros,
} from '../../format.ts';
import { knownPromptSentences } from '../words/llm/known-prompts.ts';
import { unreadMetricsSentences } from '../words/unread-metrics.ts';
import { promptFacts } from '../words/prompt-facts.ts';
import { searchFacts } from '../words/search-words.ts';
import { serverNoteFacts, serverUseOf } from '../words/server-notes.ts';
import type { Distribution, QuantileName } from '../../metrics/types.ts';
import type { Verdict } from '../../vocabulary.ts';
import { levelName, levelsText, shortLevel } from '../../record/sweeps/level-words.ts';
import { skippedSentence } from '../../record/sweeps/rate-sentences.ts';
import type { SweepRecord } from '../../record/sweeps/sweep.ts';
import { serverGoneSentence } from '../server-gone.ts';
import { marked, verdictLabel, type Table } from './tables.ts';
import type { RunRecord } from '../../record/run.ts';

const hasTokens = (levels: readonly RunRecord[]): boolean =>
  levels.some(({ outputTokensPerS }) => outputTokensPerS !== null);

/** Returns the table of all levels. */
export function levelTable({ levels }: Pick<SweepRecord, 'levels'>): Table {
  const tokens = hasTokens(levels);
  const streams = levels.some(({ ttftMs }) => ttftMs !== undefined);
  const rows = levels.map((level) => {
    const { successLatencyMs: latency } = level;
    return [
      formatCount(level.plan.concurrency),
      formatCount(level.requestsSent),
      formatPercent(level.successRatio),
      formatRate(level.successThroughputPerS),
      ...(tokens ? [`${formatNumber(level.outputTokensPerS)}/s`] : []),
      formatMs(latency.mean),
      marked(latency, 'median'),
      marked(latency, 'p95'),
      marked(latency, 'p99'),
      ...(streams ? [markedOf(level.ttftMs, 'p95'), markedOf(level.tpotMs, 'p95')] : []),
    ];
  });
  return {
    title: 'Levels',
    columns: [
      'Concurrency',
      'Requests',
      'Success',
      'Throughput',
      ...(tokens ? ['Tokens'] : []),
      'Mean',
      'p50',
      'p95',
      'p99',
      ...(streams ? ['TTFT p95', 'TPOT p95'] : []),
    ],
    rows,
    note: `Throughput and latency are of successes.${isDoubtful(rows) ? ' ? = too few requests to rely on.' : ''}`,
  };
}

/** Returns everything about the levels in one table: what was measured, objectives, and scaling. Too wide for a terminal. */
export function wholeLevelTable({ levels, figures }: Pick<SweepRecord, 'levels' | 'figures'>): Table {
  const tokens = hasTokens(levels);
  const streams = levels.some(({ ttftMs }) => ttftMs !== undefined);
  const judged = levels.some(({ objectives }) => objectives.length > 0);
  const scaled = figures.levels.some(({ efficiency }) => efficiency !== null);
  const rows = levels.map((level, i) => {
    const scaling = figures.levels[i];
    return [
      formatCount(level.plan.concurrency),
      formatCount(level.requestsSent),
      formatPercent(level.successRatio),
      formatRate(level.successThroughputPerS),
      ...(tokens ? [formatRate(level.outputTokensPerS, 'tokens')] : []),
      ...(['median', 'p95', 'p99'] as const).map((name) => marked(level.successLatencyMs, name)),
      ...(streams ? [markedOf(level.ttftMs, 'p95'), markedOf(level.tpotMs, 'p95')] : []),
      ...(judged ? [objectivesCell(level), formatPercent(level.sloAttainment)] : []),
      ...(scaled ? [formatPercent(scaling?.efficiency ?? null), tradeOffCell(scaling, level)] : []),
    ];
  });
  const notes = [
    'Throughput and latency are of successes.',
    ...(scaled
      ? ['Efficiency: share of linear scaling. Trade-off: throughput gain / latency penalty, good if at least 1.']
      : []),
    ...(isDoubtful(rows) ? ['? = too few responses to rely on.'] : []),
  ];
  return {
    title: 'Levels',
    columns: [
      'Concurrency',
      'Requests',
      'Success',
      'Throughput',
      ...(tokens ? ['Tokens'] : []),
      'p50',
      'p95',
      'p99',
      ...(streams ? ['TTFT p95', 'TPOT p95'] : []),
      ...(judged ? ['Objectives', 'Attainment'] : []),
      ...(scaled ? ['Efficiency', 'Trade-off'] : []),
    ],
    words: ['Objectives', 'Trade-off'],
    rows,
    note: notes.join(' '),
  };
}

const isDoubtful = (rows: readonly (readonly string[])[]): boolean => rows.flat().some((cell) => cell.endsWith(' ?'));

const markedOf = (distribution: Distribution | undefined, name: QuantileName): string =>
  distribution === undefined ? noValue : marked(distribution, name);

/** Returns `met`, `missed`, or `missed: ttft.p95` if others weren't; or what couldn't be judged. */
export function objectivesCell({ objectives }: RunRecord): string {
  const metrics = new Set(objectives.map(({ objective }) => objective.metric));
  const isOnce = metrics.size === new Set(objectives.map(({ objective }) => objective.text)).size;
  const cell = (label: string, some: readonly Verdict[]): string => {
    const names = new Set(some.map(({ objective }) => (isOnce ? objective.metric : objective.text)));
    return some.length === objectives.length ? label : `${label}: ${[...names].join(', ')}`;
  };
  const of = (wanted: Verdict['outcome']): Verdict[] => objectives.filter(({ outcome }) => outcome === wanted);
  const [missed, unproven] = [of('fail'), of('not enough data')];
  if (missed.length > 0) return cell('missed', missed);
  const [open] = unproven;
  if (open !== undefined) return cell(verdictLabel(open), unproven);
  return objectives.length === 0 ? noValue : 'met';
}

function tradeOffCell(scaling: LevelFigures | undefined, level: RunRecord): string {
  if (scaling === undefined || scaling.concurrency === 1) return noValue;
  if (!succeeds(level)) return 'too few successes';
  return scaling.tradeOff === null ? noValue : `${scaling.tradeOff}, ${ratioText(scaling)}`;
}

/** Returns the table that compares each level with concurrency 1; without rows if that wasn't measured. */
export function scalingTable({ levels, figures }: Pick<SweepRecord, 'levels' | 'figures'>): Table {
  const tokens = hasTokens(levels);
  return {
    title: 'Scaling',
    columns: [
      'Concurrency',
      'Scaling',
      ...(tokens ? ['of tokens'] : []),
      'Efficiency',
      'Gain',
      'Penalty',
      'Ratio',
      'Trade-off',
    ],
    words: ['Trade-off'],
    rows: figures.levels.every(({ scalingFactor }) => scalingFactor === null)
      ? []
      : figures.levels.map((level) => [
          formatCount(level.concurrency),
          formatFactor(level.scalingFactor),
          ...(tokens ? [formatFactor(level.tokenScalingFactor)] : []),
          formatPercent(level.efficiency),
          formatChange(level.throughputGain),
          formatChange(level.latencyPenalty),
          ratioText(level),
          level.tradeOff ?? noValue,
        ]),
    note: 'Compared with concurrency 1. Ratio: throughput gain / latency penalty, good if at least 1.',
  };
}

/** Larger ratios aren't shown as numbers: the penalty is close to none. */
const farMore = 100;

/** Returns the ratio of gain and penalty: `1.51`, or `no penalty`. */
export function ratioText({ tradeOff, tradeOffRatio }: LevelFigures): string {
  if (tradeOffRatio !== null) return tradeOffRatio > farMore ? `> ${String(farMore)}` : tradeOffRatio.toFixed(2);
  return tradeOff === null ? noValue : 'no penalty';
}

/** Returns the table of objectives by level; without rows if there are none. */
export function levelObjectiveTable({ levels, rates }: Pick<SweepRecord, 'levels' | 'rates'>): Table {
  const texts = [...new Set(levels.flatMap(({ objectives }) => objectives.map(({ objective }) => objective.text)))];
  return {
    title: 'Objectives by level',
    columns: [rates === undefined ? 'Concurrency' : 'Target', ...texts, 'Attainment', 'Goodput'],
    words: texts,
    rows:
      texts.length === 0
        ? []
        : levels.map((level) => [
            shortLevel(level.plan),
            ...texts.map((wanted) => {
              const verdicts = level.objectives.filter(({ objective }) => objective.text === wanted);
              const unmet = verdicts.find(({ outcome }) => outcome !== 'pass');
              return unmet === undefined ? 'pass' : verdictLabel(unmet);
            }),
            formatPercent(level.sloAttainment),
            formatRate(level.goodputPerS),
          ]),
  };
}

/** Returns the fit of the Universal Scalability Law (USL), or why there is none. */
export function uslFacts({
  figures: { usl, uslNote },
}: Pick<SweepRecord, 'figures'>): [label: string, value: string][] {
  if (usl === null) return [['not shown', uslNote]];
  return [
    ['concurrency 1', formatRate(usl.lambda)],
    ['contention α', usl.alpha.toPrecision(3)],
    ['coherency β', usl.beta.toPrecision(3)],
    ['R²', usl.r2.toFixed(3)],
    ['peak', `${formatRate(usl.peakThroughputPerS)} at concurrency ${formatCount(usl.peakConcurrency)}`],
  ];
}

/** Returns sentences that a reader must know before the numbers: missing levels, failures, client limits. */
export function sweepNotes(sweep: SweepRecord): string[] {
  const { levels, planned, rates, search, rateSearch, unfinished } = sweep;
  const refused = levels.filter((level) => !succeeds(level)).map(({ plan }) => plan);
  return [
    ...((search ?? rateSearch) === undefined
      ? earlyEnd(
          'Sweep',
          sweep,
          `${formatCount(levels.length)} of ${countOf((rates?.planned ?? planned).length, 'level')}`,
        )
      : earlyEnd('Search', sweep, countOf(levels.length, 'run'))),
    ...(unfinished === undefined
      ? []
      : [
          `${capital(levelName(unfinished.plan))} had started (${countOf(unfinished.requestsSent, 'request')}): in the JSON report only.`,
        ]),
    ...(refused.length === 0
      ? []
      : [
          rates === undefined
            ? `${levelsText(refused)}: fewer than 90% of the requests succeeded. No trade-off, and never recommended.`
            : `${levelsText(refused)}: fewer than 90% of the requests succeeded, so the server doesn't hold this load.`,
        ]),
    ...(rates === undefined || rates.skipped.length === 0 ? [] : [skippedSentence(rates.skipped)]),
    ...levelFailures(levels),
    ...knownPromptSentences(levels),
    ...unreadMetricsSentences(levels),
    ...warningNote(levels),
  ];
}

/** Returns sentences on failures: levels without success, levels at which the server stopped responding, and reasons. */
function levelFailures(levels: readonly RunRecord[]): string[] {
  const dead = levels.filter(({ successes, requestsSent }) => successes === 0 && requestsSent > 0);
  const at = levelsText(dead.map(({ plan }) => plan));
  return [
    ...(dead.length === 0 || dead.length === levels.length ? [] : [`${at}: no request succeeded.`]),
    ...levels.flatMap((level) => {
      const sentence = serverGoneSentence(level, level.plan);
      return sentence === undefined ? [] : [`${capital(levelName(level.plan))}: ${sentence}`];
    }),
    ...failureSentences(levels),
  ];
}

/** Returns the facts that the result depends on: plan, methods, machine, software. */
export function sweepFacts(sweep: SweepRecord): [label: string, value: string][] {
  const [first] = sweep.levels;
  const last = mostConcurrent(sweep.levels);
  const servers = serversText(sweep.levels);
  const kept = new Set(['file', 'percentiles', 'output tokens', 'addresses', 'machine', 'software']);
  const timed = sweep.levels.filter(({ plan }) => !plan.atOnce);
  const lengths = new Set((timed.length > 0 ? timed : sweep.levels).map(({ plan }) => lengthText(plan)));
  const [length] = lengths;
  return [
    ['sweep', `${sweep.id}, ${sweep.startedAt}, ${statusWords[sweep.status]}`],
    [
      'plan',
      `${length === undefined || lengths.size > 1 ? '' : `${length} per level, `}pause of ${withoutZeros(formatMs(sweep.coolDownMs))} between levels`,
    ],
    ...searchFacts(sweep),
    ...(first === undefined ? [] : provenance(first).filter(([label]) => kept.has(label))),
    ...promptFacts(sweep.levels),
    ...(last === undefined ? [] : measurementError(last)),
    ...warningFacts(sweep.levels),
    ...(servers === '' ? [] : [['server', servers] satisfies [string, string]]),
    ...serverNoteFacts(sweep.levels),
  ];
}

/** Returns the resource usage of the server at each level. */
function serversText(levels: readonly RunRecord[]): string {
  return levels
    .flatMap((level) => {
      const use = serverUseOf(level);
      return use === undefined
        ? []
        : [`${levelName(level.plan)}: CPU ${formatPercent(use.cpuShare)} of a core, ${formatCount(use.rssMaxMiB)} MiB`];
    })
    .join('; ');
}
