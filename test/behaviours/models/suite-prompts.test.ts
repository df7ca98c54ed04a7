import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freshFolder, runCli } from '../../cli/spawn.ts';
import { startStreamServer, type StreamServer } from '../../support/stream-server.ts';

interface Cell {
  readonly tokensPerS: { readonly mean: number; readonly sd: number };
}
const lengths = [3, 12, 30];

describe('requests of suites', function () {
  this.timeout(120_000);
  const folder = freshFolder();
  let server: StreamServer;
  /** Tokens per second of each stream, as the server wrote it. */
  let rates: number[] = [];
  beforeEach(async () => {
    // Answers of 3, 12 and 30 tokens in turn, the warm-up's first: 100 ms to the first token, 10 ms between two.
    let asked = 0;
    rates = [];
    server = await startStreamServer(async (response, { url }) => {
      if (url === '/v1/models') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"id":"m"}]}');
        return;
      }
      const tokens = lengths[(asked++ + 3) % 4] ?? 3;
      const body: unknown = JSON.parse(server.bodies.at(-1) ?? '{}');
      if (typeof body !== 'object' || body === null || !('stream' in body)) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"choices":[{"text":"a","finish_reason":"stop"}],"usage":{"completion_tokens":1}}');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      const begun = performance.now();
      for (let token = 0; token < tokens; token++) {
        await setTimeout(Math.max(1, begun + 100 + 10 * token - performance.now()));
        response.write(`data: {"choices":[{"text":"a","finish_reason":null}]}\n\n`);
      }
      rates.push((tokens * 1000) / (performance.now() - begun));
      response.write('data: {"choices":[{"text":"","finish_reason":"stop"}]}\n\n');
      response.end(`data: {"choices":[],"usage":{"completion_tokens":${tokens}}}\n\ndata: [DONE]\n\n`);
    });
  });
  afterEach(() => server.close());

  const suite = async (kind: string, ...options: string[]) => {
    const address = ['--server', `${server.url}/v1/completions`, '--out', 'r', '-q'];
    const outcome = await runCli(['suite', kind, '--quick', ...address, ...options], { cwd: folder.path, input: '' });
    const name = readdirSync(join(folder.path, 'r')).find((one) => one.endsWith('.json')) ?? '';
    const record: { cells: Cell[] } = JSON.parse(readFileSync(join(folder.path, 'r', name), 'utf8'));
    const prompts = server.bodies.filter((body) => body !== '').map((body) => String(JSON.parse(body).prompt));
    return { ...outcome, record, prompts };
  };

  it('have different beginnings in the latency suite, and rates per request', async () => {
    const { code, record, prompts } = await suite('latency');
    assert.equal(code, 0);
    assert.equal(prompts.length, 9 * 4);
    assert.equal(new Set(prompts.map((prompt) => prompt.split(' ')[0])).size, prompts.length);
    // 53.0 ± 26.2 by the schedule, see the arithmetic in suite-siblings.test.ts; a busy machine writes later than that.
    for (const [index, { tokensPerS }] of record.cells.entries()) {
      const [a = 0, b = 0, c = 0] = rates.slice(4 * index + 1, 4 * index + 4);
      const mean = (a + b + c) / 3;
      const sd = Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2);
      assert.ok(Math.abs(tokensPerS.mean / mean - 1) < 0.15, `${tokensPerS.mean} for ${mean}`);
      assert.ok(Math.abs(tokensPerS.sd - sd) < 0.15 * mean, `${tokensPerS.sd} for ${sd}`);
    }
  });

  it('are never repeated in the throughput suite, and fill every round', async () => {
    const { prompts } = await suite('throughput');
    assert.equal(prompts.length, 2 + 5 + (2 + 6) + (2 + 8));
    assert.equal(new Set(prompts).size, prompts.length);
  });

  it("are exactly the reference's with --reference", async () => {
    const { prompts, stdout } = await suite('throughput', '--reference');
    assert.equal(prompts.length, 2 + 5 + (2 + 6) + (2 + 6));
    assert.equal(new Set(prompts).size, 3);
    assert.match(stdout, /the reference's: if requests aren't a multiple of the concurrency/);
  });
});
