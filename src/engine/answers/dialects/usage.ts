import type { TokenSource } from '../../../core/metrics/types.ts';
import { isJson, objectIn, type Json } from './json.ts';

/** Tokens as a response counts them. */
export interface Usage {
  readonly source: TokenSource;
  /** Output tokens, those of reasoning included; undefined when only input is counted. */
  readonly tokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  /** Input tokens, cached ones included. */
  readonly inputTokens?: number | undefined;
  /** Input tokens that the server took from a cache. */
  readonly cachedTokens?: number | undefined;
}

/** Returns a count of tokens: a whole number that isn't negative; undefined for anything else. */
export const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** Returns the tokens that the member `usage` of OpenAI's and Anthropic's APIs counts; undefined without any count. */
export function usageIn(usage: unknown): Usage | undefined {
  if (!isJson(usage)) return undefined;
  const tokens = count(usage['completion_tokens']) ?? count(usage['output_tokens']);
  const details = objectIn(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const reasoningTokens = count(details['reasoning_tokens']) ?? count(usage['reasoning_tokens']);
  const input = inputIn(usage);
  if (tokens === undefined && input.inputTokens === undefined) return undefined;
  return { source: 'usage', ...withReasoning(usage, tokens, reasoningTokens, input.inputTokens), ...input };
}

/** Some servers count reasoning beside the completion, not in it: then the sum of both is the output. */
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
  // Anthropic's input tokens are those that no cache had to do with.
  const read = count(usage['cache_read_input_tokens']);
  const written = count(usage['cache_creation_input_tokens']);
  if (read === undefined && written === undefined) return { inputTokens: input, cachedTokens: said };
  return { inputTokens: input + (read ?? 0) + (written ?? 0), cachedTokens: read };
}

/** Returns the tokens that members beside `usage` count: `output_tokens`, then Ollama's `eval_count`. */
export function countsBeside(message: Json): Usage | undefined {
  const output = count(message['output_tokens']);
  if (output !== undefined) return { source: 'output_tokens', tokens: output };
  const inputTokens = count(message['prompt_eval_count']);
  const tokens = count(message['eval_count']);
  return tokens === undefined && inputTokens === undefined ? undefined : { source: 'eval_count', tokens, inputTokens };
}
