import { loadText, transportLabels } from '../words/load-words.ts';
import type { RunRecord } from '../../record/run.ts';

/** Units that core/format.ts has words for. */
export type ComparisonUnit = 'ms' | 'req/s' | 'tokens/s' | 'ratio' | 'count';

/** One number of two runs. */
export interface ComparisonRow {
  readonly label: string;
  readonly unit: ComparisonUnit;
  readonly before: number | null;
  readonly after: number | null;
  /** after − before; null when either is missing. */
  readonly delta: number | null;
  /** after / before; null when either is missing or `before` is 0. */
  readonly ratio: number | null;
}

/** Two runs side by side: numbers and differences, no verdict. */
export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** What makes the runs hard to compare, in sentences; empty when they had the same work. */
  readonly differences: readonly string[];
}

/** Puts two runs side by side and says where their workload differs. */
export function compareRuns(before: RunRecord, after: RunRecord): Comparison {
  const row = (label: string, unit: ComparisonUnit, value: (run: RunRecord) => number | null): ComparisonRow => {
    const [a, b] = [value(before), value(after)];
    const known = a !== null && b !== null;
    return {
      label,
      unit,
      before: a,
      after: b,
      delta: known ? b - a : null,
      ratio: known && a !== 0 ? b / a : null,
    };
  };
  return {
    rows: [
      row('Throughput', 'req/s', (run) => run.throughputPerS),
      row('Success throughput', 'req/s', (run) => run.successThroughputPerS),
      row('Success ratio', 'ratio', (run) => run.successRatio),
      row('p50 latency', 'ms', (run) => run.latencyMs.median),
      row('Mean latency', 'ms', (run) => run.latencyMs.mean),
      row('p90 latency', 'ms', (run) => run.latencyMs.p90),
      row('p95 latency', 'ms', (run) => run.latencyMs.p95),
      row('p99 latency', 'ms', (run) => run.latencyMs.p99),
      row('p99.9 latency', 'ms', (run) => run.latencyMs.p999),
      row('Min latency', 'ms', (run) => run.latencyMs.min),
      row('Max latency', 'ms', (run) => run.latencyMs.max),
      row('p50 latency, successes', 'ms', (run) => run.successLatencyMs.median),
      row('p95 latency, successes', 'ms', (run) => run.successLatencyMs.p95),
      row('p50 time to first byte (TTFB)', 'ms', (run) => run.ttfbMs.median),
      row('p50 time to first token (TTFT)', 'ms', (run) => run.ttftMs?.median ?? null),
      row('p95 time to first token (TTFT)', 'ms', (run) => run.ttftMs?.p95 ?? null),
      row('p50 inter-chunk latency (ICL)', 'ms', (run) => run.iclMs?.median ?? null),
      row('p99 inter-chunk latency (ICL)', 'ms', (run) => run.iclMs?.p99 ?? null),
      row('p50 time per output token (TPOT)', 'ms', (run) => run.tpotMs?.median ?? null),
      row('p50 end-to-end latency (E2E)', 'ms', (run) => run.e2eMs?.median ?? null),
      row('Total time', 'ms', (run) => run.totalMs),
      row('Requests', 'count', (run) => run.requestsSent),
      row('Output token throughput', 'tokens/s', (run) => run.outputTokensPerS),
    ].filter((line) => line.before !== null || line.after !== null),
    differences: workloadDifferences(before, after),
  };
}

function workloadDifferences(before: RunRecord, after: RunRecord): string[] {
  const differences: string[] = [];
  const differs = (what: string, value: (run: RunRecord) => string): void => {
    const [a, b] = [value(before), value(after)];
    if (a !== b) differences.push(`${what}: ${a} before, ${b} after.`);
  };
  if (targetsOf(before) !== targetsOf(after)) differences.push('The targets differ.');
  differs('Load', (run) => loadText(run.plan));
  differs('Planned requests', (run) => (run.plan.requests === null ? 'by duration' : String(run.plan.requests)));
  differs('Planned duration', (run) => (run.plan.durationS === null ? 'by count' : `${String(run.plan.durationS)} s`));
  differs('Cold start', (run) => (run.plan.coldStart ? 'measured' : 'not measured'));
  differs('Redirects', (run) => (run.plan.maxRedirects > 0 ? 'followed' : 'not followed'));
  differs('Seed', (run) => String(run.plan.seed));
  // Older records do not say.
  if (before.client.transport && after.client.transport) {
    differs('Transport', ({ client }) => (client.transport ? transportLabels[client.transport] : ''));
  }
  differs('Percentile method', (run) => run.percentileMethod);
  differs('Token source', (run) => run.tokenSource);
  differs('Machine', ({ environment }) => `${environment.host} (${environment.cpu})`);
  for (const [run, when] of [
    [before, 'before'],
    [after, 'after'],
  ] as const) {
    if (run.status !== 'completed')
      differences.push(
        `The run ${when} ${run.status === 'crashed' ? 'stopped unexpectedly' : 'was canceled'}. Its numbers are partial.`,
      );
  }
  return differences;
}

/** In the order of the directives' names, whatever their order in the file. */
function llmText(llm: RunRecord['targets'][number]['llm']): string {
  return Object.entries(llm ?? {})
    .map(([name, value]) => `${name} ${String(value)}`)
    .toSorted()
    .join(', ');
}

function targetsOf(run: RunRecord): string {
  const lines = run.targets.map(({ method, url, weight, llm }) => `${method} ${url} ${String(weight)} ${llmText(llm)}`);
  return [String(run.targetCount), ...lines.toSorted()].join('\n');
}
