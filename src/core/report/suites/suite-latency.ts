import type { Distribution } from '../../metrics/types.ts';
import { earlyEnd } from '../words/early-end.ts';
import { failureSentences } from '../words/failure-reasons.ts';
import { countOf, formatCount, formatMs, formatNumber, formatPercent, noValue } from '../../format.ts';
import type { Chapters } from '../formats/chapters.ts';
import { environmentFacts, filesSection, modelFacts, suiteSubtitle } from './suite-parts.ts';
import { latencyVerdict } from './suite-verdict.ts';
import { suiteSchema, type LatencyCellResult, type LatencySuite, type MeanSd } from '../../record/suites/suite.ts';
import { outputPerResponse } from '../tables/stream-tables.ts';
import type { Table } from '../tables/tables.ts';
import type { RunRecord } from '../../record/run.ts';

/** The runs of the latency suite and what follows from them as one record. */
export function makeLatencySuite(
  parts: Pick<LatencySuite, 'id' | 'startedAt' | 'status' | 'stopReason' | 'model' | 'workload' | 'files' | 'runs'>,
): LatencySuite {
  const cells = parts.runs.flatMap((run, index): LatencyCellResult[] => {
    const cell = parts.workload.cells[index];
    return cell === undefined ? [] : [{ ...cell, ...cellNumbers(run) }];
  });
  return { schema: suiteSchema, suite: 'latency', ...parts, cells };
}

function cellNumbers(run: RunRecord): Omit<LatencyCellResult, 'wantedInput' | 'input' | 'output'> {
  const e2eMs = meanSd(run.e2eMs);
  const outputTokens = run.outputTokensPerS === null ? null : outputPerResponse(run);
  return {
    requests: run.requestsSent,
    failed: run.requestsSent - run.successes,
    outputTokens,
    ttftMs: meanSd(run.ttftMs),
    tokensPerS: ratesOf(run),
    e2eMs,
  };
}

/**
 * Returns mean and deviation of the requests' tokens/s: a ratio of sums would weigh long responses more. Null if the record
 * doesn't keep every request.
 */
function ratesOf({ streamedRequests = [], successes }: RunRecord): MeanSd {
  const rates = streamedRequests.flatMap(({ outputTokens, sentMs, lastTokenMs, status, error }) => {
    const isSuccess = error === undefined && status >= 200 && status < 300;
    if (!isSuccess || outputTokens === null || lastTokenMs === null || lastTokenMs <= sentMs) return [];
    return [(outputTokens * 1000) / (lastTokenMs - sentMs)];
  });
  if (rates.length === 0 || rates.length < successes) return { mean: null, sd: null };
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const squares = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0);
  return { mean, sd: rates.length < 2 ? null : Math.sqrt(squares / (rates.length - 1)) };
}

const meanSd = (distribution: Distribution | undefined): MeanSd => ({
  mean: distribution?.mean ?? null,
  sd: distribution?.stdev ?? null,
});

/** The report of the latency suite. */
export function latencyChapters(suite: LatencySuite): Chapters {
  const { model, workload, runs } = suite;
  return {
    title: `Latency of ${model.name}`,
    subtitle: suiteSubtitle(suite),
    verdict: latencyVerdict(suite),
    sections: [
      { title: 'Overview', sentences: overview(suite) },
      { title: 'Model information', facts: modelFacts(model) },
      {
        title: 'Benchmark parameters',
        facts: [
          ['requests', `${countOf(workload.requests, 'request')} for each pair of lengths, one at a time, as a stream`],
          ['warm-up', `${countOf(workload.warmupRequests, 'request')} before each, not counted`],
          [
            'context',
            workload.context === null
              ? 'not known'
              : `${formatCount(workload.context)} tokens, prompt and response together`,
          ],
        ],
      },
      { title: 'Latency by length', tables: [cellTable(suite)] },
      { title: 'Findings', sentences: findings(suite) },
      { title: 'Environment', facts: environmentFacts(runs) },
      ...filesSection(suite.files),
    ],
  };
}

