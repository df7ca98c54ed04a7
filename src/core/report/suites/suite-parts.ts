import { leastCount, quantileShares } from '../../metrics/statistics/quantiles.ts';
import { statusWords } from '../words/outcome-words.ts';
import { measurementError, mostConcurrent, provenance, warningFacts } from '../words/facts.ts';
import { countOf, formatCount, formatNumber, formatPercent, formatUtc, noValue } from '../../format.ts';
import type { Section } from '../formats/chapters.ts';
import { serverNoteFacts } from '../words/server-notes.ts';
import { changeFrom } from '../../record/suites/suite-findings.ts';
import { earlierFrom } from '../../record/suites/make-suite.ts';
import type { EarlierSuite, SuiteLevel, SuiteModel, ThroughputSuite } from '../../record/suites/suite.ts';
import { formatChange } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';

/** Largest relative difference at which this result agrees with earlier ones. */
const consistentWithin = 0.1;

/** Returns when a suite ran, whether it was quick, and how it ended. */
export function suiteSubtitle({
  startedAt,
  workload,
  status,
}: Pick<ThroughputSuite, 'startedAt' | 'status'> & { readonly workload: { readonly quick: boolean } }): string {
  return `${formatUtc(startedAt)}, ${workload.quick ? 'quick' : 'full'} suite, ${statusWords[status]}`;
}

/** Returns the facts on the model. */
export function modelFacts({ name, url, server, synthetic, dtype }: SuiteModel): [label: string, value: string][] {
  const servers = {
    gpt2: 'bundled GPT-2 server, started by the suite',
    mock: 'bundled mock server with simulated times, started by the suite',
    url: 'running at the address',
  };
  return [
    ['model', name],
    ['server', servers[server]],
    ['address', url],
    ['precision', dtype ?? 'not known'],
    ['weights', synthetic === null ? 'not known' : synthetic ? 'random' : 'trained'],
  ];
}

/** Returns a note if there are too few requests for a p95 interval. */
export function reliability({ requests }: SuiteLevel): [label: string, value: string][] {
  const least = leastCount(quantileShares.p95);
  return requests >= least
    ? []
    : [['note', `${countOf(requests, 'request')}. A p95 interval needs at least ${formatCount(least)}`]];
}

/** Returns the resource usage of a server that Loadlens started. */
export function serverFact({ cpuShare, rssMiB }: SuiteLevel): [label: string, value: string][] {
  if (cpuShare === null && rssMiB === null) return [];
  return [['server', `CPU ${formatPercent(cpuShare)} of a core, ${formatCount(rssMiB)} MiB resident`]];
}

/** Returns the section that compares this result with earlier ones of the same suite and model. */
export function consistency(suite: ThroughputSuite): Section {
  const title = 'Consistency with earlier results';
  const now = earlierFrom(suite);
  if (suite.earlier.length === 0) {
    return { title, sentences: ['No earlier result of this suite and model.'] };
  }
  const middle = (of: (each: EarlierSuite) => number | null): number | null => {
    const values = suite.earlier.map(of).filter((value) => value !== null);
    const sorted = values.toSorted((a, b) => a - b);
    const at = (sorted.length - 1) / 2;
    return sorted.length === 0 ? null : ((sorted[Math.floor(at)] ?? 0) + (sorted[Math.ceil(at)] ?? 0)) / 2;
  };
  const said = (what: string, of: (each: EarlierSuite) => number | null): string[] => {
    const change = changeFrom(middle(of), of(now));
    if (change === null) return [];
    const agrees = Math.abs(change) <= consistentWithin ? 'agrees with' : 'differs from';
    return [
      `${what} ${agrees} the median of ${countOf(suite.earlier.length, 'earlier result')}: ${formatChange(change)}.`,
    ];
  };
  return {
    title,
    sentences: [
      ...said('Tokens/s of a single request', ({ singleTokensPerS }) => singleTokensPerS),
      ...said('Best tokens/s', ({ bestTokensPerS }) => bestTokensPerS),
      ...said('Memory', ({ rssMiB }) => rssMiB),
      `Agrees: within ${formatPercent(consistentWithin)}.`,
    ],
    tables: [
      {
        title: 'Earlier results',
        columns: ['When', 'Suite', 'Single tokens/s', 'Best tokens/s', 'Memory'],
        rows: [...suite.earlier, now].map((each) => [
          each.id === now.id ? `${each.startedAt} (this)` : each.startedAt,
          each.quick ? 'quick' : 'full',
          formatNumber(each.singleTokensPerS),
          formatNumber(each.bestTokensPerS),
          each.rssMiB === null ? noValue : `${formatCount(each.rssMiB)} MiB`,
        ]),
      },
    ],
  };
}

/** Returns the facts on machine, software, and client. */
export function environmentFacts(runs: readonly RunRecord[]): (readonly [label: string, value: string])[] {
  const [first] = runs;
  if (first === undefined) return [['machine', noValue]];
  const warned = warningFacts(runs);
  const kept = new Set(['percentiles', 'output tokens', 'addresses', 'machine', 'software']);
  return [
    ...provenance(first).filter(([label]) => kept.has(label)),
    ...measurementError(mostConcurrent(runs) ?? first),
    ...serverNoteFacts(runs),
    ...(warned.length === 0 ? ([['client', 'no bottleneck detected']] as const) : warned),
  ];
}

/** Returns the section on the files of a result; none in the editor, which writes no files. */
export const filesSection = (files: readonly string[]): Section[] =>
  files.length === 0 ? [] : [{ title: 'Files written', sentences: files }];
