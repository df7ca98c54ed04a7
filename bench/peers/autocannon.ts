// autocannon for one round: `node autocannon.ts URL CONNECTIONS SECONDS`. Prints what it did and the processor time it took.
import { createRequire } from 'node:module';

/** The part of autocannon that is used here; the package has no types of its own. */
type Autocannon = (options: {
  url: string | undefined;
  connections: number;
  duration: number;
}) => Promise<{ readonly '2xx': number; readonly duration: number }>;

const autocannon: Autocannon = createRequire(import.meta.url)('autocannon');
const [url, connections, seconds] = process.argv.slice(2);
const before = process.cpuUsage();
const result = await autocannon({ url, connections: Number(connections), duration: Number(seconds) });
const { user, system } = process.cpuUsage(before);
const requests = result['2xx'];
console.log(JSON.stringify({ requestsPerS: requests / result.duration, cpuUsPerRequest: (user + system) / requests }));
