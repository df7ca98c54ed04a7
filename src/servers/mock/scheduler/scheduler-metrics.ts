import { counter, createHistogram, type Family, gauge, histogram, type Histogram } from '../../prometheus.ts';
import { blockTokens } from './kv-blocks.ts';

/** How a request ended; `abort` if its client disconnected or its connection was cut. */
export type EndReason = 'stop' | 'length' | 'abort' | 'error';

/** State of the scheduler at the moment. */
export interface SchedulerState {
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvUsage: number;
}

/** Times of a finished request in ms after its arrival, on its schedule. */
export interface FinishedTimes {
  /** When it left the queue. */
  readonly start: number;
  /** First token; undefined if it has none. */
  readonly first: number | undefined;
  readonly end: number;
}

/** Counters and histograms of the scheduler. */
export interface SchedulerMetrics {
  /** Records a lookup of a prompt in the prefix cache, which had `cached` of its tokens. */
  lookedUp(promptTokens: number, cached: number): void;
  /** Records the time from arrival to the first token, ms. */
  firstToken(ms: number, promptTokens: number): void;
  tokens(count: number): void;
  /** Records the time between two chunks, ms. */
  gap(ms: number): void;
  preempted(): void;
  /** @param times undefined for a request that was dropped */
  finished(reason: EndReason, counts: { prompt: number; output: number }, times: FinishedTimes | undefined): void;
  families(state: SchedulerState, setup: { blocks: number; prefixCaching: boolean }): Family[];
}

// vLLM's bounds, seconds and tokens.
// prettier-ignore
const firstTokenBounds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const gapBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
// prettier-ignore
const requestBounds = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const tokenBounds = [1, 10, 100, 1000, 10_000, 100_000].flatMap((factor) => [1, 2, 5].map((step) => step * factor));

/** vLLM's histograms with their help texts and bounds. */
const histograms = {
  time_to_first_token_seconds: ['Time to first token in seconds.', firstTokenBounds],
  inter_token_latency_seconds: ['Time between the chunks of a response in seconds.', gapBounds],
  request_time_per_output_token_seconds: ['Mean time per output token of a request in seconds.', gapBounds],
  e2e_request_latency_seconds: ['Time from arrival to the end of a request in seconds.', requestBounds],
  request_queue_time_seconds: ['Time in the queue in seconds.', requestBounds],
  request_inference_time_seconds: ['Time from start to end in seconds.', requestBounds],
  request_prefill_time_seconds: ['Time from start to the first token in seconds.', requestBounds],
  request_decode_time_seconds: ['Time from the first to the last token in seconds.', requestBounds],
  request_prompt_tokens: ['Prompt tokens of a request.', tokenBounds],
  request_generation_tokens: ['Output tokens of a request.', tokenBounds],
} as const;

const labels = { model_name: 'mock', engine: '0' };

const one = (make: typeof gauge, name: string, help: string, value: number): Family =>
  make(`vllm:${name}`, help, [labels, value]);

/** Returns counters at zero. The names are those of vLLM. */
export function createSchedulerMetrics(): SchedulerMetrics {
  const of = Object.fromEntries(
    Object.entries(histograms).map(([name, [, bounds]]) => [name, createHistogram(bounds)]),
  );
  const add = (name: keyof typeof histograms, value: number): void => of[name]?.add(value);
  const seconds = (name: keyof typeof histograms, ms: number): void => add(name, ms / 1000);
  const ended: Record<EndReason, number> = { stop: 0, length: 0, abort: 0, error: 0 };
  let promptTokens = 0;
  let outputTokens = 0;
  let preemptions = 0;
  let queries = 0;
  let hits = 0;
  return {
    lookedUp: (prompt, cached) => {
      queries += prompt;
      hits += cached;
    },
    firstToken: (ms, prompt) => {
      promptTokens += prompt;
      seconds('time_to_first_token_seconds', ms);
    },
    tokens: (count) => (outputTokens += count),
    gap: (ms) => seconds('inter_token_latency_seconds', ms),
    preempted: () => preemptions++,
    finished: (reason, { prompt, output }, times) => {
      ended[reason]++;
      if (!times) return;
      const { start, first, end } = times;
      seconds('e2e_request_latency_seconds', end);
      seconds('request_queue_time_seconds', start);
      seconds('request_inference_time_seconds', end - start);
      seconds('request_prefill_time_seconds', (first ?? end) - start);
      seconds('request_decode_time_seconds', end - (first ?? end));
      if (first !== undefined && output > 1) {
        seconds('request_time_per_output_token_seconds', (end - first) / (output - 1));
      }
      // A request without a first token, such as an embedding, is counted at its end.
      if (first === undefined) promptTokens += prompt;
      add('request_prompt_tokens', prompt);
      if (first !== undefined) add('request_generation_tokens', output);
    },
    families: ({ running, waiting, kvUsage }, { blocks, prefixCaching }) => {
      const cache = {
        block_size: String(blockTokens),
        enable_prefix_caching: prefixCaching ? 'True' : 'False',
        num_gpu_blocks: blocks === Infinity ? 'None' : String(blocks),
        engine: '0',
      };
      return [
        one(gauge, 'num_requests_running', 'Running requests.', running),
        one(gauge, 'num_requests_waiting', 'Queued requests.', waiting),
        one(gauge, 'kv_cache_usage_perc', 'Share of the KV cache in use, 0 to 1.', kvUsage),
        one(gauge, 'gpu_cache_usage_perc', 'Older name of vllm:kv_cache_usage_perc.', kvUsage),
        one(counter, 'prefix_cache_queries_total', 'Prompt tokens looked up in the prefix cache.', queries),
        one(counter, 'prefix_cache_hits_total', 'Prompt tokens found in the prefix cache.', hits),
        one(counter, 'num_preemptions_total', 'Preempted requests.', preemptions),
        one(counter, 'prompt_tokens_total', 'Prompt tokens processed.', promptTokens),
        one(counter, 'generation_tokens_total', 'Output tokens generated.', outputTokens),
        counter(
          'vllm:request_success_total',
          'Finished requests by reason.',
          ...Object.entries(ended).map(([reason, count]) => [{ ...labels, finished_reason: reason }, count] as const),
        ),
        gauge('vllm:cache_config_info', 'Configuration of the KV cache.', [cache, 1]),
        ...Object.entries(histograms).flatMap(([name, [help]]): Family[] => {
          const values: Histogram | undefined = of[name];
          return values ? [histogram(`vllm:${name}`, help, values, labels)] : [];
        }),
      ];
    },
  };
}
