import { spawnSync } from 'node:child_process';
import { numberIn, runOnClientCore, type Peer } from './peer.ts';

const msPer: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

/** wrk with one thread; undefined when it is not installed. It knows no number of requests: a closed load takes the time they should. */
export function findWrk(): Peer | undefined {
  const version = /^wrk (?:debian\/)?(\S+)/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  if (version === undefined) return undefined;
  return {
    name: 'wrk',
    version,
    async throughput({ url, connections, seconds }) {
      const { output, cpuS } = await run(url, connections, seconds);
      const cpuUsPerRequest = (cpuS * 1e6) / numberIn(output, /(\d+) requests in/);
      return { requestsPerS: numberIn(output, /Requests\/sec: +([\d.]+)/), cpuUsPerRequest };
    },
    async closed({ url, requests, concurrency, delayMs }) {
      const seconds = Math.max(1, Math.round(((requests / concurrency) * delayMs) / 1_000));
      const { output } = await run(url, concurrency, seconds);
      const latencyMs = (share: number): number => {
        const [, value, unit = ''] = new RegExp(`^ +${share}% +([\\d.]+)(us|ms|s)$`, 'm').exec(output) ?? [];
        return Number(value) * (msPer[unit] ?? Number.NaN);
      };
      return { p50Ms: latencyMs(50), p99Ms: latencyMs(99) };
    },
  };
}

async function run(url: string, connections: number, seconds: number) {
  const args = ['-t', 1, '-c', connections, '-d', `${seconds}s`, '--timeout', '10s', '--latency', url];
  const { output, cpuS } = await runOnClientCore('wrk', args);
  const problem = /(Socket errors|Non-2xx).*/.exec(output)?.[0];
  if (problem !== undefined) throw new Error(`wrk: ${problem}`);
  return { output, cpuS };
}
