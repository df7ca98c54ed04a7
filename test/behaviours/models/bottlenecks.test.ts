import assert from 'node:assert/strict';
import { bottleneckOf, type Bottleneck } from '../../../src/core/report/words/bottleneck.ts';
import { serverTables } from '../../../src/core/report/tables/server-table.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { startCli, type Running } from '../../cli/spawn.ts';
import { startSlowWay } from '../../support/slow-way.ts';
import { requestsOf, run } from '../../support/run-input.ts';

let server: Running | undefined;

/** Starts the mock server in a process of its own, as a client in the same process would slow it down. */
async function startMock(options: readonly string[]): Promise<string> {
  const args = ['serve', 'mock', '--port', '0', '--max-concurrent-requests', '64', ...options];
  server = startCli(args, { cwd: '.' });
  return /http:\/\/\S+/.exec(await server.printed(/listening on http:\/\/\S+ \(/))?.[0] ?? '';
}

async function measure(
  options: readonly string[],
  directives: string,
  seed: number,
  { iclMs = 3, delayMs }: { iclMs?: number; delayMs?: number | undefined } = {},
): Promise<RunRecord> {
  const url = await startMock(options);
  const way = delayMs === undefined ? undefined : await startSlowWay(Number(new URL(url).port), { delayMs });
  const target = way === undefined ? url : `http://127.0.0.1:${way.port}`;
  const text = `${directives}\n# @stream true\nPOST ${target}/v1/chat/completions\n\n{"model":"mock","messages":[],"icl_ms":${iclMs}}\n`;
  try {
    return await run(requestsOf(text), {
      plan: { requests: null, durationS: 1.5, concurrency: 8, seed, metricsUrl: `${url}/metrics`, drainMs: 10_000 },
    });
  } finally {
    await way?.close();
  }
}

interface Scenario {
  readonly name: Bottleneck['name'];
  readonly what: string;
  readonly options: readonly string[];
  readonly directives: string;
  /** Delay between client and server in each direction, ms. */
  readonly delayMs?: number;
}

const short = '# @input-tokens 64\n# @output-tokens 16';
const scenarios: readonly Scenario[] = [
  {
    name: 'queue',
    what: 'few sequences at a time',
    options: ['--max-num-seqs', '2', '--ttft-ms', '30'],
    directives: short,
  },
  {
    name: 'kv-cache',
    what: 'a small KV cache',
    options: ['--kv-cache-blocks', '11', '--ttft-ms', '30'],
    directives: short,
  },
  {
    name: 'kv-cache',
    what: 'a KV cache with room for less than one more request',
    options: ['--kv-cache-blocks', '19', '--ttft-ms', '30'],
    directives: short,
  },
  {
    name: 'prefill',
    what: 'prompts that the prefix cache misses',
    options: ['--prefix-caching', '--ttft-ms', '20', '--ttft-ms-per-token', '0.4'],
    directives: '# @input-tokens 500\n# @output-tokens 8',
  },
  {
    name: 'decode',
    what: 'long responses to a prefix that is cached',
    options: ['--prefix-caching', '--ttft-ms', '20', '--ttft-ms-per-token', '0.4'],
    directives: '# @input-tokens 16\n# @shared-prefix 512\n# @output-tokens 32',
  },
  {
    name: 'network',
    what: 'a slow way to the server',
    options: ['--ttft-ms', '30'],
    directives: short,
    delayMs: 120,
  },
];

describe('the bottleneck of a language model server', function () {
  this.timeout(60_000);
  afterEach(async () => {
    server?.child.kill();
    await server?.finished;
    server = undefined;
  });

  for (const { name, what, options, directives, delayMs } of scenarios) {
    for (const seed of [1, 2]) {
      it(`is identified: ${what} (seed ${seed})`, async () => {
        const record = await measure(options, directives, seed, { iclMs: name === 'decode' ? 10 : 3, delayMs });
        assert.equal(record.successes, record.requestsSent);
        // A machine busy with other tests may limit the client, which would hide the server.
        const idle = { bound: null, eventLoopDelayP99Ms: 1, idleDelayP99Ms: 1, dispatchGapP99Ms: 1 };
        const healthy: RunRecord = { ...record, client: { ...record.client, ...idle } };
        assert.equal(bottleneckOf(healthy)?.name, name, JSON.stringify(record.serverMetrics));
        const saturated = { ...record.client, bound: 'client', cpuShare: 1, loops: 1 } as const;
        assert.equal(bottleneckOf({ ...record, client: saturated })?.name, 'client');
      });
    }
  }

  for (const [tokens, name] of [
    [64, 'queue'],
    [1_000, 'prefill'],
  ] as const) {
    it(`is the ${name} in bursts with prompts of ${tokens} tokens`, async () => {
      // Of 20 requests with short prompts, those that don't run at once wait for five times as long as their prefill.
      const size = tokens === 64 ? 20 : 5;
      const url = await startMock(['--max-num-seqs', '4', '--ttft-ms', '5', '--ttft-ms-per-token', '0.4']);
      const rows = Array.from({ length: 2 * size }, (_, i) => ({
        at: 1_500 * Math.floor(i / size),
        input: tokens,
        output: 8,
      }));
      const text = `# @trace t.jsonl\n# @stream true\nPOST ${url}/v1/chat/completions\n\n{"model":"mock","messages":[],"icl_ms":3}\n`;
      const files = { 't.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') };
      const trace = { file: 't.jsonl', speed: 1 };
      const record = await run(requestsOf(text, files), {
        plan: {
          loadModel: 'open',
          requests: null,
          concurrency: 100,
          maxInFlight: 100,
          trace,
          metricsUrl: `${url}/metrics`,
        },
      });
      assert.equal(record.successes, 2 * size);
      const found = bottleneckOf({ ...record, client: { ...record.client, bound: null } });
      assert.equal(found?.name, name, `${found?.sentence} ${JSON.stringify(record.serverMetrics)}`);
    });
  }

  it("is shown with token counts that agree with the client's", async () => {
    const record = await measure([], short, 3);
    const [table] = serverTables(record);
    const row = (label: string): readonly string[] | undefined => table?.rows.find(([first]) => first === label);
    assert.equal(table?.title, 'Server metrics (vLLM)');
    for (const label of ['prompt tokens', 'output tokens']) assert.equal(row(label)?.[1], row(label)?.[2], label);
  });

  it("isn't read from a host that no target has", async () => {
    const request = { method: 'GET', url: 'http://127.0.0.1:9/', headers: [] };
    await assert.rejects(
      run([request], { plan: { metricsUrl: 'http://other.example/metrics' } }),
      /isn't the host of a target/,
    );
  });
});
