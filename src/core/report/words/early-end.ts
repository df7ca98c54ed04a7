import type { RunRecord, RunStatus } from '../../record/run.ts';

/** How a result ended, in words that go after its name. */
export const statusWords: Readonly<Record<RunStatus, string>> = {
  completed: 'completed',
  cancelled: 'canceled',
  crashed: 'stopped unexpectedly',
};

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
