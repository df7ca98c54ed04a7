// Injects bottlenecks of known kinds between this client and the mock server, and counts how many are named right.
// Run: node bench/bottlenecks.ts. It takes about 3 minutes and writes bench/results/bottlenecks.*.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRecord } from '../src/core/record/read-run.ts';
import type { RunRecord } from '../src/core/record/run.ts';
import { bottleneckOf, type Bottleneck } from '../src/core/report/words/bottleneck.ts';
import { startSlowWay, type WayOptions } from '../test/support/slow-way.ts';
import { startMock } from './servers/mock.ts';
import { readMachine } from './shared/machine.ts';
import { markdownTable, writeSimulation } from './shared/simulation.ts';

interface Scenario {
  readonly name: Bottleneck['name'];
  readonly what: string;
  /** Options of the mock server. */
  readonly server: readonly string[];
  readonly directives: string;
  readonly iclMs?: number;
  readonly way?: WayOptions;
  readonly client?: 'busy' | 'stopped';
}

const short = '# @input-tokens 64\n# @output-tokens 16';
const light = ['--ttft-ms', '30'];
const prefixes = ['--prefix-caching', '--ttft-ms', '20', '--ttft-ms-per-token', '0.4'];
const scenarios: readonly Scenario[] = [
  {
    name: 'queue',
    what: '2 sequences at a time for 8 requests',
    server: [...light, '--max-num-seqs', '2'],
    directives: short,
  },
  {
    name: 'kv-cache',
    what: 'a KV cache for 2 requests',
    server: [...light, '--kv-cache-blocks', '11'],
    directives: short,
  },
  {
    name: 'kv-cache',
    what: 'a KV cache with room for less than one more request',
    server: [...light, '--kv-cache-blocks', '19'],
    directives: short,
  },
  {
    name: 'prefill',
    what: 'prompts that the prefix cache misses',
    server: prefixes,
    directives: '# @input-tokens 500\n# @output-tokens 8',
  },
  {
    name: 'decode',
    what: 'long responses to a cached prefix',
    server: prefixes,
    directives: '# @input-tokens 16\n# @shared-prefix 512\n# @output-tokens 32',
    iclMs: 10,
  },
  { name: 'decode', what: 'slow tokens', server: light, directives: short, iclMs: 25 },
  { name: 'network', what: '80 ms in each direction', server: light, directives: short, way: { delayMs: 80 } },
  { name: 'network', what: '10 kB/s per connection', server: light, directives: short, way: { bytesPerS: 10_000 } },
  { name: 'client', what: 'busy for 60 of 70 ms', server: light, directives: short, client: 'busy' },
  { name: 'client', what: 'stopped for 150 of 160 ms', server: light, directives: short, client: 'stopped' },
];
const seeds = [1, 2];
const concurrency = 8;
const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const busyLoop = new URL('../test/support/busy-loop.mjs', import.meta.url).href;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Stops the process for 150 ms of every 160, as a limit of its CPU time does. */
async function limit(child: ChildProcess): Promise<void> {
  // False once the process has ended.
  while (child.kill('SIGSTOP')) {
    await pause(150);
    child.kill('SIGCONT');
    await pause(10);
  }
}

async function measure({ server, directives, iclMs = 3, way, client }: Scenario, seed: number): Promise<RunRecord> {
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-bottleneck-'));
  const mock = await startMock(['--max-concurrent-requests', '64', ...server]);
  const proxy = way && (await startSlowWay(mock.port, way));
  try {
    const file = join(folder, 'model.endpoints');
    const url = `http://127.0.0.1:${proxy?.port ?? mock.port}/v1/chat/completions`;
    writeFileSync(
      file,
      `${directives}\n# @stream true\nPOST ${url}\n\n{"model":"mock","messages":[],"icl_ms":${iclMs}}\n`,
    );
    const args = [
      'run',
      file,
      '-q',
      '--json',
      '-',
      '-c',
      String(concurrency),
      '--duration',
      '2s',
      '--seed',
      String(seed),
    ];
    const metrics = ['--server-metrics', `http://127.0.0.1:${mock.port}/metrics`];
    const child = spawn(
      process.execPath,
      [...(client === 'busy' ? ['--import', busyLoop] : []), cli, ...args, ...metrics],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let json = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (json += text));
    if (client === 'stopped') void limit(child);
    await new Promise((resolve) => child.once('close', resolve));
    return readRecord(JSON.parse(json));
  } finally {
    await mock.close();
    await proxy?.close();
    rmSync(folder, { recursive: true });
  }
}

const results = [];
for (const scenario of scenarios) {
  for (const seed of seeds) {
    const record = await measure(scenario, seed);
    const found = bottleneckOf(record);
    const { name, what } = scenario;
    process.stderr.write(`${name}, ${what}, seed ${seed}: ${found?.sentence ?? 'none'}\n`);
    results.push({
      injected: name,
      what,
      seed,
      named: found?.name ?? null,
      sentence: found?.sentence ?? null,
      requests: record.requestsSent,
      bound: record.client.bound ?? null,
    });
  }
}
const right = results.filter(({ injected, named }) => injected === named).length;
const machine = readMachine();
writeSimulation(
  'bottlenecks',
  `# Bottlenecks that are named right

\`node bench/bottlenecks.ts\`: ${right} of ${results.length}. Each is injected on purpose, at concurrency ${concurrency} for 2 s, between a client and the mock server in processes of their own: in the server's settings, by a proxy between them, or in the client's process. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.

${markdownTable(
  ['injected', 'how', 'seed', 'named', 'sentence'],
  results.map(({ injected, what, seed, named, sentence }) => [
    injected,
    what,
    String(seed),
    named ?? '–',
    sentence ?? '–',
  ]),
)}`,
  { machine, right, of: results.length, results },
);
