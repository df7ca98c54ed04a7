import type { RunRecord } from '../../record/run.ts';
import { statusWords } from './outcome-words.ts';

/**
 * Returns what a reader must know of a result that ended early: how it ended, why, and what its numbers are of; nothing for a
 * completed one.
 * @param noun what it is, such as `Run`
 * @param covered what was measured, to go after `Results cover`
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
