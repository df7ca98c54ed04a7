import assert from 'node:assert/strict';
import { parseObjectives } from '../../src/core/values/objectives.ts';
import type { RunRecord } from '../../src/core/record/run.ts';
import { type MockServer, startMockServer } from '../../src/servers/mock/server.ts';
import { requestsOf, run } from '../support/run-input.ts';

/** Six prompts: half of the requests are fast, and each of the others is slow in another way, by far. */
const prompts = [
  { prompt: 'a', ttft_ms: 1, icl_ms: 1, tokens: 4 },
  { prompt: 'slow first token', ttft_ms: 700, icl_ms: 1, tokens: 4 },
  { prompt: 'b', ttft_ms: 1, icl_ms: 1, tokens: 4 },
  { prompt: 'slow tokens', ttft_ms: 1, icl_ms: 250, tokens: 4 },
  { prompt: 'c', ttft_ms: 1, icl_ms: 1, tokens: 4 },
  { prompt: 'a pause', ttft_ms: 1, icl_ms: 1, tokens: 40, stall_at: 20, stall_ms: 900 },
];
const file = prompts.map((prompt) => JSON.stringify(prompt)).join('\n');

describe('goodput', function () {
  this.timeout(60_000);
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 10, timeScale: 1 });
  });
  after(() => mock.close());

  const measure = (slo: string): Promise<RunRecord> => {
    const { objectives, error } = parseObjectives(slo);
    assert.equal(error, undefined);
    const text = `# @prompts p.jsonl\nPOST ${mock.url}/v1/completions\n\n{"model":"mock","stream":true}\n`;
    return run(requestsOf(text, { 'p.jsonl': file }), { plan: { requests: 6, concurrency: 6, objectives } });
  };

  for (const [slo, met] of [
    ['ttft.p95 < 400ms', 5],
    ['tpot.p95 < 150ms', 5],
    ['e2e.p95 < 500ms', 3],
    ['stall.p95 < 500ms', 5],
    ['ttft.p95 < 400ms, tpot.p95 < 150ms', 4],
    ['ttft.p95 < 400ms, tpot.p95 < 150ms, stall.p95 < 500ms, errors < 1%', 3],
  ] as const) {
    it(`counts the requests that meet each of ${slo}`, async () => {
      const record = await measure(slo);
      assert.equal(record.successes, 6, JSON.stringify(record.failureSamples));
      assert.equal(record.sloAttainment, met / 6);
      assert.ok(Math.abs((record.goodputPerS ?? 0) - met / ((record.rateMs ?? 0) / 1000)) < 1e-9);
    });
  }
});
