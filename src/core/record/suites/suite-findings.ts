import type { SweepFigures } from '../../metrics/levels.ts';
import { leastCount, quantileShares } from '../../metrics/statistics/quantiles.ts';
import { countOf, formatCount, formatMs, formatNumber, formatPercent } from '../../format.ts';
import { closeToLimit } from '../sweeps/level-words.ts';
import { goalText } from './suite-goals.ts';
import { type SuiteGoalResult } from './suite.ts';
import type { Finding, SuiteLevel } from './suite.ts';
import { formatChange, formatFactor } from '../../format.ts';

/** Thresholds of the rules. The report shows them. */
const poorEfficiency = 0.5;
const littleGain = 0.1;
const longTail = 1.5;

/** Numbers of a suite that a rule uses. */
export interface SuiteNumbers {
  readonly levels: readonly SuiteLevel[];
  readonly figures: SweepFigures;
  readonly targets: readonly SuiteGoalResult[];
}

type Rule = (numbers: SuiteNumbers) => Finding[];

/** Returns the relative change between two levels; null if it can't be computed. */
export const changeFrom = (before: number | null | undefined, after: number | null): number | null =>
  before === null || before === undefined || before === 0 || after === null ? null : after / before - 1;

const scaling: Rule = ({ figures }) => {
  const best = figures.levels
    .filter(({ concurrency, scalingFactor }) => concurrency > 1 && scalingFactor !== null)
    .toSorted((a, b) => (b.scalingFactor ?? 0) - (a.scalingFactor ?? 0))[0];
  if (best?.scalingFactor === null || best === undefined) return [];
  const text =
    best.scalingFactor > 1
      ? `Throughput at concurrency ${formatCount(best.concurrency)} is ${formatFactor(best.scalingFactor)} that of concurrency 1 (efficiency ${formatPercent(best.efficiency)}).`
      : 'No level has higher throughput than concurrency 1.';
  return [{ text, rule: 'the level with the largest scaling factor' }];
};

/** If the last round of requests isn't full, the level can't reach its concurrency. */
const rounds: Rule = ({ levels }) =>
  levels.flatMap(({ concurrency, requests }) => {
    const needed = Math.ceil(requests / concurrency);
    if (needed === 0 || requests % concurrency === 0) return [];
    return [
      {
        text: `At concurrency ${formatCount(concurrency)}, ${countOf(requests, 'request')} take ${countOf(needed, 'round')} and the last round isn't full. Scaling is limited to about ${formatFactor(requests / needed)}.`,
        rule: "the number of requests isn't a multiple of the concurrency",
      },
    ];
  });

const efficiency: Rule = ({ figures }) => {
  const first = figures.levels.find((level) => level.efficiency !== null && level.efficiency < poorEfficiency);
  const rule = `the first level whose efficiency (scaling / concurrency) is below ${formatPercent(poorEfficiency)}`;
  if (first === undefined) return [];
  return [
    {
      text: `Efficiency drops to ${formatPercent(first.efficiency)} at concurrency ${formatCount(first.concurrency)}.`,
      rule,
    },
  ];
};

const diminishing: Rule = ({ levels }) =>
  levels.flatMap((level, index) => {
    const before = levels[index - 1];
    const gain = changeFrom(before?.requestsPerS, level.requestsPerS);
    const cost = changeFrom(before?.meanMs, level.meanMs);
    if (before === undefined || gain === null || cost === null || gain >= littleGain || cost <= gain) return [];
    return [
      {
        text: `From concurrency ${formatCount(before.concurrency)} to ${formatCount(level.concurrency)}: throughput ${formatChange(gain)}, mean latency ${formatChange(cost)}.`,
        rule: `a level that adds less than ${formatPercent(littleGain)} throughput to the previous level, and more to latency`,
      },
    ];
  });

const perUser: Rule = ({ levels }) => {
  const single = levels.find(({ concurrency }) => concurrency === 1)?.tokensPerS;
  const last = levels.at(-1);
  if (single === null || single === undefined || last === undefined || last.tokensPerS === null) return [];
  if (last.concurrency === 1) return [];
  const text = `At concurrency ${formatCount(last.concurrency)}, each request gets ${formatNumber(last.tokensPerS / last.concurrency)} tokens/s, compared with ${formatNumber(single)} at concurrency 1.`;
  return [{ text, rule: 'tokens/s of the highest level divided by its concurrency, compared with concurrency 1' }];
};

