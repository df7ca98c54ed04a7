import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunPlan } from '../../src/core/plan/types.ts';
import type { RunRecord } from '../../src/core/report/types.ts';
import { readBenchmarkEvent, type BenchmarkCommand } from '../../src/processes/messages.ts';

/** The server has core 0. */
export const serverCore = 0;
const clientCore = 1;

/** What a client did in one round. */
export interface Round {
  readonly requestsPerS: number;
  /** Says more than the rate on a machine that does other things too. */
  readonly cpuUsPerRequest: number;
}

/** One round against a server that answers at once. */
export interface RoundOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const onClientCore = ['-c', String(clientCore), process.execPath];

/** The peers by name; each runs on the client's core alone. */
export const clients: Readonly<Record<string, (options: RoundOptions) => Promise<Round>>> = {
  async loadlens({ url, connections, seconds }) {
    const { client, totalMs, requestsSent } = await runOurs(url, { durationS: seconds, concurrency: connections });
    return {
      requestsPerS: (requestsSent / totalMs) * 1_000,
      cpuUsPerRequest: ((client.cpuShare ?? Number.NaN) * totalMs * 1_000) / requestsSent,
    };
  },
  async autocannon({ url, connections, seconds }) {
    const args = [...onClientCore, here('autocannon.ts'), url, String(connections), String(seconds)];
    const { stdout } = await promisify(execFile)('taskset', args);
    const round: Round = JSON.parse(stdout);
    return round;
  },
};

/** A run in the benchmark process, as the editor starts it. */
export async function runOurs(url: string, plan: Partial<RunPlan>): Promise<RunRecord> {
  const child = fork(here('../../src/processes/benchmark.ts'), [], {
    execPath: 'taskset',
    execArgv: onClientCore,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const start = { line: 0, character: 0 };
  const request = { method: 'GET', url, headers: [] };
  const command: BenchmarkCommand = {
    type: 'run',
    input: {
      name: 'peers',
      plan: {
        loadModel: 'closed',
        requests: null,
        durationS: null,
        concurrency: 1,
        seed: 1,
        warmup: 0,
        timeoutMs: 10_000,
        drainMs: 10_000,
        maxRedirects: 0,
        coldStart: false,
        objectives: [],
        ...plan,
      },
      targets: [{ ...request, name: 'it', weight: 1, objectives: [], range: { start, end: start } }],
      requests: [request],
      secrets: [],
      file: null,
    },
  };
  child.send(command);
  const record = await recordOf(child);
  await exit;
  const failed = record.requestsSent - record.successes;
  if (failed > 0) throw new Error(`${failed} of ${record.requestsSent} requests failed.`);
  return record;
}

function recordOf(child: ChildProcess): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const event = readBenchmarkEvent(message);
      if (event.type === 'record') resolve(event.record);
      else if (event.type === 'failure') reject(new Error(event.stack ?? event.message));
    });
    child.on('exit', (code) => reject(new Error(`The benchmark process ended with ${code} and no record.`)));
  });
}
