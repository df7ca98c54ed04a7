import { spawnSync } from 'node:child_process';
import { quantileOf } from '../shared/statistics.ts';
import { numberIn, runOnClientCore, type Peer } from './peer.ts';

/** hey; undefined when it is not installed. It does not tell its version: that of the package, where there is one. */
export function findHey(): Peer | undefined {
  if (spawnSync('hey', ['-h']).error) return undefined;
  const version = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'hey'], { encoding: 'utf8' }).stdout;
  return {
    name: 'hey',
    version: version || 'unknown',
    async throughput({ url, connections, seconds }) {
      const { output, responses, cpuS } = await run(['-c', connections, '-z', `${seconds}s`, url]);
      return {
        requestsPerS: numberIn(output, /Requests\/sec:\s+([\d.]+)/),
        cpuUsPerRequest: (cpuS * 1e6) / responses,
      };
    },
    async closed({ url, requests, concurrency }) {
      // Its summary has the percentiles of a histogram; its CSV has each request, to a tenth of a millisecond.
      const { output } = await runOnClientCore('hey', ['-c', concurrency, '-n', requests, '-o', 'csv', url]);
      const rows = output.trim().split('\n').slice(1);
      if (rows.length < requests) throw new Error(`hey: ${requests - rows.length} requests failed`);
      const latencies = rows.map((row) => Number(row.split(',')[0]) * 1_000);
      return { p50Ms: quantileOf(latencies, 0.5), p99Ms: quantileOf(latencies, 0.99) };
    },
    async open({ url, ratePerS, connections, seconds }) {
      // Its limit is for each worker.
      await run(['-c', connections, '-q', ratePerS / connections, '-z', `${seconds}s`, url]);
      return null;
    },
  };
}

async function run(args: readonly (string | number)[]) {
  const { output, cpuS } = await runOnClientCore('hey', args);
  const responses = numberIn(output, /\[200\]\s+(\d+) responses/);
  if (/Error distribution|\[[^2]\d\d\]\s+\d+ responses/.test(output)) throw new Error('hey: requests failed');
  return { output, responses, cpuS };
}