const tail: Rule = ({ levels }) =>
  levels.flatMap(({ concurrency, p50Ms, p95Ms }) =>
    p50Ms === null || p95Ms === null || p95Ms <= longTail * p50Ms
      ? []
      : [
          {
            text: `At concurrency ${formatCount(concurrency)}, p95 (${formatMs(p95Ms)}) is ${formatFactor(p95Ms / p50Ms)} p50.`,
            rule: `a level whose p95 is above ${String(longTail)} × its p50`,
          },
        ],
  );

const failures: Rule = ({ levels }) => {
  const failed = levels.filter((level) => level.failed > 0);
  if (failed.length === 0) return [{ text: 'No request failed.', rule: 'failed requests of all levels' }];
  const text = `${failed.map((level) => `${countOf(level.failed, 'request')} failed at concurrency ${formatCount(level.concurrency)}`).join(', ')}.`;
  return [{ text, rule: 'failed requests of all levels' }];
};

const peak: Rule = ({ figures: { usl } }) =>
  usl === null
    ? []
    : [
        {
          text: `USL peak: concurrency ${formatCount(usl.peakConcurrency)}.`,
          rule: 'shown with R² above 0.9 and a peak within twice the tested range',
        },
      ];

const useLevel: Rule = ({ figures }) => {
  const { concurrency } = figures.recommended;
  const level = figures.levels.find((each) => each.concurrency === concurrency);
  if (level === undefined) return [];
  const rule = 'the highest level with a good trade-off (throughput gain at least as large as the latency increase)';
  const text =
    level.concurrency === 1
      ? 'Use concurrency 1. No higher level gains as much throughput as it adds latency.'
      : `Use concurrency ${formatCount(level.concurrency)}: throughput ${formatChange(level.throughputGain)}, mean latency ${formatChange(level.latencyPenalty)}.`;
  return [{ text: [text, ...closeToLimit(figures)].join(' '), rule }];
};

const queueAbove: Rule = ({ figures }) => {
  const { concurrency } = figures.recommended;
  const poor = figures.levels.find(
    (level) => level.tradeOff === 'poor' && level.concurrency > (concurrency ?? Infinity),
  );
  if (poor === undefined || concurrency === null) return [];
  return [
    {
      text: `Queue requests above concurrency ${formatCount(concurrency)}: at ${formatCount(poor.concurrency)}, mean latency ${formatChange(poor.latencyPenalty)}, throughput ${formatChange(poor.throughputGain)}.`,
      rule: 'the first level above the recommended one with a poor trade-off',
    },
  ];
};

const goHigher: Rule = ({ figures, levels }) => {
  const last = levels.at(-1)?.concurrency;
  if (last === undefined || last === 1 || figures.recommended.concurrency !== last) return [];
  return [
    {
      text: `Measure concurrency above ${formatCount(last)}. The highest level still has a good trade-off, so the limit wasn't reached.`,
      rule: 'the recommended level is the highest measured level',
    },
  ];
};

const mendFailures: Rule = ({ levels }) =>
  levels.some(({ failed }) => failed > 0)
    ? [{ text: 'Fix failed requests before relying on these rates.', rule: 'any request failed' }]
    : [];

const missedGoals: Rule = ({ targets }) =>
  targets
    .filter(({ pass }) => !pass)
    .map((goal) => ({
      text: `Goal not met: ${goal.metric} ${goalText(goal)}, measured ${goal.achieved === null ? '–' : formatNumber(goal.achieved)}.`,
      rule: "a goal that wasn't met",
    }));

const moreRequests: Rule = ({ levels }) => {
  const least = leastCount(quantileShares.p95);
  const fewest = Math.min(...levels.map(({ requests }) => requests));
  if (!Number.isFinite(fewest) || fewest >= least) return [];
  return [
    {
      text: `Don't rely on the p95 or p99 of this suite. A p95 requires ${formatCount(least)} requests; the smallest level has ${formatCount(fewest)}. Use loadlens run --levels with -n to send more.`,
      rule: 'a level with fewer requests than the 95% interval of a p95 requires',
    },
  ];
};

const applied = (rules: readonly Rule[], numbers: SuiteNumbers): Finding[] =>
  rules.flatMap((rule) => (numbers.levels.length === 0 ? [] : rule(numbers)));

/** Returns the findings in the numbers. */
export const findingsOf = (numbers: SuiteNumbers): Finding[] =>
  applied([scaling, rounds, efficiency, diminishing, perUser, tail, peak, failures], numbers);

/** Returns recommendations for users of the server. */
export const recommendationsOf = (numbers: SuiteNumbers): Finding[] =>
  applied([mendFailures, useLevel, queueAbove, goHigher, missedGoals, moreRequests], numbers);