function overview(suite: LatencySuite): string[] {
  const { cells, workload, model, runs } = suite;
  const short = [
    ...new Set(
      workload.cells
        .filter(({ input, wantedInput }) => input < wantedInput)
        .map((cell) => `${formatCount(cell.wantedInput)} + ${formatCount(cell.output)}`),
    ),
  ];
  return [
    'Time to first token, tokens/s, and end-to-end latency by length of prompt and response.',
    ...(model.synthetic === true ? ['The weights are random: the text means nothing.'] : []),
    ...(short.length === 0
      ? []
      : [
          `${short.join(', ')} tokens don't fit the context of ${formatCount(workload.context)}. The table shows the shortened prompts.`,
        ]),
    ...failureSentences(runs),
    ...earlyEnd('Suite', suite, `${formatCount(cells.length)} of ${countOf(workload.cells.length, 'pair')} of lengths`),
  ];
}

const ms = (value: number | null): string => formatMs(value);

/** `12.3 ms ± 0.4 ms`. */
function formatMeanSd({ mean, sd }: MeanSd, format: (value: number | null) => string): string {
  return mean === null ? noValue : `${format(mean)} ± ${format(sd)}`;
}

function cellTable({ cells }: LatencySuite): Table {
  return {
    title: 'Latency by length',
    columns: ['Prompt', 'Response', 'Requests', 'TTFT', 'Tokens/s', 'E2E'],
    rows: cells.map((cell) => [
      cell.input < cell.wantedInput
        ? `${formatCount(cell.input)} (of ${formatCount(cell.wantedInput)})`
        : formatCount(cell.input),
      cell.outputTokens === null || Math.abs(cell.outputTokens - cell.output) < 0.5
        ? formatCount(cell.output)
        : `${formatNumber(cell.outputTokens)} (of ${formatCount(cell.output)})`,
      cell.failed === 0
        ? formatCount(cell.requests)
        : `${formatCount(cell.requests)}, ${formatCount(cell.failed)} failed`,
      formatMeanSd(cell.ttftMs, ms),
      formatMeanSd(cell.tokensPerS, formatNumber),
      formatMeanSd(cell.e2eMs, ms),
    ]),
    note: 'Mean ± standard deviation. Tokens/s: output tokens / E2E of each request. Lengths in tokens.',
  };
}

/** Returns sentences on the table, each with its rule. */
function findings({ cells }: LatencySuite): string[] {
  const byTtft = extremes(cells, ({ ttftMs }) => ttftMs.mean);
  const byRate = extremes(cells, ({ tokensPerS }) => tokensPerS.mean);
  const failed = cells.reduce((sum, cell) => sum + cell.failed, 0);
  return [
    ...(byTtft === undefined
      ? ['No response was a stream of tokens.']
      : [
          `Time to first token goes from ${formatMs(byTtft.least.value)} with ${formatCount(byTtft.least.cell.input)} tokens of prompt to ${formatMs(byTtft.most.value)} with ${formatCount(byTtft.most.cell.input)}. (Rule: the least and the largest mean TTFT.)`,
        ]),
    ...(byRate === undefined
      ? []
      : [
          `Tokens/s go from ${formatNumber(byRate.least.value)} (${pairText(byRate.least.cell)}) to ${formatNumber(byRate.most.value)} (${pairText(byRate.most.cell)}), a difference of ${formatPercent(byRate.most.value / byRate.least.value - 1)}. (Rule: the least and the largest mean.)`,
        ]),
    failed === 0
      ? 'No request failed. (Rule: failed requests of all pairs.)'
      : `${countOf(failed, 'request')} failed. (Rule: failed requests of all pairs.)`,
  ];
}

const pairText = ({ input, output }: LatencyCellResult): string => `${formatCount(input)} + ${formatCount(output)}`;

interface Extreme {
  readonly cell: LatencyCellResult;
  readonly value: number;
}

function extremes(
  cells: readonly LatencyCellResult[],
  of: (cell: LatencyCellResult) => number | null,
): { least: Extreme; most: Extreme } | undefined {
  const known = cells
    .flatMap((cell): Extreme[] => {
      const value = of(cell);
      return value === null ? [] : [{ cell, value }];
    })
    .toSorted((a, b) => a.value - b.value);
  const [least, most] = [known[0], known.at(-1)];
  return least === undefined || most === undefined ? undefined : { least, most };
}
