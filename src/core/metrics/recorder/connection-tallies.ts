import type * as v from 'valibot';
import type { Frozen } from '../../schema.ts';
import type { connectionsSchema } from '../schemas/connections-schema.ts';
import { quantile } from '../statistics/quantiles.ts';
import { addValue, createTally, mergeTallies, rankedValues, type Tally } from './tally.ts';

/** Phases of new connections. A phase that no connection had is absent. */
export type Connections = Frozen<v.InferOutput<typeof connectionsSchema>>;

/** A phase of a new connection. */
export type ConnectionPhase = keyof Connections;

/** Times of the phases of new connections. Plain data. */
export type ConnectionTallies = Readonly<Record<ConnectionPhase, Tally>>;

/** Number of values up to which the median is exact. */
const exactUpTo = 1_000;

/** Creates tallies without a connection. */
export const createConnectionTallies = (): ConnectionTallies => ({
  dns: createTally(exactUpTo, false),
  connect: createTally(exactUpTo, false),
  tls: createTally(exactUpTo, false),
});

const value = new Float64Array(1);

/** Adds the time that a connection spent in a phase, ms. */
export function addPhase(tallies: ConnectionTallies, phase: ConnectionPhase, ms: number): void {
  value[0] = Math.max(0, ms);
  addValue(tallies[phase], value, 0);
}

/** Returns the numbers of the phases of all connections; undefined if none was opened. */
export function connectionsOf(all: readonly ConnectionTallies[]): Connections | undefined {
  const phases = (['dns', 'connect', 'tls'] as const).flatMap((phase) => {
    const tally = mergeTallies(
      all.map((tallies) => tallies[phase]),
      exactUpTo,
    );
    const p50Ms = quantile(rankedValues(tally, true), 0.5);
    return p50Ms === null
      ? []
      : [[phase, { count: tally.count, meanMs: tally.mean, p50Ms, maxMs: tally.max }] as const];
  });
  return phases.length === 0 ? undefined : Object.fromEntries(phases);
}
