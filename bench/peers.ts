// The engine beside autocannon on the same nginx, and how well it keeps a schedule: `node bench/peers.ts [rounds]`.
// One core for the server, one for the client; the peers take turns A B B A, so that drift of the machine meets both alike.
// Needs nginx and taskset (Debian: nginx-light, util-linux); says so and ends well without them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import { fileURLToPath } from 'node:url';
import { clients, runOurs, serverCore, type Round } from './peers/clients.ts';
import { nginxVersion, startNginx } from './peers/nginx.ts';

const connections = 50;
const seconds = 3;
const ideal = { requests: 500, concurrency: 100, delayMs: 100 };
/** What must come out: requests/s against autocannon's, ideal time against measured time. */
const leastRatio = 0.9;
const leastEfficiency = 0.95;

const require = createRequire(import.meta.url);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Rounds by client, from so many pairs in the order A B B A A B … */
async function measureRounds(nginx: string, pairs: number): Promise<Record<string, Round[]>> {
  const server = await startNginx(serverCore, nginx);
  const rounds: Record<string, Round[]> = {};
  const order = Object.entries(clients);
  try {
    for (let i = 0; i < pairs; i += 1) {
      for (const [name, measure] of i % 2 === 0 ? order : order.toReversed()) {
        const round = await measure({ url: server.url, connections, seconds });
        (rounds[name] ??= []).push(round);
        const rate = Math.round(round.requestsPerS).toLocaleString('en');
        console.log(`${name.padEnd(11)} ${rate} requests/s, ${round.cpuUsPerRequest.toFixed(1)} µs of CPU each`);
      }
    }
  } finally {
    await server.close();
  }
  return rounds;
}

/** Ideal time / time taken, of runs against a server that answers after exactly the delay. */
async function measureEfficiencies(runs: number): Promise<number[]> {
  const { requests, concurrency, delayMs } = ideal;
  const args = ['-c', String(serverCore), process.execPath, here('peers/delay-server.ts'), String(delayMs)];
  const server = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  const efficiencies: number[] = [];
  try {
    for (let i = 0; i < runs; i += 1) {
      const { totalMs } = await runOurs(`http://127.0.0.1:${String(port).trim()}/`, { requests, concurrency });
      efficiencies.push(((requests / concurrency) * delayMs) / totalMs);
    }
  } finally {
    server.kill();
  }
  return efficiencies;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

const said = (value: number, least: number): string => `${value} (${value >= least ? 'at least' : 'BELOW'} ${least})`;

/** Processor time so far: all of it, and what the hypervisor took away; null where the system does not tell. */
function readProcessorTime(): { all: number; steal: number } | null {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    return { all: ticks.reduce((sum, n) => sum + n, 0), steal: ticks[7] ?? 0 };
  } catch {
    return null;
  }
}

function versionOf(name: string): string {
  const manifest: { version: string } = require(`${name}/package.json`);
  return manifest.version;
}

async function main(): Promise<void> {
  const nginx = nginxVersion();
  if (nginx === undefined || spawnSync('taskset', ['--version']).status !== 0 || os.availableParallelism() < 2) {
    console.log('Not measured: this needs nginx, taskset and two cores.');
    return;
  }
  const pairs = Number(process.argv[2] ?? 6);
  const before = readProcessorTime();
  const rounds = await measureRounds(nginx, pairs);
  const efficiencies = await measureEfficiencies(pairs + 1);
  const after = readProcessorTime();

  const medianOf = (name: string, what: keyof Round): number =>
    median((rounds[name] ?? []).map((round) => round[what]));
  const ratio = rounded(medianOf('loadlens', 'requestsPerS') / medianOf('autocannon', 'requestsPerS'));
  const cpuRatio = rounded(medianOf('autocannon', 'cpuUsPerRequest') / medianOf('loadlens', 'cpuUsPerRequest'));
  const efficiency = rounded(median(efficiencies));
  const result = {
    machine: {
      cpu: os.cpus()[0]?.model.trim(),
      cores: os.availableParallelism(),
      os: `${os.type()} ${os.release()} ${process.arch}`,
      stealShare: before && after ? rounded((after.steal - before.steal) / (after.all - before.all)) : null,
    },
    versions: { node: process.versions.node, undici: versionOf('undici'), autocannon: versionOf('autocannon'), nginx },
    throughput: { connections, seconds, rounds, ratio, leastRatio, cpuRatio },
    schedule: { ...ideal, efficiencies: efficiencies.map(rounded), efficiency, leastEfficiency },
  };
  const shortened = (_key: string, value: unknown): unknown => (typeof value === 'number' ? rounded(value) : value);
  writeFileSync(here('results/peers.json'), `${JSON.stringify(result, shortened, 2)}\n`);
  console.log(`requests/s, ratio to autocannon, medians of ${pairs}: ${said(ratio, leastRatio)}`);
  console.log(`requests per CPU second, the same ratio: ${cpuRatio}`);
  console.log(`schedule efficiency ${ideal.requests}@${ideal.concurrency}: ${said(efficiency, leastEfficiency)}`);
  if (ratio < leastRatio || efficiency < leastEfficiency) process.exitCode = 1;
}

await main();
