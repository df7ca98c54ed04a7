import type { TokenSource } from '../../../core/metrics/types.ts';
import { isJson, objectIn, type Json } from './json.ts';

/** Token counts in a response. */
export interface Usage {
  readonly source: TokenSource;
  /** Output tokens including reasoning; undefined if only input is counted. */
  readonly tokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  /** Input tokens including cached ones. */
  readonly inputTokens?: number | undefined;
  /** Input tokens that the server read from a cache. */
  readonly cachedTokens?: number | undefined;
}

/** Returns a token count, an integer ≥ 0; undefined for anything else. */
export const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** Returns the counts in the member `usage` of OpenAI's and Anthropic's APIs; undefined if there are none. */
export function usageIn(usage: unknown): Usage | undefined {
  if (!isJson(usage)) return undefined;
  const tokens = count(usage['completion_tokens']) ?? count(usage['output_tokens']);
  const details = objectIn(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const reasoningTokens = count(details['reasoning_tokens']) ?? count(usage['reasoning_tokens']);
  const input = inputIn(usage);
  if (tokens === undefined && input.inputTokens === undefined) return undefined;
  return { source: 'usage', ...withReasoning(usage, tokens, reasoningTokens, input.inputTokens), ...input };
}

/** Adds reasoning tokens to the output for servers that count them separately. */
function withReasoning(
  usage: Json,
  tokens: number | undefined,
  reasoningTokens: number | undefined,
  inputTokens = 0,
): Pick<Usage, 'tokens' | 'reasoningTokens'> {
  if (tokens === undefined || reasoningTokens === undefined || reasoningTokens === 0)
    return { tokens, reasoningTokens };
  const sum = tokens + reasoningTokens;
  const apart = reasoningTokens > tokens || count(usage['total_tokens']) === inputTokens + sum;
  return { tokens: apart ? sum : tokens, reasoningTokens };
}

function inputIn(usage: Json): Pick<Usage, 'inputTokens' | 'cachedTokens'> {
  const details = objectIn(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const said = count(details['cached_tokens']) ?? count(usage['prompt_cache_hit_tokens']);
  const prompt = count(usage['prompt_tokens']);
  if (prompt !== undefined) return { inputTokens: prompt, cachedTokens: said };
  const input = count(usage['input_tokens']);
  if (input === undefined) return {};
  // Anthropic's input tokens exclude tokens read from or written to a cache.
  const read = count(usage['cache_read_input_tokens']);
  const written = count(usage['cache_creation_input_tokens']);
  if (read === undefined && written === undefined) return { inputTokens: input, cachedTokens: said };
  return { inputTokens: input + (read ?? 0) + (written ?? 0), cachedTokens: read };
}

/** Returns the counts in members outside `usage`: `output_tokens`, then Ollama's `eval_count`. */
export function countsBeside(message: Json): Usage | undefined {
  const output = count(message['output_tokens']);
  if (output !== undefined) return { source: 'output_tokens', tokens: output };
  const inputTokens = count(message['prompt_eval_count']);
  const tokens = count(message['eval_count']);
  return tokens === undefined && inputTokens === undefined ? undefined : { source: 'eval_count', tokens, inputTokens };
}
