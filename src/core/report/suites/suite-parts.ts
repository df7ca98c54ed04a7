import { leastCount, quantileShares } from '../../metrics/statistics/quantiles.ts';
import { statusWords } from '../words/outcome-words.ts';
import { measurementError, mostAtOnce, provenance, warningFacts } from '../words/facts.ts';
import { countOf, formatCount, formatNumber, formatPercent, formatUtc, noValue } from '../../format.ts';
import type { Section } from '../formats/chapters.ts';
import { serverNoteFacts } from '../words/server-notes.ts';
import { changeFrom } from '../../record/suite-findings.ts';
import { earlierFrom } from '../../record/make-suite.ts';
import type { EarlierSuite, SuiteLevel, SuiteModel, ThroughputSuite } from '../../record/suite.ts';
import { formatChange } from '../../format.ts';
import type { RunRecord } from '../../record/run.ts';

/** Earlier results and this one agree when they differ by no more than this. */
const consistentWithin = 0.1;

/** When a suite ran, how much of it, and how it ended. */
export function suiteSubtitle({
  startedAt,
  workload,
  status,
}: Pick<ThroughputSuite, 'startedAt' | 'status'> & { readonly workload: { readonly quick: boolean } }): string {
  return `${formatUtc(startedAt)}, ${workload.quick ? 'quick' : 'full'} suite, ${statusWords[status]}`;
}

/** What was benchmarked, for the report of any suite. */
export function modelFacts({ name, url, server, synthetic, dtype }: SuiteModel): [label: string, value: string][] {
  const servers = {
    gpt2: "Loadlens's GPT-2 server, started by the suite",
    mock: "Loadlens's mock server, started by the suite: its times are made up",
    url: 'given by its address',
  };
  return [
    ['model', name],
    ['server', servers[server]],
    ['address', url],
    ['precision', dtype ?? 'not known'],
    ['weights', synthetic === null ? 'not known' : synthetic ? 'random' : 'trained'],
  ];
}

/** A warning where there are too few requests for a p95. */
export function reliability({ requests }: SuiteLevel): [label: string, value: string][] {
  const least = leastCount(quantileShares.p95);
  return requests >= least
    ? []
    : [['note', `${countOf(requests, 'request')}: a p95 has an interval from ${formatCount(least)} on`]];
}

/** What the server used, where Loadlens started it. */
export function serverFact({ cpuShare, rssMiB }: SuiteLevel): [label: string, value: string][] {
  if (cpuShare === null && rssMiB === null) return [];
  return [['server', `CPU ${formatPercent(cpuShare)} of a core, ${formatCount(rssMiB)} MiB resident`]];
}

/** How this result stands beside earlier ones of the same suite and model. */
export function consistency(suite: ThroughputSuite): Section {
  const title = 'Consistency with earlier results';
  const now = earlierFrom(suite);
  if (suite.earlier.length === 0) {
    return { title, sentences: ['There is no earlier result of this suite and model.'] };
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

/** Machine, software and client, for the report of any suite. */
export function environmentFacts(runs: readonly RunRecord[]): (readonly [label: string, value: string])[] {
  const [first] = runs;
  if (first === undefined) return [['machine', noValue]];
  const warned = warningFacts(runs);
  const kept = new Set(['percentiles', 'output tokens', 'addresses', 'machine', 'software']);
  return [
    ...provenance(first).filter(([label]) => kept.has(label)),
    ...measurementError(mostAtOnce(runs) ?? first),
    ...serverNoteFacts(runs),
    ...(warned.length === 0 ? ([['client', 'never the limit, as far as it can tell']] as const) : warned),
  ];
}

/** The files of a result, for the report of any suite; nothing where there are none, as in the editor. */
export const filesSection = (files: readonly string[]): Section[] =>
  files.length === 0 ? [] : [{ title: 'Files written', sentences: files }];
