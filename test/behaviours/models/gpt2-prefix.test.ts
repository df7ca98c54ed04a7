import assert from 'node:assert/strict';
import { changeOf, prefixHitShare } from '../../../src/core/metrics/server/server-metrics.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import type { Gpt2Server } from '../../../src/servers/gpt2/server.ts';
import { startTinyServer } from '../../servers/gpt2/support.ts';
import { requestsOf, run } from '../../support/run-input.ts';

describe('the prefix cache of the GPT-2 server', function () {
  this.timeout(60_000);
  let plain: Gpt2Server;
  let caching: Gpt2Server;
  before(async () => {
    plain = await startTinyServer();
    caching = await startTinyServer({ prefixCacheTokens: 4_096 });
  });
  after(() => Promise.all([plain.close(), caching.close()]));

  /** The first 200 tokens of each prompt. */
  const start = Array.from({ length: 200 }, (_, i) => (i * 37) % 250);

  it('returns the same text as without, with the cached tokens in the usage', async () => {
    const cached: number[] = [];
    for (const end of [[1], [2, 3, 4], [1], [5, 6]]) {
      const body = JSON.stringify({ prompt: [...start, ...end], max_tokens: 24, temperature: 0, ignore_eos: true });
      const [without, withCache] = await Promise.all(
        [plain, caching].map(async ({ url }) => {
          const response = await fetch(`${url}/v1/completions`, { method: 'POST', body });
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the server's documentation has it
          return (await response.json()) as {
            choices: { text: string }[];
            usage: { completion_tokens: number; prompt_tokens_details?: { cached_tokens: number } };
          };
        }),
      );
      assert.equal(withCache?.choices[0]?.text, without?.choices[0]?.text, String(end));
      assert.equal(withCache?.usage.completion_tokens, 24);
      cached.push(withCache?.usage.prompt_tokens_details?.cached_tokens ?? 0);
    }
    // The first piece of 128 tokens; the second isn't whole.
    assert.deepEqual(cached, [0, 128, 128, 128]);
  });

  it('has the counts of its metrics, which equal those of the client', async () => {
    const text = `# @input-tokens 40\n# @shared-prefix 256 of 2\n# @output-tokens 6\n# @stream true\nPOST ${caching.url}/v1/completions\n\n{"model":"gpt2"}\n`;
    const record: RunRecord = await run(requestsOf(text), {
      plan: { requests: 20, concurrency: 2, metricsUrl: `${caching.url}/metrics` },
    });
    assert.equal(record.successes, 20, JSON.stringify(record.failureSamples));
    const { serverMetrics } = record;
    assert.ok(serverMetrics !== undefined);
    assert.equal(serverMetrics.server, 'Loadlens GPT-2');
    const { inputTokens = 0, cachedInputTokens = 0, outputTokens } = record;
    assert.equal(outputTokens, 20 * 6);
    // Two of 20 requests at once may miss each of the two prefixes of at least 256 tokens.
    assert.ok(cachedInputTokens >= 256 * 16, String(cachedInputTokens));
    assert.deepEqual(
      (['promptTokens', 'outputTokens', 'prefixQueries', 'prefixHits'] as const).map((figure) =>
        changeOf(serverMetrics, figure),
      ),
      [inputTokens, outputTokens, inputTokens, cachedInputTokens],
    );
    assert.equal(prefixHitShare(serverMetrics), cachedInputTokens / inputTokens);
  });
});
