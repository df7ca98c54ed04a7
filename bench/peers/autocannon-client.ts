// autocannon for one turn: `node autocannon-client.ts OPTIONS`, its options as JSON. Prints an AutocannonResult.
import { createRequire } from 'node:module';
import { quantileOf } from '../shared/statistics.ts';

/** What it is asked for: an amount of requests, or a duration in seconds. */
export interface AutocannonOptions {
  readonly url: string;
  readonly connections: number;
  readonly amount?: number;
  readonly duration?: number;
  readonly overallRate?: number;
}

/** What it did. Latencies are of an amount alone. */
export interface AutocannonResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  readonly cpuS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The part of autocannon that is used here; the package has no types of its own. */
type Autocannon = (
  options: AutocannonOptions,
  done: (error: Error | null, result: Readonly<Record<'2xx' | 'non2xx' | 'errors' | 'duration', number>>) => void,
) => NodeJS.EventEmitter;

const autocannon: Autocannon = createRequire(import.meta.url)('autocannon');
const options: AutocannonOptions = JSON.parse(process.argv[2] ?? '{}');
const latencies: number[] = [];
const before = process.cpuUsage();
const instance = autocannon(options, (error, result) => {
  if (error) throw error;
  const { user, system } = process.cpuUsage(before);
  const told: AutocannonResult = {
    requests: result['2xx'],
    failed: result.non2xx + result.errors,
    seconds: result.duration,
    cpuS: (user + system) / 1e6,
    p50Ms: quantileOf(latencies, 0.5),
    p99Ms: quantileOf(latencies, 0.99),
  };
  console.log(JSON.stringify(told));
});
// Its own percentiles are whole milliseconds.
if (options.amount !== undefined)
  instance.on('response', (_client, _status, _bytes, latencyMs: number) => latencies.push(latencyMs));
