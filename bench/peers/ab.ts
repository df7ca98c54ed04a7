import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberIn, runOnClientCore, type Peer } from './peer.ts';

/** More than it can send in the longest round; it keeps a place for each. */
const endless = 2_000_000;

/** ApacheBench with connections kept alive; undefined when it is not installed. */
export function findAb(): Peer | undefined {
  const version = /Version (\S+)/.exec(spawnSync('ab', ['-V'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  if (version === undefined) return undefined;
  return {
    name: 'ab',
    version,
    async throughput({ url, connections, seconds }) {
      // The time limit sets a number of its own, so the number comes after it.
      const { output, cpuS } = await run(url, ['-c', connections, '-t', seconds, '-n', endless]);
      const cpuUsPerRequest = (cpuS * 1e6) / numberIn(output, /Complete requests: +(\d+)/);
      return { requestsPerS: numberIn(output, /Requests per second: +([\d.]+)/), cpuUsPerRequest };
    },
    async closed({ url, requests, concurrency }) {
      const folder = mkdtempSync(join(tmpdir(), 'loadlens-ab-'));
      try {
        // Its table has whole milliseconds; its CSV file has three digits more.
        const file = join(folder, 'percentages.csv');
        await run(url, ['-c', concurrency, '-n', requests, '-e', file]);
        const csv = readFileSync(file, 'utf8');
        return { p50Ms: numberIn(csv, /^50,([\d.]+)/m), p99Ms: numberIn(csv, /^99,([\d.]+)/m) };
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

async function run(url: string, args: readonly (string | number)[]) {
  const { output, cpuS } = await runOnClientCore('ab', ['-k', '-q', ...args, url]);
  const failed = numberIn(output, /Failed requests: +(\d+)/);
  if (failed > 0 || output.includes('Non-2xx')) throw new Error(`ab: ${failed} requests failed, or were refused`);
  return { output, cpuS };
}
