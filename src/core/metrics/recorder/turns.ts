import { addToGroup, createGroup, mergeGroups, numbersOf, type Group } from '../group.ts';
import type { Times } from '../times.ts';
import type { Sample, Summary } from '../types.ts';
import type { RankTable } from './tally.ts';

/** Number of turns with their own numbers. The last one includes all later turns. */
export const mostTurns = 50;

/** Numbers of conversations, and of their turns. */
export interface TurnTally {
  /** By index of the turn, from 0. */
  readonly groups: Group[];
  /** Conversations whose last turn succeeded, and those that a failed turn ended. */
  completed: number;
  failed: number;
}

/** Creates an empty tally. */
export const createTurns = (): TurnTally => ({ groups: [], completed: 0, failed: 0 });

/** Adds a turn that has ended. */
export function addTurn(
  tally: TurnTally,
  sample: Sample,
  turn: number,
  times: Times,
  success: boolean,
  rawLimit: number,
): void {
  const index = Math.min(turn, mostTurns) - 1;
  while (tally.groups.length <= index) tally.groups.push(createGroup(rawLimit, false));
  const group = tally.groups[index];
  if (group !== undefined) addToGroup(group, sample, times);
  if (!success) tally.failed += 1;
  else if (turn === sample.turns) tally.completed += 1;
}

/** Merges tallies without changing them; null if there is none. */
export function mergeTurns(tallies: readonly TurnTally[], rawLimit: number): TurnTally | null {
  if (tallies.length === 0) return null;
  const sum = (of: (tally: TurnTally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  const count = Math.max(...tallies.map(({ groups }) => groups.length));
  return {
    groups: Array.from({ length: count }, (_, turn) =>
      mergeGroups(
        tallies.flatMap(({ groups }) => groups[turn] ?? []),
        rawLimit,
      ),
    ),
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
  };
}

/**
 * Returns the numbers of conversations and of their turns; empty without any.
 * @param cut conversations that ended before their last turn without a failure
 */
export function turnNumbers(
  { turns }: { readonly turns: TurnTally | null },
  {
    rateMs,
    cut,
    table,
    exact,
  }: { readonly rateMs: number; readonly cut: number; readonly table: RankTable; readonly exact: boolean },
): Pick<Summary, 'conversations' | 'perTurn'> {
  if (turns === null) return {};
  const { completed, failed, groups } = turns;
  return {
    conversations: { started: completed + failed + cut, completed, failed, cut },
    ...(exact && {
      perTurn: groups.map((group, index) =>
        Object.assign({ turn: index + 1 }, numbersOf(group, rateMs, table, true).numbers),
      ),
    }),
  };
}
