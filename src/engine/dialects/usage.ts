import type { TokenSource } from '../../core/metrics/types.ts';
import { objectIn } from './json.ts';

/** Output tokens as an answer names them. */
export interface Usage {
  readonly source: TokenSource;
  readonly tokens: number;
  readonly reasoningTokens?: number | undefined;
}

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

/** The output tokens that a JSON answer, or an event of a stream, names: `usage`, then `output_tokens`, then `eval_count`. */
export function usageIn(json: unknown): Usage | undefined {
  const { usage, output_tokens: outputTokens, eval_count: evalCount } = objectIn(json);
  const { completion_tokens: completion, completion_tokens_details: details } = objectIn(usage);
  const tokens = count(completion);
  if (tokens !== undefined) {
    return { source: 'usage', tokens, reasoningTokens: count(objectIn(details)['reasoning_tokens']) };
  }
  const output = count(outputTokens);
  if (output !== undefined) return { source: 'output_tokens', tokens: output };
  const evaluated = count(evalCount);
  return evaluated === undefined ? undefined : { source: 'eval_count', tokens: evaluated };
}
