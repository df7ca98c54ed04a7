/** Figures of a language model server, whatever its own names are. */
export const serverFigures = [
  'running',
  'waiting',
  'kvCacheUse',
  'promptTokens',
  'outputTokens',
  'prefixQueries',
  'prefixHits',
  'prefixHitRate',
  'preemptions',
  'ttftSumS',
  'ttftCount',
  'e2eSumS',
  'e2eCount',
  'queueSumS',
  'queueCount',
] as const;
/** A figure of a language model server. */
export type ServerFigure = (typeof serverFigures)[number];

/** Series of one kind of server. */
interface KnownServer {
  readonly name: string;
  /** Start of its series. */
  readonly prefix: string;
  /** Series by figure; the first that the server has counts. Those of a list are added up. */
  readonly series: { readonly [F in ServerFigure]?: readonly (string | readonly string[])[] };
  /** A figure that is a quotient of two series. */
  readonly quotient?: { readonly figure: ServerFigure; readonly of: string; readonly by: string };
}

/** Prompt tokens of servers that count cached ones separately. */
const llamaCppPrompt = ['llamacpp:prompt_tokens_total', 'llamacpp:prompt_tokens_cached_total'];
const gpt2Prompt = ['gpt2_prompt_tokens_total', 'gpt2_prefix_cache_hits_total'];

/** All servers that are known. Names as of vLLM 0.11, SGLang 0.5, TGI 3, and llama.cpp b6000; older names follow the newer. */
export const knownServers: readonly KnownServer[] = [
  {
    name: 'vLLM',
    prefix: 'vllm:',
    series: {
      running: ['vllm:num_requests_running'],
      waiting: ['vllm:num_requests_waiting'],
      kvCacheUse: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
      promptTokens: ['vllm:prompt_tokens_total'],
      outputTokens: ['vllm:generation_tokens_total'],
      prefixQueries: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
      prefixHits: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
      prefixHitRate: ['vllm:gpu_prefix_cache_hit_rate'],
      preemptions: ['vllm:num_preemptions_total'],
      ttftSumS: ['vllm:time_to_first_token_seconds_sum'],
      ttftCount: ['vllm:time_to_first_token_seconds_count'],
      e2eSumS: ['vllm:e2e_request_latency_seconds_sum'],
      e2eCount: ['vllm:e2e_request_latency_seconds_count'],
      queueSumS: ['vllm:request_queue_time_seconds_sum'],
      queueCount: ['vllm:request_queue_time_seconds_count'],
    },
  },
  {
    name: 'SGLang',
    prefix: 'sglang:',
    series: {
      running: ['sglang:num_running_reqs'],
      waiting: ['sglang:num_queue_reqs'],
      kvCacheUse: ['sglang:token_usage'],
      promptTokens: ['sglang:prompt_tokens_total'],
      outputTokens: ['sglang:generation_tokens_total'],
      prefixQueries: ['sglang:prompt_tokens_total'],
      prefixHits: ['sglang:cached_tokens_total'],
      prefixHitRate: ['sglang:cache_hit_rate'],
      preemptions: ['sglang:num_retracted_requests_total'],
      ttftSumS: ['sglang:time_to_first_token_seconds_sum'],
      ttftCount: ['sglang:time_to_first_token_seconds_count'],
      e2eSumS: ['sglang:e2e_request_latency_seconds_sum'],
      e2eCount: ['sglang:e2e_request_latency_seconds_count'],
      queueSumS: ['sglang:queue_time_seconds_sum'],
      queueCount: ['sglang:queue_time_seconds_count'],
    },
  },
  {
    name: 'TGI',
    prefix: 'tgi_',
    series: {
      running: ['tgi_batch_current_size'],
      waiting: ['tgi_queue_size'],
      promptTokens: ['tgi_request_input_length_sum'],
      outputTokens: ['tgi_request_generated_tokens_sum'],
      e2eSumS: ['tgi_request_duration_sum'],
      e2eCount: ['tgi_request_duration_count'],
      queueSumS: ['tgi_request_queue_duration_sum'],
      queueCount: ['tgi_request_queue_duration_count'],
    },
  },
  {
    name: 'llama.cpp',
    prefix: 'llamacpp:',
    series: {
      running: ['llamacpp:requests_processing'],
      waiting: ['llamacpp:requests_deferred'],
      kvCacheUse: ['llamacpp:kv_cache_usage_ratio'],
      promptTokens: [llamaCppPrompt, 'llamacpp:prompt_tokens_total'],
      outputTokens: ['llamacpp:tokens_predicted_total'],
      prefixQueries: [llamaCppPrompt],
      prefixHits: ['llamacpp:prompt_tokens_cached_total'],
    },
  },
  {
    name: 'Loadlens GPT-2',
    prefix: 'gpt2_',
    series: {
      running: ['gpt2_requests_running'],
      waiting: ['gpt2_requests_waiting'],
      promptTokens: [gpt2Prompt, 'gpt2_prompt_tokens_total'],
      outputTokens: ['gpt2_generated_tokens_total'],
      prefixQueries: ['gpt2_prefix_cache_queries_total'],
      prefixHits: ['gpt2_prefix_cache_hits_total'],
      ttftSumS: ['gpt2_time_to_first_token_seconds_sum'],
      ttftCount: ['gpt2_time_to_first_token_seconds_count'],
    },
    quotient: { figure: 'kvCacheUse', of: 'gpt2_kv_tokens_used', by: 'gpt2_kv_tokens_limit' },
  },
];

/** Figures that are a share, not a sum: several engines have their mean. */
export const meanFigures: ReadonlySet<ServerFigure> = new Set(['kvCacheUse', 'prefixHitRate']);
