import type { Table } from '../../src/core/report/tables/tables.ts';
import type { Peer } from '../peers/peer.ts';
import type { Chart } from './chart.ts';
import type { Turns } from './rounds.ts';

/** A goal and the measured value. */
export interface Goal {
  readonly what: string;
  /** NaN: not measured. */
  readonly value: number;
  readonly sign: '≥' | '≤';
  readonly goal: number;
  /** Empty for a ratio. */
  readonly unit: string;
  /** Why it falls short, as far as what was measured tells; used only when it does. */
  readonly cause: string;
}

/** One comparison of the bench, with everything that reports and charts need. */
export interface Proof {
  readonly title: string;
  /** How it was measured, in a few sentences. */
  readonly how: string;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  readonly charts: readonly Chart[];
  /** Every turn that was taken. */
  readonly sessions: readonly Session[];
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

/** Turns that were taken against each other. */
export interface Session {
  readonly where: string;
  readonly turns: readonly Turns<unknown>[];
}

/** Options of a proof. */
export interface ProofOptions {
  readonly quick: boolean;
  readonly peers: readonly Peer[];
  /** No spoiled turn is repeated after it, in ms of `performance.now()`. */
  readonly repeatUntilMs: number;
  readonly say: (progress: string) => void;
}

/** Returns true if the value was measured and reaches the goal. */
export function isReached({ value, sign, goal }: Goal): boolean {
  return sign === '≥' ? value >= goal : value <= goal;
}

/** Too few turns were quiet: what falls short may do so because of that. */
export function isDisturbed({ sessions }: Proof): boolean {
  return sessions.some(({ turns }) => turns.some(({ disturbed }) => disturbed));
}

/** Returns sentences on omitted and disturbed turns. */
export function notesOf({ notes, sessions }: Proof): string[] {
  return [...notes, ...sessions.flatMap(spoiledNotes)];
}

function spoiledNotes({ where, turns }: Session): string[] {
  const reasons = new Map<string, number>();
  for (const { spoiled } of turns)
    for (const [reason, count] of Object.entries(spoiled)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const disturbed = turns.filter((each) => each.disturbed);
  const empty = turns.filter(({ values }) => values.length === 0);
  return [
    ...[...reasons].map(
      ([reason, count]) => `${where}: ${count} ${count === 1 ? 'turn' : 'turns'} ${reason.replace(/\.$/, '')}.`,
    ),
    ...(disturbed.length > 0
      ? [`${where}: too few turns of ${namesOf(disturbed)} were quiet; the least disturbed ones stand in.`]
      : []),
    ...(empty.length > 0 ? [`${where}: no turn of ${namesOf(empty)} could be measured.`] : []),
  ];
}

function namesOf(turns: readonly Turns<unknown>[]): string {
  return turns.map(({ name }) => name).join(', ');
}
