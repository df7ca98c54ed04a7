import { earlyEnd } from '../words/early-end.ts';
import { failureSentences } from '../words/failure-reasons.ts';
import { warningNote } from '../words/facts.ts';
import { countOf, formatCount, formatMs, formatNumber, formatPercent, formatS, noValue } from '../../format.ts';
import type { Chapters } from '../formats/chapters.ts';
import { changeFrom } from '../../record/suites/suite-findings.ts';
import { goalText } from '../../record/suites/suite-goals.ts';
import {
  consistency,
  environmentFacts,
  filesSection,
  modelFacts,
  reliability,
  serverFact,
  suiteSubtitle,
} from './suite-parts.ts';
import type { Finding, SuiteLevel, ThroughputSuite } from '../../record/suites/suite.ts';
import { levelCharts } from '../charts/levels.ts';
import { formatChange, formatFactor } from '../../format.ts';
import { ratioText } from '../tables/sweep-tables.ts';
import { throughputVerdict } from './suite-verdict.ts';
import type { Table } from '../tables/tables.ts';

/** The report of the throughput suite: every section that the reference's has, in its order. */
export function throughputChapters(suite: ThroughputSuite): Chapters {
  const { model, runs, levels, figures } = suite;
  const single = levels.find(({ concurrency }) => concurrency === 1);
  return {
    title: `Throughput of ${model.name}`,
    subtitle: suiteSubtitle(suite),
    verdict: throughputVerdict(suite),
    sections: [
      { title: 'Overview', sentences: overview(suite) },
      { title: 'Model information', facts: modelFacts(model) },
      { title: 'Benchmark parameters', facts: parameterFacts(suite) },
      {
        title: 'Single request throughput',
        facts: single === undefined ? [['measured', 'nothing']] : levelFacts(single),
      },
      {
        title: 'Concurrent throughput',
        charts: levelCharts({ levels: runs, figures }),
        tables: levels.flatMap((level, index) =>
          level.concurrency === 1 ? [] : [changeTable(level, single, levels[index - 1])],
        ),
      },
      {
        title: 'Scaling of requests/s',
        tables: [scalingTable(suite, 'Requests/s', ({ requestsPerS }) => requestsPerS, 'scalingFactor')],
      },
      {
        title: 'Scaling of tokens/s',
        tables: [scalingTable(suite, 'Tokens/s', ({ tokensPerS }) => tokensPerS, 'tokenScalingFactor')],
      },
      { title: 'Latency against throughput', tables: [tradeOffTable(suite)] },
      { title: 'Goals', tables: [goalTable(suite)] },
      { title: 'Key findings', sentences: suite.findings.map(withRule) },
      { title: 'Recommendations', sentences: suite.recommendations.map(withRule) },
      consistency(suite),
      { title: 'Environment', facts: environmentFacts(suite.runs) },
      ...filesSection(suite.files),
    ],
  };
}

function overview(suite: ThroughputSuite): string[] {
  const { model, levels, figures, targets, workload, runs } = suite;
  const tested = levels.map(({ concurrency }) => formatCount(concurrency)).join(', ');
  const requests = levels.reduce((sum, level) => sum + level.requests, 0);
  const met = targets.filter(({ pass }) => pass).length;
  return [
    `Requests/s and tokens/s of ${model.name}, for single and for concurrent requests.`,
    ...(model.synthetic === true
      ? ['The weights are random: the text means nothing, the speed is that of a real model of this size.']
      : []),
    ...(levels.length === 0
      ? ['Nothing was measured.']
      : [
          `${countOf(requests, 'request')} at concurrency ${tested}. ${formatCount(met)} of ${countOf(targets.length, 'goal')} met.`,
        ]),
    ...(figures.recommended.concurrency === null
      ? []
      : [`Recommended concurrency: ${formatCount(figures.recommended.concurrency)}.`]),
    ...failureSentences(runs),
    ...warningNote(runs),
    ...earlyEnd('Suite', suite, `${formatCount(levels.length)} of ${countOf(workload.levels.length, 'level')}`),
  ];
}

/** Limits of the reference's workload. */
const referenceNote =
  "if requests aren't a multiple of the concurrency, the last round isn't full and scaling is too low; prompts repeat, which is faster with a prefix cache";

function parameterFacts({ workload }: ThroughputSuite): [label: string, value: string][] {
  const [single, ...others] = workload.levels;
  return [
    ['new tokens', `${formatCount(workload.maxNewTokens)} per request, not streamed`],
    ...(workload.preset === undefined
      ? []
      : [['preset', `the reference's: ${referenceNote}`] satisfies [string, string]]),
    [
      'prompts',
      `${workload.prompts.map((prompt) => `“${prompt}”`).join(', ')}${workload.preset === undefined ? '; each starts with a different number, so that none repeats' : ''}`,
    ],
    ['warm-up', `${countOf(workload.warmupRequests, 'request')} before each level, not counted`],
    ['single', `${countOf(single?.requests ?? 0, 'request')}, the first prompt`],
    [
      'concurrent',
      `${others.map(({ concurrency, requests }) => `${countOf(requests, 'request')} at concurrency ${formatCount(concurrency)}`).join(', ')}; prompts in turn`,
    ],
  ];
}

