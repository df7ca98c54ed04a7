import { parseLengths, parseSharedPrefix } from '../../values/llm/lengths.ts';
import type { Trace } from '../data/trace.ts';
import { answerLengths, type LlmChoices, type Synthetic } from '../types.ts';

/**
 * Returns what the directives of a target generate; undefined if nothing. `fail` is called with what is wrong and what to
 * do.
 */
export function syntheticOf(
  { inputTokens, outputTokens, sharedPrefix, prompts, conversations, promptsTokens, maxTokens }: LlmChoices,
  trace: Trace | undefined,
  fail: (message: string, hint: string) => never,
): Synthetic | undefined {
  if (trace !== undefined) {
    const other = [
      ['@input-tokens', inputTokens],
      ['@output-tokens', outputTokens],
      ['@shared-prefix', sharedPrefix],
      ['@prompts', prompts],
      ['@conversations', conversations],
    ].find(([, value]) => value !== undefined)?.[0];
    if (other !== undefined) return fail(`@trace and ${other} can't be combined.`, 'Remove one of them.');
    return trace.rows.some(({ input, output }) => input !== undefined || output !== undefined) ? { trace } : undefined;
  }
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

/** Returns whether prompts (`input`) or lengths of responses (`output`) are generated. A trace has them in all its rows or in none. */
export const generates = (synthetic: Synthetic | undefined, what: 'input' | 'output'): boolean =>
  synthetic?.trace === undefined
    ? synthetic?.[what] !== undefined
    : synthetic.trace.rows.every((row) => row[what] !== undefined);
