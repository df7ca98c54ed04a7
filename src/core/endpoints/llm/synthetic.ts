import { parseLengths, parseSharedPrefix } from '../../values/llm/lengths.ts';
import type { Trace } from '../data/trace.ts';
import { answerLengths, type LlmChoices, type Synthetic } from '../types.ts';

/** Returns what the directives of a target generate; undefined if nothing. */
export function syntheticOf(
  { inputTokens, outputTokens, sharedPrefix }: LlmChoices,
  trace: Trace | undefined,
): Synthetic | undefined {
  if (trace !== undefined)
    return trace.rows.some(({ input, output }) => input !== undefined || output !== undefined) ? { trace } : undefined;
  const input = inputTokens === undefined ? undefined : parseLengths(inputTokens);
  const output = outputTokens === undefined || outputTokens === answerLengths ? undefined : parseLengths(outputTokens);
  const prefix = sharedPrefix === undefined ? undefined : parseSharedPrefix(sharedPrefix);
  if (input === undefined && output === undefined) return undefined;
  return { ...(input && { input }), ...(output && { output }), ...(prefix && { prefix }) };
}

/** Returns whether prompts (`input`) or lengths of responses (`output`) are generated. A trace has them in all its rows or in none. */
export const generates = (synthetic: Synthetic | undefined, what: 'input' | 'output'): boolean =>
  synthetic?.trace === undefined
    ? synthetic?.[what] !== undefined
    : synthetic.trace.rows.every((row) => row[what] !== undefined);
