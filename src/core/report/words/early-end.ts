import type { RunRecord } from '../../record/run.ts';
import { statusWords } from './outcome-words.ts';

/**
 * Returns how and why a result ended early, and what its numbers cover; nothing for a completed one.
 * @param noun name of the result, such as `Run`
 * @param covered what was measured, to follow `Results cover`
 */
export function earlyEnd(
  noun: string,
  { status, stopReason }: Pick<RunRecord, 'status' | 'stopReason'>,
  covered: string,
): string[] {
  if (status === 'completed') return [];
  return [
    [
      `${noun} ${statusWords[status]}.`,
      ...(stopReason === undefined ? [] : [stopReason]),
      `Results cover ${covered}.`,
    ].join(' '),
  ];
}
