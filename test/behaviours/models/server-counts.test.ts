import assert from 'node:assert/strict';
import { changeOf, prefixHitShare, type ServerMetrics } from '../../../src/core/metrics/server/server-metrics.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { startMockServer } from '../../../src/servers/mock/server.ts';
import { requestsOf, run } from '../../support/run-input.ts';

const figures = ['promptTokens', 'outputTokens', 'prefixQueries', 'prefixHits', 'preemptions'] as const;

/** Runs the target below these directives against a mock server with limits, whose metrics are read. */
async function measure(
  limits: Partial<Parameters<typeof startMockServer>[0]>,
  directives: string,
  plan: Partial<RunPlan>,
  iclMs = 2,
): Promise<{ record: RunRecord; metrics: ServerMetrics }> {
  const mock = await startMockServer({ port: 0, maxConcurrentRequests: 64, timeScale: 1, ...limits });
  try {
    const url = `${mock.url}/v1/completions?ttft_ms=5&icl_ms=${iclMs}`;
    const record = await run(requestsOf(`${directives}\nPOST ${url}\n\n{"model":"mock","stream":true}\n`), {
      plan: { metricsUrl: `${mock.url}/metrics`, ...plan },
    });
    assert.equal(record.successes, record.requestsSent, JSON.stringify(record.failureSamples));
    assert.ok(record.serverMetrics);
    return { record, metrics: record.serverMetrics };
  } finally {
    await mock.close();
  }
}

describe("the counts of a server's metrics", function () {
  this.timeout(30_000);

  it('equal those of the client, and the hits of its prefix cache are known', async () => {
    const { record, metrics } = await measure(
      { prefixCaching: true },
      '# @input-tokens 40\n# @shared-prefix 64 of 1\n# @output-tokens 6',
      { requests: 10, concurrency: 1 },
    );
    // Each prompt after the first has the four blocks of 16 tokens of the prefix.
    assert.deepEqual([record.inputTokens, record.outputTokens, record.cachedInputTokens], [1_040, 60, 9 * 64]);
    assert.deepEqual(
      figures.map((figure) => changeOf(metrics, figure)),
      [1_040, 60, 1_040, 9 * 64, 0],
    );
    assert.equal(prefixHitShare(metrics), (9 * 64) / 1_040);
  });

  it('have the preemptions of a full KV cache', async () => {
    // Two requests of 16 prompt tokens start in one block each. At 17 tokens, each needs a second one of three: the later one is
    // preempted once, and its prompt and output aren't counted again.
    const { record, metrics } = await measure(
      { kvCacheBlocks: 3 },
      '# @input-tokens 16\n# @output-tokens 12',
      { requests: 2, concurrency: 2 },
      30,
    );
    assert.deepEqual([record.inputTokens, record.outputTokens], [32, 24]);
    assert.deepEqual(
      (['promptTokens', 'outputTokens', 'preemptions'] as const).map((figure) => changeOf(metrics, figure)),
      [32, 24, 1],
    );
  });

  it('never have more running requests than the limit of the server, nor more queued ones than the others', async () => {
    const { metrics } = await measure({ maxNumSeqs: 2 }, '# @input-tokens 16\n# @output-tokens 100', {
      requests: 12,
      concurrency: 6,
    });
    const most = (figure: 'running' | 'waiting'): number =>
      Math.max(...(metrics.figures[figure] ?? []).map((value) => value ?? 0));
    assert.deepEqual([most('running'), most('waiting')], [2, 4]);
  });
});
