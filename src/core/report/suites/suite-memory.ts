import { largestOf } from '../../extremes.ts';
import { settlingOf, trendOf } from '../../metrics/statistics/trend.ts';
import { earlyEnd } from '../words/early-end.ts';
import { failureSentences } from '../words/failure-reasons.ts';
import { countOf, formatCount, formatNumber, noValue } from '../../format.ts';
import type { Chapters, Section } from '../formats/chapters.ts';
import { environmentFacts, filesSection, modelFacts, suiteSubtitle } from './suite-parts.ts';
import { suiteVerdict } from './suite-verdict.ts';
import { suiteSchema, type MemorySuite } from '../../record/suites/suite.ts';

/** Tolerated growth per iteration: between garbage collections, heaps grow by up to a third of it. */
const leakAboveMiB = 0.1;

/** The runs of the memory suite and what follows from them as one record. */
export function makeMemorySuite(
  parts: Pick<
    MemorySuite,
    'id' | 'startedAt' | 'status' | 'stopReason' | 'model' | 'workload' | 'afterLoadMiB' | 'files' | 'runs'
  >,
): MemorySuite {
  const iterations = parts.runs.map(({ server }) => ({
    endMiB: server?.rssEndMiB ?? null,
    maxMiB: server?.rssMaxMiB ?? null,
  }));
  const most = iterations.map(({ maxMiB }) => maxMiB).filter((mib) => mib !== null);
  const ends = iterations.map(({ endMiB }) => endMiB).filter((mib) => mib !== null);
  const settling = settlingOf(ends);
  const growth = trendOf(ends.slice(settling));
  // A server without any success hasn't used memory for requests.
  const interval = parts.runs.some(({ successes }) => successes > 0) ? (growth?.interval95 ?? null) : null;
  return {
    schema: suiteSchema,
    suite: 'memory',
    ...parts,
    iterations,
    increaseMiB: parts.afterLoadMiB === null || most.length === 0 ? null : largestOf(most) - parts.afterLoadMiB,
    settling,
    growth,
    verdict: interval === null ? 'not enough data' : interval[0] > leakAboveMiB ? 'leak' : 'no leak shown',
  };
}

const mib = (value: number | null): string => (value === null ? noValue : `${formatCount(value)} MiB`);
const small = (value: number): string => `${formatNumber(value)} MiB`;

/** The report of the memory suite. */
export function memoryChapters(suite: MemorySuite): Chapters {
  const { model, workload, runs } = suite;
  return {
    title: `Memory of ${model.name}`,
    subtitle: suiteSubtitle(suite),
    verdict: suiteVerdict(suite, badges[suite.verdict], verdictWords(suite), coveredText(suite)),
    sections: [
      overview(suite),
      { title: 'Model information', facts: modelFacts(model) },
      {
        title: 'Benchmark parameters',
        facts: [
          ['iterations', formatCount(workload.iterations)],
          [
            'each',
            `${countOf(workload.requests, 'request')} at concurrency ${formatCount(workload.concurrency)}, ${formatCount(workload.maxNewTokens)} new tokens each`,
          ],
          [
            'a leak',
            `after settling (at most half of the iterations), the 95% interval of growth is above ${small(leakAboveMiB)} per iteration`,
          ],
          ['sampled', 'resident memory (RSS) of the server process, twice a second and at the end of each iteration'],
        ],
      },
      {
        title: 'Memory by iteration',
        tables: [
          {
            title: 'Memory by iteration',
            columns: ['Iteration', 'End', 'Max'],
            rows: suite.iterations.map(({ endMiB, maxMiB }, index) => [
              formatCount(index + 1),
              mib(endMiB),
              mib(maxMiB),
            ]),
          },
        ],
      },
      { title: 'Environment', facts: environmentFacts(runs) },
      ...filesSection(suite.files),
    ],
  };
}

const badges = {
  leak: { label: 'Memory leak', tone: 'bad' },
  'no leak shown': { label: 'No leak shown', tone: 'good' },
  'not enough data': { label: 'Not enough data', tone: 'warning' },
} as const;

const coveredText = ({ iterations, workload }: MemorySuite): string =>
  `${formatCount(iterations.length)} of ${countOf(workload.iterations, 'iteration')}`;

function overview(suite: MemorySuite): Section {
  const { afterLoadMiB, increaseMiB, settling, growth, iterations, runs } = suite;
  return {
    title: 'Overview',
    facts: [
      ['after loading', mib(afterLoadMiB)],
      ['max increase', mib(increaseMiB)],
      [
        'growth',
        growth === null
          ? noValue
          : `${small(growth.slope)} per iteration, over the last ${formatCount(iterations.length - settling)}`,
      ],
      [
        '95% interval',
        growth === null || growth.interval95 === null
          ? noValue
          : `${small(growth.interval95[0])} to ${small(growth.interval95[1])} per iteration`,
      ],
    ],
    sentences: [...verdictWords(suite), ...failureSentences(runs), ...earlyEnd('Suite', suite, coveredText(suite))],
  };
}

/** The verdict, and which growth may have gone undetected. */
function verdictWords({ verdict, growth, workload, runs }: MemorySuite): string[] {
  const [, high] = growth?.interval95 ?? [0, 0];
  const slack = `${small(leakAboveMiB)} per iteration`;
  switch (verdict) {
    case 'leak':
      return [
        `Memory leak: the interval of growth is above ${slack}.`,
        ...(workload.quick
          ? ["A server that hasn't settled yet looks the same. The full suite runs twice as long."]
          : []),
      ];
    case 'no leak shown':
      return high > leakAboveMiB
        ? [`No leak shown, but growth of up to ${small(high)} per iteration can't be ruled out.`]
        : [`No leak: the interval of growth is below ${slack}.`];
    case 'not enough data':
      return runs.length > 0 && runs.every(({ successes }) => successes === 0)
        ? ["No request succeeded, so these numbers can't tell whether memory leaks."]
        : ['Too few iterations to tell whether memory leaks.'];
  }
}
