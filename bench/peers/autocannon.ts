import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AutocannonOptions, AutocannonResult } from './autocannon-client.ts';
import { runOnClientCore, type Peer } from './peer.ts';

const client = fileURLToPath(new URL('autocannon-client.ts', import.meta.url));

/** autocannon, from the project's own packages. */
export function findAutocannon(): Peer {
  const { version }: { version: string } = createRequire(import.meta.url)('autocannon/package.json');
  return {
    name: 'autocannon',
    version,
    async throughput({ url, connections, seconds }) {
      const { requests, seconds: took, cpuS } = await run({ url, connections, duration: seconds });
      return { requestsPerS: requests / took, cpuUsPerRequest: (cpuS * 1e6) / requests };
    },
    async closed({ url, requests, concurrency }) {
      const { p50Ms, p99Ms } = await run({ url, connections: concurrency, amount: requests });
      return { p50Ms, p99Ms };
    },
    async open({ url, ratePerS, connections, seconds }) {
      await run({ url, connections, overallRate: ratePerS, duration: seconds });
      return null;
    },
  };
}

async function run(options: AutocannonOptions): Promise<AutocannonResult> {
  const { output } = await runOnClientCore(process.execPath, [client, JSON.stringify(options)]);
  const result: AutocannonResult = JSON.parse(output);
  if (result.failed > 0) throw new Error(`autocannon: ${result.failed} requests failed`);
  return result;
}
