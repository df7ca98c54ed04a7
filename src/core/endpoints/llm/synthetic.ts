import { parseLengths, parseSharedPrefix } from '../../values/lengths.ts';
import { answerLengths, type LlmChoices, type Synthetic } from '../types.ts';

/**
 * Returns what the directives of a target generate; undefined if nothing. `fail` is called with what is wrong and what to
 * do.
 */
export function syntheticOf(
  { inputTokens, outputTokens, sharedPrefix, prompts, promptsTokens, maxTokens }: LlmChoices,
  fail: (message: string, hint: string) => never,
): Synthetic | undefined {
  const input = inputTokens === undefined ? undefined : parseLengths(inputTokens);
  const output = outputTokens === undefined || outputTokens === answerLengths ? undefined : parseLengths(outputTokens);
  const prefix = sharedPrefix === undefined ? undefined : parseSharedPrefix(sharedPrefix);
  if (input !== undefined && prompts !== undefined) {
    return fail("@input-tokens and @prompts can't be combined.", 'Remove one of them.');
  }
  if (prompts === undefined && promptsTokens !== undefined) {
    return fail('@prompts-tokens has no prompts.', 'Add # @prompts with a file of prompts.');
  }
  if (prompts === undefined && outputTokens === answerLengths) {
    return fail(
      `@output-tokens ${answerLengths} has no answers.`,
      'Add # @prompts with a file of prompts and answers.',
    );
  }
  if (outputTokens !== undefined && maxTokens !== undefined) {
    return fail("@output-tokens and @max-tokens can't be combined.", 'Remove one of them.');
  }
  if (prefix !== undefined && input === undefined) {
    return fail('@shared-prefix has no generated prompts.', 'Add # @input-tokens with their length, such as 512.');
  }
  if (input === undefined && output === undefined) return undefined;
  return { ...(input && { input }), ...(output && { output }), ...(prefix && { prefix }) };
}
