import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import type { PreparedRequest } from '../../src/core/endpoints/types.ts';
import type { Snapshot } from '../../src/core/metrics/types.ts';
import type { RunPlan } from '../../src/core/plan/types.ts';
import type { TransportName } from '../../src/core/vocabulary.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { readBenchmarkEvent, type BenchmarkCommand } from '../../src/processes/messages.ts';
import { clientCore, onCore } from '../shared/cores.ts';
import type { Peer } from './peer.ts';

const program = fileURLToPath(new URL('../../dist/benchmark.js', import.meta.url));

/** Imported into a process, makes it tell its memory at its end. */
export const tellMemory = fileURLToPath(new URL('../shared/tell-memory.mjs', import.meta.url));

/** What a process with `tellMemory` and a pipe as its fifth stream says, MiB. */
export async function readPeakMemory(child: ChildProcess): Promise<number> {
  const told = child.stdio[4];
  if (!(told instanceof Readable)) throw new Error('The process has no fifth stream.');
  const pieces: Buffer[] = [];
  for await (const piece of told) pieces.push(piece);
  return Number(Buffer.concat(pieces).toString()) / 1_024;
}

/** What can be said of a run beside its plan. */
export interface OwnRunOptions {
  /** What is known of the request beside method, URL and headers: how its answers are read. */
  readonly request?: Partial<PreparedRequest>;
  /** Told with each snapshot, and the process that took it. */
  readonly onSnapshot?: (snapshot: Snapshot, pid: number) => void;
  /** Told at the end how much memory the process had resident at most, MiB. */
  readonly onPeakMemory?: (peakMiB: number) => void;
}

/** A run in the benchmark process, as the editor starts it, on the client's core. Throws when a request failed. */
export async function runOurs(
  url: string,
  plan: Partial<RunPlan>,
  { request, onSnapshot, onPeakMemory }: OwnRunOptions = {},
): Promise<RunRecord> {
  const { execPath, execArgv } = onCore(clientCore);
  const child = fork(program, [], {
    execPath,
    execArgv: onPeakMemory ? [...execArgv, '--import', tellMemory] : execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
  });
  const exit = once(child, 'exit');
  const peakMemory = readPeakMemory(child);
  const target = { method: 'GET', url, headers: [] };
  const command: BenchmarkCommand = {
    type: 'run',
    input: {
      name: 'bench',
      plan: {
        loadModel: 'closed',
        requests: null,
        durationS: null,
        concurrency: 1,
        seed: 1,
        warmup: 0,
        timeoutMs: 30_000,
        drainMs: 10_000,
        maxRedirects: 0,
        coldStart: false,
        objectives: [],
        ...plan,
      },
      targets: [{ ...target, name: 'it', weight: 1, objectives: [] }],
      requests: [{ ...target, ...request }],
      secrets: [],
      file: null,
    },
  };
  const recorded = recordOf(child, onSnapshot);
  child.send(command);
  const record = await recorded;
  await exit;
  onPeakMemory?.(await peakMemory);
  const failed = record.requestsSent - record.successes;
  if (failed > 0) throw new Error(`loadlens: ${failed} of ${record.requestsSent} requests failed`);
  return record;
}

/** CPU time of the client while the run's clock ran, seconds; NaN where the record has none. */
const cpuSecondsIn = ({ client, totalMs }: RunRecord): number => ((client.cpuShare ?? Number.NaN) * totalMs) / 1_000;

/** Our engine as a peer among others: one event loop over a transport. */
export function findLoadlens(transport: TransportName): Peer {
  const run: typeof runOurs = (url, plan, options) => runOurs(url, { ...plan, transport, workers: 1 }, options);
  return {
    name: `loadlens ${transport}`,
    version: manifest.version,
    own: true,
    async throughput({ url, connections, seconds }) {
      const record = await run(url, { durationS: seconds, concurrency: connections });
      return {
        requestsPerS: (record.requestsSent / record.totalMs) * 1_000,
        cpuUsPerRequest: (cpuSecondsIn(record) * 1e6) / record.requestsSent,
      };
    },
    async closed({ url, requests, concurrency }) {
      const { latencyMs } = await run(url, { requests, concurrency });
      return { p50Ms: latencyMs.median ?? Number.NaN, p99Ms: latencyMs.p99 ?? Number.NaN };
    },
    async open({ url, ratePerS, connections, seconds }) {
      const { scheduleLagMs } = await run(url, {
        loadModel: 'open',
        arrivals: 'constant',
        stages: [{ fromPerS: ratePerS, toPerS: ratePerS, durationS: null }],
        durationS: seconds,
        concurrency: connections,
      });
      return { p50Ms: scheduleLagMs.median ?? Number.NaN, p99Ms: scheduleLagMs.p99 ?? Number.NaN };
    },
    async streams({ url, streams, events }) {
      const record = await run(
        url,
        { requests: streams, concurrency: streams },
        { request: { dialect: 'openai', streams: true } },
      );
      const expected = streams * events;
      if (record.outputTokens !== expected) throw new Error(`loadlens: ${record.outputTokens} of ${expected} events`);
      return {
        cpuUsPerEvent: (cpuSecondsIn(record) * 1e6) / expected,
        gapP50Ms: record.iclMs?.median ?? Number.NaN,
        gapP99Ms: record.iclMs?.p99 ?? Number.NaN,
      };
    },
  };
}

function recordOf(child: ChildProcess, onSnapshot: OwnRunOptions['onSnapshot']): Promise<RunRecord> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const event = readBenchmarkEvent(message);
      if (event.type === 'record') resolve(event.record);
      else if (event.type === 'snapshot') onSnapshot?.(event.snapshot, child.pid ?? 0);
      else if (event.type === 'failure') reject(new Error(event.stack ?? event.message));
    });
    // A process that ended before it was told what to do.
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`The benchmark process ended with ${code} and no record.`)));
  });
}
