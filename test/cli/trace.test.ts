import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../src/core/record/read-run.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { freshFolder, runCli } from './spawn.ts';

/** Prompts with shared blocks of 512 tokens, 100 ms apart. */
const rows = [
  { input_length: 1_100, output_length: 3, hash_ids: [1, 2, 3] },
  { input_length: 1_200, output_length: 5, hash_ids: [1, 2, 4] },
  { input_length: 600, output_length: 2, hash_ids: [1, 9] },
  { input_length: 40, output_length: 1, hash_ids: [7] },
  { input_length: 1_100, output_length: 3, hash_ids: [1, 2, 3] },
].map((row, index) => JSON.stringify({ timestamp: 27_000 + 100 * index, ...row }));

describe('a trace', function () {
  this.timeout(60_000);
  const folder = freshFolder();
  let mock: MockServer;
  const start = async (path: string, body: string): Promise<void> => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 1_000, timeScale: 1, prefixCaching: true });
    writeFileSync(join(folder.path, 't.jsonl'), rows.join('\n'));
    writeFileSync(
      join(folder.path, 'endpoints.txt'),
      `# @trace t.jsonl\n${path.replace('BASE', mock.url)}\n\n${body}\n`,
    );
  };
  afterEach(() => mock.close());
  const run = async (...args: string[]): Promise<RunRecord> => {
    const { code, stderr } = await runCli(['run', ...args, '--json', 'out.json'], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    return readRecord(JSON.parse(readFileSync(join(folder.path, 'out.json'), 'utf8')));
  };

  it('is replayed with its times, lengths, and shared prefixes', async () => {
    await start('POST BASE/v1/completions?ttft_ms=5&icl_ms=1', '{"model":"mock","stream":true}');
    const record = await run();
    assert.deepEqual(record.plan.trace, { file: 't.jsonl', speed: 1, format: 'mooncake', requests: 5, spanMs: 400 });
    assert.deepEqual([record.requestsSent, record.successes, record.plan.requests], [5, 5, 5]);
    assert.deepEqual([record.inputTokens, record.outputTokens], [4_040, 14]);
    // Whole blocks of the cache of 16 tokens: two blocks of 512, one, none, and the same prompt again but its last token.
    assert.equal(record.cachedInputTokens, 1_024 + 512 + 0 + 1_088);
    // Nothing leaves before it is due, so the last response ends after the trace.
    assert.ok((record.timeline.endMs ?? 0) >= 400);
  });

  it('replays its times at another speed, and ends earlier with a number of requests', async () => {
    await start('GET BASE/hello', '');
    const record = await run('--trace-speed', '2', '-n', '3');
    assert.deepEqual(record.plan.trace, { file: 't.jsonl', speed: 2, format: 'mooncake', requests: 5, spanMs: 100 });
    assert.equal(record.requestsSent, 3);
  });
});
