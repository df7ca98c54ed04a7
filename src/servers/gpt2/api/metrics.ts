import type { StepReport } from '../runtime/messages.ts';

const timeBounds = [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.5, 1, 2, 5, 10];
const batchBounds = [1, 2, 4, 8, 16, 32, 64];

interface Histogram {
  add(value: number): void;
  render(name: string, help: string): string[];
}

function histogram(bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0);
  let sum = 0;
  let count = 0;
  return {
    add: (value) => {
      sum += value;
      count++;
      for (const [i, bound] of bounds.entries()) if (value <= bound) counts[i] = (counts[i] ?? 0) + 1;
    },
    render: (name, help) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...bounds.map((bound, i) => `${name}_bucket{le="${bound}"} ${counts[i] ?? 0}`),
      `${name}_bucket{le="+Inf"} ${count}`,
      `${name}_sum ${sum}`,
      `${name}_count ${count}`,
    ],
  };
}

/** Numbers of a running server, for its parent and for tests. */
export interface Gpt2Stats {
  readonly running: number;
  readonly waiting: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Time in scheduler steps, and the part of it inside the runtime. */
  readonly stepMs: number;
  readonly runtimeMs: number;
  readonly kvTokensUsed: number;
  readonly kvTokensAllocated: number;
}

/** Counts what a server does. */
export interface Gpt2Metrics {
  step(report: StepReport): void;
  tokens(count: number): void;
  firstToken(ms: number): void;
  answered(status: number): void;
  /** Requests answered with tokens, and how long they took in all: what Retry-After is guessed from. */
  finished(ms: number): void;
  readonly meanRequestMs: number;
  stats(): Gpt2Stats;
  render(labels: string, kvBudget: number): string;
}

const one = (name: string, type: string, help: string, value: number) => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  `${name} ${value}`,
];

/** Starts at zero. */
export function createMetrics(): Gpt2Metrics {
  const ttft = histogram(timeBounds);
  const steps = histogram(timeBounds);
  const batches = histogram(batchBounds);
  const byStatus: Record<string, number> = {};
  let last: StepReport | undefined;
  let promptTokens = 0;
  let generatedTokens = 0;
  let stepMs = 0;
  let runtimeMs = 0;
  let finished = 0;
  let finishedMs = 0;
  const stats = (): Gpt2Stats => ({
    running: last?.running ?? 0,
    waiting: last?.waiting ?? 0,
    promptTokens,
    generatedTokens,
    byStatus: { ...byStatus },
    stepMs,
    runtimeMs,
    kvTokensUsed: last?.kvTokensUsed ?? 0,
    kvTokensAllocated: last?.kvTokensAllocated ?? 0,
  });
  return {
    step: (report) => {
      last = report;
      if (report.stepMs === 0) return;
      promptTokens += report.promptTokens;
      stepMs += report.stepMs;
      runtimeMs += report.runtimeMs;
      steps.add(report.stepMs / 1000);
      if (report.batch > 0) batches.add(report.batch);
    },
    tokens: (count) => (generatedTokens += count),
    firstToken: (ms) => ttft.add(ms / 1000),
    answered: (status) => (byStatus[status] = (byStatus[status] ?? 0) + 1),
    finished: (ms) => {
      finished++;
      finishedMs += ms;
    },
    get meanRequestMs() {
      return finished === 0 ? 1000 : finishedMs / finished;
    },
    stats,
    render: (labels, kvBudget) => {
      const now = stats();
      return `${[
        '# HELP gpt2_info Model and configuration.',
        '# TYPE gpt2_info gauge',
        `gpt2_info{${labels}} 1`,
        ...one('gpt2_requests_running', 'gauge', 'Running sequences.', now.running),
        ...one('gpt2_requests_waiting', 'gauge', 'Queued sequences.', now.waiting),
        ...one('gpt2_prompt_tokens_total', 'counter', 'Prompt tokens processed.', now.promptTokens),
        ...one('gpt2_generated_tokens_total', 'counter', 'Tokens generated.', now.generatedTokens),
        ...one('gpt2_kv_tokens_used', 'gauge', 'Tokens held in the KV cache.', now.kvTokensUsed),
        ...one(
          'gpt2_kv_tokens_allocated',
          'gauge',
          'Allocated capacity of the KV cache in tokens.',
          now.kvTokensAllocated,
        ),
        ...one('gpt2_kv_tokens_limit', 'gauge', 'Maximum capacity of the KV cache in tokens.', kvBudget),
        ...one('gpt2_step_seconds_total', 'counter', 'Time spent in steps.', now.stepMs / 1000),
        ...one(
          'gpt2_runtime_seconds_total',
          'counter',
          'Time spent in steps inside the runtime.',
          now.runtimeMs / 1000,
        ),
        '# HELP gpt2_http_requests_total Responses by status code.',
        '# TYPE gpt2_http_requests_total counter',
        ...Object.entries(now.byStatus).map(([code, n]) => `gpt2_http_requests_total{status="${code}"} ${n}`),
        ...steps.render('gpt2_step_seconds', 'Duration of a scheduler step, including prefills.'),
        ...batches.render('gpt2_batch_size', 'Sequences per decode step.'),
        ...ttft.render('gpt2_time_to_first_token_seconds', 'Time to first token.'),
      ].join('\n')}\n`;
    },
  };
}
