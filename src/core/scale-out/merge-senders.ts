import { largestOf, smallestOf } from '../extremes.ts';
import { lostHealth } from '../metrics/client/client-health.ts';
import type { Backlog, ClientHealth, Summary } from '../metrics/types.ts';
import type { Environment } from '../record/run.ts';
import { countOf, formatCount } from '../format.ts';
import type { ShareFacts } from './share-report.ts';

const mostWarnings = 6;
const mostNames = 4;

/** Client readings, and how those of several workers merge: the largest value, or the sum. */
const readings: Readonly<Record<Reading, 'worst' | 'sum'>> = {
  eventLoopDelayP99Ms: 'worst',
  eventLoopDelayMaxMs: 'worst',
  cpuShare: 'worst',
  loops: 'sum',
  connectionsOpened: 'sum',
  connectionsReused: 'sum',
  scheduleLagP99Ms: 'worst',
  littlesLawResidual: 'worst',
  idleDelayP99Ms: 'worst',
  loopUtilisation: 'worst',
  dispatchGapP99Ms: 'worst',
  dispatchGapMaxMs: 'worst',
  ownStallMs: 'worst',
  machineStallMs: 'worst',
  stealShare: 'worst',
  cpuPressureShare: 'worst',
};

type Reading = {
  [K in keyof ClientHealth]-?: ClientHealth[K] extends number | null | undefined ? K : never;
}[keyof ClientHealth];

/** Returns the client health of all workers as one. */
export function mergeClients(
  shares: readonly ShareFacts[],
  summary: Summary,
  warnings: readonly string[],
): ClientHealth {
  const clients = shares.map(({ client }) => client);
  const merged: Partial<Record<Reading, number | null>> = {};
  for (const name of readingNames) {
    const values = clients.flatMap((client) => client[name] ?? []);
    const known = clients.some((client) => client[name] !== undefined);
    if (values.length > 0) merged[name] = readings[name] === 'sum' ? sum(values) : largestOf(values);
    else if (known) merged[name] = null;
  }
  const bounds = clients.flatMap(({ bound }) => (bound === undefined ? [] : [bound]));
  const [transport, ...others] = new Set(clients.map((client) => client.transport));
  return {
    ...lostHealth(summary),
    ...merged,
    scheduleLagP99Ms: summary.scheduleLagMs.p99,
    ...(transport !== undefined && others.length === 0 && { transport }),
    ...(bounds.length > 0 && { bound: bounds.find((bound) => bound === 'client') ?? bounds.find(Boolean) ?? null }),
    warnings: [...warnings, ...warningsOf(shares)],
  };
}

const readingNames: readonly Reading[] = Object.keys(readings).filter((name): name is Reading => name in readings);
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function warningsOf(shares: readonly ShareFacts[]): string[] {
  const all = shares.flatMap(({ client }, index) =>
    client.warnings.map((warning) => `Worker ${index + 1}: ${warning}`),
  );
  const left = all.length - mostWarnings;
  if (left <= 0) return all;
  return [...all.slice(0, mostWarnings), `The workers have ${countOf(left, 'more warning')}.`];
}

const added = ({ selfCalibration }: Environment): number => selfCalibration?.at(-1)?.p99Ms ?? -1;

/** Returns the machines of all workers as one environment. */
export function mergeEnvironments(shares: readonly ShareFacts[]): Environment {
  const environments = shares.map(({ environment }) => environment);
  const names = (of: (environment: Environment) => string): string => {
    const different = [...new Set(environments.map(of))];
    const left = different.length - mostNames;
    return different.slice(0, mostNames).join(', ') + (left > 0 ? ` and ${formatCount(left)} more` : '');
  };
  const [worst] = environments.toSorted((a, b) => added(b) - added(a));
  return {
    host: `${countOf(shares.length, 'Artillery worker')} on ${names(({ host }) => host)}`,
    os: names(({ os }) => os),
    cpu: names(({ cpu }) => cpu),
    cores: smallestOf(environments.map(({ cores }) => cores)),
    memoryGiB: smallestOf(environments.map(({ memoryGiB }) => memoryGiB)),
    node: names(({ node }) => node),
    loadlens: names(({ loadlens }) => loadlens),
    ...(worst?.selfCalibration && { selfCalibration: worst.selfCalibration }),
  };
}

/**
 * Returns the backlog of all shares of an open model; undefined if no share has one. Adds up each share's peak per time slice,
 * as if all peaked at the same moment, so the result is an upper bound.
 */
export function mergeBacklogs(shares: readonly ShareFacts[], startedAtMs: number): Backlog | undefined {
  const parts = shares.flatMap((share) => {
    const { backlog } = share;
    return backlog === undefined ? [] : [{ backlog, offsetMs: share.startedAtMs - startedAtMs }];
  });
  if (parts.length === 0) return undefined;
  const widthMs = largestOf(parts.map(({ backlog }) => backlog.widthMs));
  const waiting = new Map<number, number>();
  for (const { backlog, offsetMs } of parts) {
    const own = new Map<number, number>();
    for (const [index, here] of backlog.waiting.entries()) {
      const at = Math.floor((offsetMs + index * backlog.widthMs) / widthMs);
      own.set(at, Math.max(own.get(at) ?? 0, here));
    }
    for (const [at, here] of own) waiting.set(at, (waiting.get(at) ?? 0) + here);
  }
  const slices = Array.from(
    { length: Math.max(-1, largestOf(waiting.keys())) + 1 },
    (_, index) => waiting.get(index) ?? 0,
  );
  const max = Math.max(0, largestOf(slices));
  return {
    max,
    maxAtMs: max === 0 ? null : slices.indexOf(max) * widthMs,
    waitedMs: largestOf(parts.map(({ backlog }) => backlog.waitedMs)),
    unsent: sum(parts.map(({ backlog }) => backlog.unsent)),
    widthMs,
    waiting: slices,
  };
}
