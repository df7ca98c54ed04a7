import assert from 'node:assert/strict';
import { streamCharts } from '../../../src/core/report/charts/run-charts.ts';
import { reports } from '../../../src/core/report/formats/reports.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { startCli, type Running } from '../../cli/spawn.ts';
import { requestsOf, run } from '../../support/run-input.ts';

describe('the prefill speed of a language model server', function () {
  this.timeout(60_000);
  let server: Running;
  let url: string;
  before(async () => {
    const options = ['--ttft-ms', '20', '--ttft-ms-per-token', '1', '--prefix-caching'];
    server = startCli(['serve', 'mock', '--port', '0', ...options], { cwd: '.' });
    url = /http:\/\/\S+/.exec(await server.printed(/listening on http:\/\/\S+ \(/))?.[0] ?? '';
  });
  after(async () => {
    server.child.kill();
    await server.finished;
  });

  it('equals that of the mock server, from TTFT against uncached tokens', async () => {
    const directives = '# @input-tokens uniform(50, 350)\n# @shared-prefix 320\n# @output-tokens 4\n# @stream true';
    const body = '{"model":"mock","messages":[],"icl_ms":2}';
    const record = await run(requestsOf(`${directives}\nPOST ${url}/v1/chat/completions\n\n${body}\n`), {
      plan: { requests: 120, concurrency: 8, seed: 3, warmup: 1 },
    });
    assert.equal(record.successes, 120);
    const { fit, uncached, streams } = record.ttftByInput ?? {};
    assert.ok(fit !== undefined && uncached === true && streams === 120);
    const seen = JSON.stringify(fit);
    // The mock server's own value, 1 ms per token. A busy machine widens the interval, which is four standard errors wide.
    const [low, high] = fit.interval95;
    assert.ok(Math.abs(fit.msPer1000Tokens - 1000) < high - low, seen);
    assert.ok(high - low < 500, seen);
    // No first token comes earlier than its 20 ms and 1 ms per token, so neither does half of them.
    const meanTokens = record.ttftByInput?.meanTokens ?? Number.NaN;
    const lateMs = fit.interceptMs + (fit.msPer1000Tokens * meanTokens) / 1000 - (20 + meanTokens);
    assert.ok(lateMs > -1 && lateMs < 100, `${lateMs}: ${seen}`);
    assert.match(renderText(record), /TTFT by uncached input tokens:\n.*\n +all +120 /);
    assert.ok(streamCharts(record).some(({ title }) => title === 'TTFT by input tokens'));
    assert.match(reports.html.render(record), /Uncached input tokens<\/text>/);
    assert.match(reports.csv.render(record), /\r\n,ttftByInput\.msPer1000Tokens,/);
  });
});