function levelFacts(level: SuiteLevel): [label: string, value: string][] {
  return [
    ['requests', `${formatCount(level.requests)}, ${formatCount(level.failed)} failed, in ${formatS(level.durationS)}`],
    ['requests/s', formatNumber(level.requestsPerS)],
    ['tokens/s', formatNumber(level.tokensPerS)],
    [
      'latency',
      `mean ${formatMs(level.meanMs)}, p50 ${formatMs(level.p50Ms)}, p95 ${formatMs(level.p95Ms)}, p99 ${formatMs(level.p99Ms)}`,
    ],
    ['tokens', formatCount(level.tokens)],
    ...reliability(level),
    ...serverFact(level),
  ];
}

/** A level with its change against a single request and against the level before. */
function changeTable(level: SuiteLevel, single: SuiteLevel | undefined, before: SuiteLevel | undefined): Table {
  const row = (
    label: string,
    of: (each: SuiteLevel) => number | null,
    format: (value: number | null) => string,
  ): string[] => [
    label,
    format(of(level)),
    formatChange(changeFrom(single && of(single), of(level))),
    formatChange(changeFrom(before && of(before), of(level))),
  ];
  const beforeName = before === undefined ? 'previous' : `concurrency ${formatCount(before.concurrency)}`;
  const used = serverFact(level).map(([, text]) => ` Server: ${text}.`);
  return {
    title: `Concurrency ${formatCount(level.concurrency)}`,
    columns: ['Metric', 'Measured', 'vs. single', `vs. ${beforeName}`],
    rows: [
      row('requests/s', ({ requestsPerS }) => requestsPerS, formatNumber),
      row('tokens/s', ({ tokensPerS }) => tokensPerS, formatNumber),
      row(
        'mean latency',
        ({ meanMs }) => meanMs,
        (ms) => formatMs(ms),
      ),
      row(
        'p50',
        ({ p50Ms }) => p50Ms,
        (ms) => formatMs(ms),
      ),
      row(
        'p95',
        ({ p95Ms }) => p95Ms,
        (ms) => formatMs(ms),
      ),
      row(
        'p99',
        ({ p99Ms }) => p99Ms,
        (ms) => formatMs(ms),
      ),
    ],
    note: `${countOf(level.requests, 'request')}, ${formatCount(level.failed)} failed, ${formatCount(level.tokens)} tokens in ${formatS(level.durationS)}.${used.join('')}`,
  };
}

function scalingTable(
  { levels, figures }: ThroughputSuite,
  name: string,
  of: (level: SuiteLevel) => number | null,
  factor: 'scalingFactor' | 'tokenScalingFactor',
): Table {
  return {
    title: `Scaling of ${name}`,
    columns: ['Concurrency', name, 'Scaling', 'Efficiency'],
    rows: levels.map((level, index) => {
      const scaling = figures.levels[index]?.[factor] ?? null;
      return [
        formatCount(level.concurrency),
        formatNumber(of(level)),
        formatFactor(scaling),
        formatPercent(scaling === null ? null : scaling / level.concurrency),
      ];
    }),
    note: 'Scaling: compared with concurrency 1. Efficiency: scaling / concurrency.',
  };
}

function tradeOffTable({ levels, figures }: ThroughputSuite): Table {
  return {
    title: 'Trade-off',
    columns: ['Concurrency', 'Requests/s', 'Mean latency', 'Throughput gain', 'Latency penalty', 'Ratio', 'Verdict'],
    words: ['Verdict'],
    rows: figures.levels.map((level, index) => [
      formatCount(level.concurrency),
      formatNumber(levels[index]?.requestsPerS ?? null),
      formatMs(levels[index]?.meanMs ?? null),
      level.concurrency === 1 ? noValue : formatChange(level.throughputGain),
      level.concurrency === 1 ? noValue : formatChange(level.latencyPenalty),
      ratioText(level),
      level.tradeOff ?? noValue,
    ]),
    note: 'Compared with concurrency 1. Good: gain / penalty is at least 1. No verdict if fewer than 90% of the requests succeeded.',
  };
}

function goalTable({ targets }: ThroughputSuite): Table {
  return {
    title: 'Goals',
    columns: ['Metric', 'Goal', 'Achieved', 'Concurrency', 'Verdict'],
    words: ['Verdict'],
    rows: targets.map((goal) => [
      goal.metric,
      goalText(goal),
      goal.achieved === null ? 'not measured' : formatNumber(goal.achieved),
      goal.atConcurrency === null ? '' : formatCount(goal.atConcurrency),
      goal.pass ? 'pass' : 'fail',
    ]),
    note: 'Concurrent: the best of the levels above concurrency 1.',
  };
}

const withRule = ({ text, rule }: Finding): string => `${text} (Rule: ${rule}.)`;
