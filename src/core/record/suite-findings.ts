import type { SweepFigures } from '../metrics/levels.ts';
import { leastCount, quantileShares } from '../metrics/statistics/quantiles.ts';
import { countOf, formatCount, formatMs, formatNumber, formatPercent } from '../format.ts';
import { targetText } from './suite-targets.ts';
import { type SuiteTargetResult } from './suite.ts';
import type { Finding, SuiteLevel } from './suite.ts';
import { formatChange, formatFactor } from '../format.ts';

/** Thresholds of the rules. The report shows them. */
const poorEfficiency = 0.5;
const littleGain = 0.1;
const longTail = 1.5;

/** Numbers of a suite that a rule uses. */
export interface SuiteNumbers {
  readonly levels: readonly SuiteLevel[];
  readonly figures: SweepFigures;
  readonly targets: readonly SuiteTargetResult[];
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
      ? `Requests/s grow to ${formatFactor(best.scalingFactor)} of a single request's at ${formatCount(best.concurrency)} at once, with an efficiency of ${formatPercent(best.efficiency)}.`
      : 'No level has more requests/s than a single request at a time.';
  return [{ text, rule: 'the level with the largest scaling factor' }];
};

/** If the last round of requests isn't full, the level can't reach its concurrency. */
const rounds: Rule = ({ levels }) =>
  levels.flatMap(({ concurrency, requests }) => {
    const needed = Math.ceil(requests / concurrency);
    if (needed === 0 || requests % concurrency === 0) return [];
    return [
      {
        text: `At ${formatCount(concurrency)} at once ${countOf(requests, 'request')} take ${countOf(needed, 'round')}, the last one not full: scaling can hardly be above ${formatFactor(requests / needed)}.`,
        rule: 'the requests of a level are no multiple of its concurrency',
      },
    ];
  });

const efficiency: Rule = ({ figures }) => {
  const first = figures.levels.find((level) => level.efficiency !== null && level.efficiency < poorEfficiency);
  const rule = `the first level whose efficiency (scaling / concurrency) is below ${formatPercent(poorEfficiency)}`;
  if (first === undefined) return [];
  return [
    {
      text: `Efficiency falls to ${formatPercent(first.efficiency)} at ${formatCount(first.concurrency)} at once.`,
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
        text: `From ${formatCount(before.concurrency)} to ${formatCount(level.concurrency)} at once requests/s change by ${formatChange(gain)}, mean latency by ${formatChange(cost)}.`,
        rule: `a level that adds less than ${formatPercent(littleGain)} to the requests/s of the level before, and more to latency`,
      },
    ];
  });

const perUser: Rule = ({ levels }) => {
  const single = levels.find(({ concurrency }) => concurrency === 1)?.tokensPerS;
  const last = levels.at(-1);
  if (single === null || single === undefined || last === undefined || last.tokensPerS === null) return [];
  if (last.concurrency === 1) return [];
  const text = `At ${formatCount(last.concurrency)} at once each user gets ${formatNumber(last.tokensPerS / last.concurrency)} tokens/s, alone ${formatNumber(single)}.`;
  return [{ text, rule: 'tokens/s of the highest level, shared among its users, against a single request' }];
};

const tail: Rule = ({ levels }) =>
  levels.flatMap(({ concurrency, p50Ms, p95Ms }) =>
    p50Ms === null || p95Ms === null || p95Ms <= longTail * p50Ms
      ? []
      : [
          {
            text: `At ${formatCount(concurrency)} at once the p95 (${formatMs(p95Ms)}) is ${formatFactor(p95Ms / p50Ms)} the median.`,
            rule: `a level whose p95 is above ${String(longTail)} × its median`,
          },
        ],
  );

const failures: Rule = ({ levels }) => {
  const failed = levels.filter((level) => level.failed > 0);
  if (failed.length === 0) return [{ text: 'No request failed.', rule: 'failed requests of all levels' }];
  const text = `${failed.map((level) => `${countOf(level.failed, 'request')} failed at ${formatCount(level.concurrency)} at once`).join(', ')}.`;
  return [{ text, rule: 'failed requests of all levels' }];
};

const peak: Rule = ({ figures: { usl } }) =>
  usl === null
    ? []
    : [
        {
          text: `By the scalability law requests/s peak at ${formatCount(usl.peakConcurrency)} at once.`,
          rule: 'shown with R² above 0.9 and a peak within twice the tested range',
        },
      ];

const useLevel: Rule = ({ figures }) => {
  const { concurrency } = figures.recommended;
  const level = figures.levels.find((each) => each.concurrency === concurrency);
  if (level === undefined) return [];
  const rule = 'the largest level whose trade-off is good: throughput gains at least what latency loses';
  if (level.concurrency === 1)
    return [
      { text: 'Send one request at a time: no higher level gains as much throughput as it costs latency.', rule },
    ];
  const text = `Send ${formatCount(level.concurrency)} at once: ${formatChange(level.throughputGain)} requests/s for ${formatChange(level.latencyPenalty)} mean latency.`;
  return [{ text, rule }];
};

const queueAbove: Rule = ({ figures }) => {
  const { concurrency } = figures.recommended;
  const poor = figures.levels.find(
    (level) => level.tradeOff === 'poor' && level.concurrency > (concurrency ?? Infinity),
  );
  if (poor === undefined || concurrency === null) return [];
  return [
    {
      text: `Let more than ${formatCount(concurrency)} wait in a queue: at ${formatCount(poor.concurrency)} at once mean latency changes by ${formatChange(poor.latencyPenalty)}, throughput by ${formatChange(poor.throughputGain)}.`,
      rule: 'the first level above the recommended one whose trade-off is poor',
    },
  ];
};

const goHigher: Rule = ({ figures, levels }) => {
  const last = levels.at(-1)?.concurrency;
  if (last === undefined || last === 1 || figures.recommended.concurrency !== last) return [];
  return [
    {
      text: `Measure more than ${formatCount(last)} at once: the highest level still has a good trade-off, so the limit was not reached.`,
      rule: 'the recommended level is the highest that was measured',
    },
  ];
};

const mendFailures: Rule = ({ levels }) =>
  levels.some(({ failed }) => failed > 0)
    ? [{ text: 'Mend the failures before you rely on any rate.', rule: 'any request failed' }]
    : [];

const missedTargets: Rule = ({ targets }) =>
  targets
    .filter(({ pass }) => !pass)
    .map((target) => ({
      text: `${target.metric} should be ${targetText(target)} and ${target.achieved === null ? 'could not be measured' : `is ${formatNumber(target.achieved)}`}.`,
      rule: 'a target that was not met',
    }));

const moreRequests: Rule = ({ levels }) => {
  const least = leastCount(quantileShares.p95);
  const fewest = Math.min(...levels.map(({ requests }) => requests));
  if (!Number.isFinite(fewest) || fewest >= least) return [];
  return [
    {
      text: `Do not rely on a p95 or p99 of this suite: it takes ${formatCount(least)} requests for a p95, the smallest level has ${formatCount(fewest)}. loadlens run --levels sends as many as you want.`,
      rule: 'a level has fewer requests than a p95 needs for a 95% interval',
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
  applied([mendFailures, useLevel, queueAbove, goHigher, missedTargets, moreRequests], numbers);
