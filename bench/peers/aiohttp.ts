import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { quantileOf } from '../shared/statistics.ts';
import { runOnClientCore, type Peer } from './peer.ts';

const client = fileURLToPath(new URL('aiohttp_client.py', import.meta.url));

interface Result {
  readonly seconds: number;
  readonly cpuS: number;
  readonly latenciesMs: readonly number[];
}

/** aiohttp, one task for each connection; undefined when no Python has it. */
export function findAiohttp(): Peer | undefined {
  // The system's own first: Debian's package is for it.
  for (const python of ['/usr/bin/python3', 'python3']) {
    const asked = spawnSync(python, ['-c', 'import aiohttp; print(aiohttp.__version__)'], { encoding: 'utf8' });
    if (asked.status === 0) return aiohttpOn(python, asked.stdout.trim());
  }
  return undefined;
}

function aiohttpOn(python: string, version: string): Peer {
  const run = async (...args: readonly (string | number)[]): Promise<Result> => {
    const { output } = await runOnClientCore(python, [client, ...args]);
    const result: Result = JSON.parse(output);
    return result;
  };
  return {
    name: 'aiohttp',
    version,
    async throughput({ url, connections, seconds }) {
      const { latenciesMs, seconds: took, cpuS } = await run(url, connections, 'seconds', seconds);
      return { requestsPerS: latenciesMs.length / took, cpuUsPerRequest: (cpuS * 1e6) / latenciesMs.length };
    },
    async closed({ url, requests, concurrency }) {
      const { latenciesMs } = await run(url, concurrency, 'requests', requests);
      return { p50Ms: quantileOf(latenciesMs, 0.5), p99Ms: quantileOf(latenciesMs, 0.99) };
    },
  };
}
