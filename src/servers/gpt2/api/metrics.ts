import { counter, createHistogram, gauge, histogram, type Labels, renderMetrics } from '../../prometheus.ts';
import type { StepReport } from '../runtime/messages.ts';

/** Upper bounds of the buckets of times, s. */
const timeBounds = [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.5, 1, 2, 5, 10];
/** Upper bounds of the buckets of batch sizes, sequences. */
const batchBounds = [1, 2, 4, 8, 16, 32, 64];

/** Figures of a running server: totals since its start, or the state after the last scheduler step. */
export interface Gpt2Stats {
  /** State: sequences that generate tokens. */
  readonly running: number;
  /** State: sequences in the queue. */
  readonly waiting: number;
  /** Total of prompt tokens processed. */
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Total of responses by status code. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Total time in scheduler steps, ms. */
  readonly stepMs: number;
  /** The part of `stepMs` inside the runtime. */
  readonly runtimeMs: number;
  /** State of the KV cache: tokens held, and tokens that fit the memory allocated so far. */
  readonly kvTokensUsed: number;
  readonly kvTokensAllocated: number;
  /** State: tokens in the prefix cache. */
  readonly prefixCacheTokens: number;
  /** Totals of prompt tokens looked up in the prefix cache, and of those found. */
  readonly prefixCacheQueries: number;
  readonly prefixCacheHits: number;
}

/** Collects the figures of a server and renders them for `/metrics`. */
export interface Gpt2Metrics {
  /** Records a scheduler step, or the idle state after the last one. */
  step(report: StepReport): void;
  /** Adds generated tokens. */
  tokens(count: number): void;
  /** Records a time to first token, ms. */
  firstToken(ms: number): void;
  /** Counts a response by its status code; 499 if the client closed the connection. */
  answered(status: number): void;
  /** Records a complete response by its duration, ms. */
  finished(ms: number): void;
  /** Mean duration of complete responses, ms, for Retry-After. 1000 before the first one. */
  readonly meanRequestMs: number;
  stats(): Gpt2Stats;
  /**
   * Returns all figures in the Prometheus text format.
   * @param labels of `gpt2_info`: model and configuration
   * @param kvBudget maximum tokens of the KV cache
   */
  render(labels: Labels, kvBudget: number): string;
}

/** Returns metrics whose counters are at zero. */
export function createMetrics(): Gpt2Metrics {
  const ttft = createHistogram(timeBounds);
  const steps = createHistogram(timeBounds);
  const batches = createHistogram(batchBounds);
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
    prefixCacheTokens: last?.prefixCacheTokens ?? 0,
    prefixCacheQueries: last?.prefixCacheQueries ?? 0,
    prefixCacheHits: last?.prefixCacheHits ?? 0,
  });
  return {
    step: (report) => {
      last = report;
      // An idle worker reports its state alone.
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
      return renderMetrics([
        gauge('gpt2_info', 'Model and configuration.', [labels, 1]),
        gauge('gpt2_requests_running', 'Running sequences.', [{}, now.running]),
        gauge('gpt2_requests_waiting', 'Queued sequences.', [{}, now.waiting]),
        counter('gpt2_prompt_tokens_total', 'Prompt tokens processed.', [{}, now.promptTokens]),
        counter('gpt2_generated_tokens_total', 'Tokens generated.', [{}, now.generatedTokens]),
        gauge('gpt2_kv_tokens_used', 'Tokens held in the KV cache.', [{}, now.kvTokensUsed]),
        gauge('gpt2_kv_tokens_allocated', 'Allocated capacity of the KV cache in tokens.', [{}, now.kvTokensAllocated]),
        gauge('gpt2_kv_tokens_limit', 'Maximum capacity of the KV cache in tokens.', [{}, kvBudget]),
        gauge('gpt2_prefix_cache_tokens', 'Tokens held in the prefix cache.', [{}, now.prefixCacheTokens]),
        counter('gpt2_prefix_cache_queries_total', 'Prompt tokens looked up in the prefix cache.', [
          {},
          now.prefixCacheQueries,
        ]),
        counter('gpt2_prefix_cache_hits_total', 'Prompt tokens found in the prefix cache.', [{}, now.prefixCacheHits]),
        counter('gpt2_step_seconds_total', 'Time spent in steps.', [{}, now.stepMs / 1000]),
        counter('gpt2_runtime_seconds_total', 'Time spent in steps inside the runtime.', [{}, now.runtimeMs / 1000]),
        counter(
          'gpt2_http_requests_total',
          'Responses by status code.',
          ...Object.entries(now.byStatus).map(([status, count]) => [{ status }, count] as const),
        ),
        histogram('gpt2_step_seconds', 'Duration of a scheduler step, including prefills.', steps),
        histogram('gpt2_batch_size', 'Sequences per decode step.', batches),
        histogram('gpt2_time_to_first_token_seconds', 'Time to first token.', ttft),
      ]);
    },
  };
}
