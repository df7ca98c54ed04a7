import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { clientCore } from '../shared/cores.ts';
import { cpuSecondsOf } from '../shared/meter.ts';

/** What a client did that sent as much as it could. */
export interface Throughput {
  readonly requestsPerS: number;
  /** User and system time of the client for each request, µs, while the load ran. */
  readonly cpuUsPerRequest: number;
}

/** Two quantiles of a time that a client reports, ms: its latency, or by how much its requests left late. */
export interface Quantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** As much as the client can send, for whole seconds. */
export interface ThroughputLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

/** A number of requests at a concurrency, to a server that responds after `delayMs`. */
export interface ClosedLoad {
  readonly url: string;
  readonly requests: number;
  readonly concurrency: number;
  readonly delayMs: number;
}

/** So many requests a second for whole seconds, however long answers take. */
export interface OpenLoad {
  readonly url: string;
  readonly ratePerS: number;
  readonly connections: number;
  readonly seconds: number;
}

/** Concurrent streams, each with a number of events. */
export interface StreamLoad {
  readonly url: string;
  readonly streams: number;
  readonly events: number;
}

/** What streams cost the client. */
export interface StreamCost {
  /** User and system time of the client for each event, µs. */
  readonly cpuUsPerEvent: number;
  /** The times between events that it measured. */
  readonly gapP50Ms: number;
  readonly gapP99Ms: number;
}

/** A load generator on the client's core. A method that is absent: it can't do that. All throw when a request failed. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** One of ours: goals are for it, and charts show it in colour. */
  readonly own?: boolean;
  readonly throughput: (load: ThroughputLoad) => Promise<Throughput>;
  /** Returns its latencies. */
  readonly closed: (load: ClosedLoad) => Promise<Quantiles>;
  /** Returns by how much requests left late; null when it does not say. */
  readonly open?: (load: OpenLoad) => Promise<Quantiles | null>;
  readonly streams?: (load: StreamLoad) => Promise<StreamCost>;
}

/** Runs a program on the client's core and returns what it printed, and the CPU time it took. Throws when it fails. */
export async function runOnClientCore(
  command: string,
  args: readonly (string | number)[],
): Promise<{ readonly output: string; readonly cpuS: number }> {
  const beforeS = childrenS();
  const { stdout } = await promisify(execFile)('taskset', ['-c', String(clientCore), command, ...args.map(String)], {
    maxBuffer: 2 ** 26,
  });
  return { output: stdout, cpuS: childrenS() - beforeS };
}

/** CPU time of the children of this process that have ended. */
const childrenS = (): number => cpuSecondsOf('self', true) - cpuSecondsOf('self');

/** The number that the pattern finds in a program's output. Throws when there is none: its format is not the one known. */
export function numberIn(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`Nothing in the output looks like ${pattern.source}.`);
  return Number(found);
}
