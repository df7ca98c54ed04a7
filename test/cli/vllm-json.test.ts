import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../src/core/record/read-run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli } from './spawn.ts';

describe('loadlens run --vllm-json', function () {
  this.timeout(30_000);
  const folder = freshFolder();
  let mock: MockServer;
  beforeEach(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 100, timeScale: 0.01 });
  });
  afterEach(() => mock.close());

  const run = async (...args: string[]): Promise<Record<string, unknown>[]> => {
    const body = '{"model": "tiny", "messages": [{"role": "user", "content": "a b c"}], "max_tokens": 5}';
    writeFileSync(
      join(folder.path, 'endpoints.txt'),
      `# @stream true\nPOST ${mock.url}/v1/chat/completions\n${body}\n`,
    );
    const { code, stderr } = await runCli(['run', '-q', '--vllm-json', 'v.json', ...args], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    const lines = readFileSync(join(folder.path, 'v.json'), 'utf8').trimEnd().split('\n');
    return lines.map((line): Record<string, unknown> => JSON.parse(line));
  };

  it('writes the measurements under the names of vLLM', async () => {
    const [fields = {}] = await run(
      '-n',
      '60',
      '-c',
      '4',
      '--slo',
      'ttft.p95 < 10s, tpot.p95 < 10s',
      '--json',
      'r.json',
    );
    const record = readRecord(JSON.parse(readFileSync(join(folder.path, 'r.json'), 'utf8')));
    const { ttftMs, tpotMs, iclMs, e2eMs } = record;
    const wanted = {
      backend: 'openai-chat',
      model_id: 'tiny',
      num_prompts: 60,
      request_rate: 'inf',
      max_concurrency: 4,
      duration: record.totalMs / 1000,
      completed: 60,
      failed: 0,
      total_input_tokens: record.inputTokens,
      total_output_tokens: 300,
      mean_ttft_ms: ttftMs?.mean,
      p99_ttft_ms: ttftMs?.p99,
      median_tpot_ms: tpotMs?.median,
      p95_itl_ms: iclMs?.p95,
      mean_e2el_ms: e2eMs?.mean,
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(fields[name], value, name);
    assert.equal(fields['request_goodput'], fields['request_throughput']);
  });

  it('has one line per level of a sweep', async () => {
    const lines = await run('--levels', '1,2', '-n', '4', '--cool-down', '0s');
    assert.deepEqual(
      lines.map((line) => [line['max_concurrency'], line['completed']]),
      [
        [1, 4],
        [2, 4],
      ],
    );
  });
});
