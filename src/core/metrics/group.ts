import type { Ranked } from './quantiles.ts';
import {
  addValue,
  createTally,
  distributionOf,
  mergeTallies,
  rankedValues,
  type RankTable,
  type Tally,
} from './tally.ts';
import type { ErrorKind, Numbers, Sample } from './types.ts';

/** Counts and tallies of a set of requests: a whole run or one target. */
export interface Group {
  requests: number;
  readonly statusCodes: Map<number, number>;
  readonly errors: Map<ErrorKind, number>;
  /** Latencies of successes and of all other responses, apart: each sample is stored once, the whole is both merged. */
  readonly successes: Tally;
  readonly others: Tally;
  readonly ttfb: Tally;
  bytes: number;
  outputTokens: number;
  namesTokens: boolean;
}

/** An empty group; see createTally for what the options mean. */
export function createGroup(rawLimit: number, live: boolean): Group {
  return {
    requests: 0,
    statusCodes: new Map(),
    errors: new Map(),
    successes: createTally(rawLimit, live),
    others: createTally(rawLimit, live),
    ttfb: createTally(rawLimit, live),
    bytes: 0,
    outputTokens: 0,
    namesTokens: false,
  };
}

/** Takes in a request that ended. */
export function addToGroup(group: Group, sample: Sample, latencyMs: number): void {
  const { status, error } = sample;
  group.requests++;
  group.bytes += sample.bytes;
  if (error !== undefined) {
    group.errors.set(error, (group.errors.get(error) ?? 0) + 1);
    return;
  }
  group.statusCodes.set(status, (group.statusCodes.get(status) ?? 0) + 1);
  addValue(status >= 200 && status < 300 ? group.successes : group.others, latencyMs);
  const ttfbMs = sample.headersMs - sample.sentMs;
  if (!Number.isNaN(ttfbMs)) addValue(group.ttfb, ttfbMs);
  if (sample.outputTokens !== undefined) {
    group.outputTokens += sample.outputTokens;
    group.namesTokens = true;
  }
}

/** The numbers of a group, and the latencies of all its responses. */
export function numbersOf(
  group: Group,
  totalMs: number,
  table: RankTable | null,
): { numbers: Numbers; latency: { tally: Tally; ranked: Ranked } } {
  const exact = table !== null;
  const all = mergeTallies(group.successes, group.others);
  const ranked = rankedValues(all, exact);
  const latencyMs = distributionOf(all, ranked, table);
  const perS = (count: number): number | null => (totalMs > 0 ? count / (totalMs / 1000) : null);
  return {
    numbers: {
      requestsSent: group.requests,
      responses: all.count,
      successes: group.successes.count,
      successRatio: group.requests === 0 ? null : group.successes.count / group.requests,
      statusCodes: Object.fromEntries([...group.statusCodes].toSorted(([a], [b]) => a - b)),
      errors: Object.fromEntries(group.errors),
      latencyMs,
      successLatencyMs:
        all === group.successes
          ? latencyMs
          : distributionOf(group.successes, rankedValues(group.successes, exact), table),
      ttfbMs: distributionOf(group.ttfb, rankedValues(group.ttfb, exact), table),
      throughputPerS: perS(all.count),
      successThroughputPerS: perS(group.successes.count),
      bytesReceived: group.bytes,
      outputTokens: group.outputTokens,
      avgOutputTokens: group.namesTokens && all.count > 0 ? group.outputTokens / all.count : null,
      outputTokensPerS: group.namesTokens ? perS(group.outputTokens) : null,
    },
    latency: { tally: all, ranked },
  };
}
