import type { Distribution, QuantileName } from '../../metrics/types.ts';
import { isPaced } from '../../plan/load/load-models.ts';
import { isMixed } from '../words/headline.ts';
import { transportLabels } from '../words/load-words.ts';
import type { RunRecord } from '../../record/run.ts';
import { isUnsure } from './tables.ts';
import { differenceSentence, planDifferences } from './workload.ts';

/** Units that core/format.ts has words for. */
export type ComparisonUnit = 'ms' | 'req/s' | 'tokens/s' | 'ratio' | 'count';

/** One number of two runs. */
export interface ComparisonRow {
  readonly label: string;
  readonly unit: ComparisonUnit;
  /** One of the headline numbers. */
  readonly lead: boolean;
  readonly before: Measured;
  readonly after: Measured;
  /**
   * after / before − 1; of ratios after − before. Null if the work differs, a number is missing, or `before` is 0 and
   * not a ratio.
   */
  readonly change: number | null;
}

/** One number of one run. */
export interface Measured {
  readonly value: number | null;
  /** A quantile of too few samples. */
  readonly unsure: boolean;
  /** 95% interval of a quantile within its run; absent for other numbers. */
  readonly interval?: readonly [low: number, high: number];
}

/** Two runs side by side: numbers and differences, no verdict. */
export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** Of each target that both runs have numbers of; empty if neither has several. */
  readonly targets: readonly ComparedTarget[];
  /** Why the runs are hard to compare, in sentences; empty if they had the same work. */
  readonly differences: readonly string[];
}

/** The headline numbers of one target in both runs; times and throughput are of successes. */
export interface ComparedTarget {
  readonly name: string;
  readonly rows: readonly ComparisonRow[];
}

/** Compares two runs and lists how their workload differs. */
export function compareRuns(before: RunRecord, after: RunRecord): Comparison {
  const differences = workloadDifferences(before, after);
  const comparable = differences.length === 0;
  return { rows: runRows(before, after, comparable), targets: targetRows(before, after, comparable), differences };
}

function runRows(before: RunRecord, after: RunRecord, comparable: boolean): ComparisonRow[] {
  const row = (label: string, unit: ComparisonUnit, value: (run: RunRecord) => number | null): ComparisonRow =>
    compared(label, unit, plain(value(before)), plain(value(after)), comparable);
  const time = (
    label: string,
    of: (run: RunRecord) => Distribution | null | undefined,
    name: QuantileName,
  ): ComparisonRow => compared(label, 'ms', quantile(of(before), name), quantile(of(after), name), comparable);
  const mixed = isMixed(before) || isMixed(after);
  const open = isPaced(before.plan) && isPaced(after.plan);
  const throughput = row('Throughput', 'req/s', (run) => run.throughputPerS);
  const successes = row('Success throughput', 'req/s', (run) => run.successThroughputPerS);
  const latency = [
    time('p50 latency', (run) => run.latencyMs, 'median'),
    time('p95 latency', (run) => run.latencyMs, 'p95'),
  ];
  const ofSuccesses = [
    time('p50 latency, successes', (run) => run.successLatencyMs, 'median'),
    time('p95 latency, successes', (run) => run.successLatencyMs, 'p95'),
  ];
  const response = [
    time('p50 response time', (run) => run.responseTimeMs, 'median'),
    time('p95 response time', (run) => run.responseTimeMs, 'p95'),
  ];
  // As in every headline: neither fast failures nor hidden waits make a run look good.
  const first = mixed ? ofSuccesses : open ? response : latency;
  const ofStreams = [
    time('p95 time to first token (TTFT)', (run) => run.ttftMs, 'p95'),
    time('p50 time per output token (TPOT)', (run) => run.tpotMs, 'median'),
    row('Output token throughput', 'tokens/s', (run) => run.outputTokensPerS),
  ];
  return [
    ...[
      row('Success ratio', 'ratio', (run) => run.successRatio),
      mixed ? successes : throughput,
      ...first,
      ...ofStreams,
    ].map((line) => Object.assign({}, line, { lead: true })),
    ...(mixed ? [throughput] : []),
    ...(first === latency ? [] : latency),
    ...(open && first !== response ? response : []),
    row('Mean latency', 'ms', (run) => run.latencyMs.mean),
    time('p90 latency', (run) => run.latencyMs, 'p90'),
    time('p99 latency', (run) => run.latencyMs, 'p99'),
    time('p99.9 latency', (run) => run.latencyMs, 'p999'),
    row('Min latency', 'ms', (run) => run.latencyMs.min),
    row('Max latency', 'ms', (run) => run.latencyMs.max),
    time('p50 time to first byte (TTFB)', (run) => run.ttfbMs, 'median'),
    time('p50 time to first token (TTFT)', (run) => run.ttftMs, 'median'),
    time('p50 inter-chunk latency (ICL)', (run) => run.iclMs, 'median'),
    time('p99 inter-chunk latency (ICL)', (run) => run.iclMs, 'p99'),
    time('p95 time per output token (TPOT)', (run) => run.tpotMs, 'p95'),
    time('p50 end-to-end latency (E2E)', (run) => run.e2eMs, 'median'),
    row('Total time', 'ms', (run) => run.totalMs),
    row('Requests', 'count', (run) => run.requestsSent),
    // Goodput depends on the objectives, so that of others is another number.
    row('Goodput', 'req/s', (run) => (objectivesOf(before) === objectivesOf(after) ? (run.goodputPerS ?? null) : null)),
    row('Input token throughput', 'tokens/s', (run) => run.inputTokensPerS ?? null),
    row('Total token rate', 'tokens/s', (run) => run.totalTokensPerS ?? null),
  ].filter((line) => line.before.value !== null || line.after.value !== null);
}

