import { parseLengths, parseSharedPrefix } from '../../values/lengths.ts';
import type { LlmChoices, Synthetic } from '../types.ts';

/**
 * Returns what the directives of a target generate; undefined if nothing. `fail` is called with what is wrong and what to
 * do.
 */
export function syntheticOf(
  { inputTokens, outputTokens, sharedPrefix, prompts, maxTokens }: LlmChoices,
  fail: (message: string, hint: string) => never,
): Synthetic | undefined {
  const input = inputTokens === undefined ? undefined : parseLengths(inputTokens);
  const output = outputTokens === undefined ? undefined : parseLengths(outputTokens);
  const prefix = sharedPrefix === undefined ? undefined : parseSharedPrefix(sharedPrefix);
  if (input !== undefined && prompts !== undefined) {
    return fail("@input-tokens and @prompts can't be combined.", 'Remove one of them.');
  }
  if (output !== undefined && maxTokens !== undefined) {
    return fail("@output-tokens and @max-tokens can't be combined.", 'Remove one of them.');
  }
  if (prefix !== undefined && input === undefined) {
    return fail('@shared-prefix has no generated prompts.', 'Add # @input-tokens with their length, such as 512.');
  }
  if (input === undefined && output === undefined) return undefined;
  return { ...(input && { input }), ...(output && { output }), ...(prefix && { prefix }) };
}