const objectivesOf = ({ plan }: RunRecord): string => plan.objectives.map(({ text }) => text).join(', ');

/** Of targets with the same name and request in both runs. A single one has the numbers of its run. */
function targetRows(before: RunRecord, after: RunRecord, comparable: boolean): ComparedTarget[] {
  if (Math.max(before.targetCount, after.targetCount) < 2) return [];
  const requests = new Map(before.targets.map((target) => [target.name, requestOf(target)]));
  const shared = new Set(
    after.targets.filter((target) => requests.get(target.name) === requestOf(target)).map(({ name }) => name),
  );
  const row = (label: string, unit: ComparisonUnit, from: Measured, to: Measured): ComparisonRow =>
    compared(label, unit, from, to, comparable);
  const earlier = new Map(before.perTarget.map((numbers) => [numbers.name, numbers]));
  return after.perTarget.flatMap((b) => {
    const a = earlier.get(b.name);
    if (a === undefined || !shared.has(b.name)) return [];
    return [
      {
        name: b.name,
        rows: [
          row('Success', 'ratio', plain(a.successRatio), plain(b.successRatio)),
          row('Throughput', 'req/s', plain(a.successThroughputPerS), plain(b.successThroughputPerS)),
          row('p50', 'ms', quantile(a.successLatencyMs, 'median'), quantile(b.successLatencyMs, 'median')),
          row('p95', 'ms', quantile(a.successLatencyMs, 'p95'), quantile(b.successLatencyMs, 'p95')),
        ],
      },
    ];
  });
}

const plain = (value: number | null): Measured => ({ value, unsure: false });

function quantile(distribution: Distribution | null | undefined, name: QuantileName): Measured {
  if (!distribution) return plain(null);
  const interval = distribution.interval95[name];
  return { value: distribution[name], unsure: isUnsure(distribution, name), ...(interval && { interval }) };
}

function compared(
  label: string,
  unit: ComparisonUnit,
  before: Measured,
  after: Measured,
  comparable: boolean,
): ComparisonRow {
  return {
    label,
    unit,
    lead: false,
    before,
    after,
    change: comparable ? changeOf(unit, before.value, after.value) : null,
  };
}

function changeOf(unit: ComparisonUnit, before: number | null, after: number | null): number | null {
  if (before === null || after === null) return null;
  if (unit === 'ratio') return after - before;
  return before === 0 ? null : after / before - 1;
}

/** Returns how the work of two runs differs, in sentences; empty if it is the same. */
export function workloadDifferences(before: RunRecord, after: RunRecord): string[] {
  const differences = planDifferences(before, after);
  const differs = (what: string, value: (run: RunRecord) => string): void => {
    const [a, b] = [value(before), value(after)];
    if (a !== b) differences.push({ what, before: a, after: b });
  };
  differs('Conversations', conversationsText);
  // Unknown for older records.
  if (before.client.transport && after.client.transport) {
    differs('Transport', ({ client }) => (client.transport ? transportLabels[client.transport] : ''));
  }
  differs('Percentile method', (run) => run.percentileMethod);
  differs('Token source', ({ tokenSource, plan }) =>
    tokenSource === 'tokenizer' ? `tokenizer ${plan.tokenizer ?? ''}` : tokenSource,
  );
  // Unknown for older records.
  if (before.inputTokenSource && after.inputTokenSource) {
    differs('Source of input tokens', ({ inputTokenSource, plan }) =>
      inputTokenSource === 'tokenizer' ? `tokenizer ${plan.tokenizer ?? ''}` : 'server',
    );
  }
  differs('Machine', ({ environment }) => `${environment.host} (${environment.cpu})`);
  const partial = (
    [
      [before, 'before'],
      [after, 'after'],
    ] as const
  ).flatMap(([{ status }, when]) =>
    status === 'completed'
      ? []
      : [`The run ${when} ${status === 'crashed' ? 'stopped unexpectedly' : 'was canceled'}. Its numbers are partial.`],
  );
  return [...differences.map(differenceSentence), ...partial];
}

/** Which conversations of their files were sent, and of how many turns. */
const conversationsText = ({ targets }: RunRecord): string =>
  targets
    .flatMap(({ prompts }) =>
      prompts?.turns === undefined
        ? []
        : [
            `${prompts.sent} ${prompts.askedInput ? 'generated' : `of ${prompts.distinct}${firstText(prompts)}`}, ${prompts.turns.mean.toFixed(2)} turns each`,
          ],
    )
    .join('; ') || 'none';

/** Returns with which conversation of its file a run starts; empty if it sends all of them equally often. */
const firstText = ({
  start,
  sent,
  distinct,
}: {
  readonly start: number;
  readonly sent: number;
  readonly distinct: number;
}) => (sent % distinct === 0 ? '' : ` from number ${(start % distinct) + 1}`);

const requestOf = ({ method, url }: RunRecord['targets'][number]): string => `${method} ${url}`;
