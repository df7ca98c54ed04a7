import assert from 'node:assert/strict';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { unreadMetricsSentences } from '../../../../src/core/report/words/unread-metrics.ts';
import type { ServerMetrics } from '../../../../src/core/metrics/server/server-metrics.ts';
import type { RunRecord } from '../../../../src/core/record/run.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

const url = 'http://127.0.0.1:9/metrics';
const run = recordOf(closedLoop(20, 2, () => ({ latencyMs: 5 })));

/** A run that asked for metrics, and what came of it. */
const asked = (metrics: Partial<ServerMetrics>): RunRecord => ({
  ...run,
  plan: { ...run.plan, metricsUrl: url },
  serverMetrics: { url, server: null, failedReadings: 0, atMs: [], figures: {}, ...metrics },
});
const failed = (failure: string): RunRecord => asked({ failedReadings: 2, failure, isPartial: true });
const atMs = [-5, 10];

const refused = `Server metrics at ${url} couldn't be read: connect ECONNREFUSED 127.0.0.1:9. Check the address (--server-metrics, @metrics). Without them, no bottleneck is named.`;

describe('metrics that were asked for and give no figure', () => {
  it('are a warning with the cause at the start of every report', () => {
    const record = failed('connect ECONNREFUSED 127.0.0.1:9');
    assert.deepEqual(unreadMetricsSentences([record]), [refused]);
    for (const render of [renderText, reports.markdown.render, reports.html.render]) {
      const text = render(record)
        .replaceAll('&#39;', "'")
        .replaceAll(/[\s\\]+/g, ' ');
      const place = text.indexOf("couldn't be read: connect ECONNREFUSED 127.0.0.1:9. Check the address");
      assert.ok(place > 0 && place < text.indexOf('std dev'), text.slice(0, 500));
    }
  });

  it('say what to do about the response', () => {
    assert.match(
      unreadMetricsSentences([failed('status 404')])[0] ?? '',
      / status 404\. Correct .+ \(SGLang: --enable-/,
    );
    assert.match(
      unreadMetricsSentences([failed("the response isn't Prometheus text")])[0] ?? '',
      /read: the response isn't Prometheus text\. Check the address \(/,
    );
    assert.match(
      unreadMetricsSentences([asked({ atMs })])[0] ?? '',
      /have no known series\. .+ or name series \(--series/,
    );
  });

  it('include further addresses', () => {
    const unread = [{ url: 'http://127.0.0.1:9400/metrics', failure: 'status 503' }];
    assert.match(
      unreadMetricsSentences([asked({ server: 'vLLM', atMs, unread })]).join('\n'),
      /^Server metrics at http:\/\/127\.0\.0\.1:9400\/metrics couldn't be read: status 503\. .+llama\.cpp: --metrics\)\.$/,
    );
  });

  it('are no warning if nobody asked, if some were read, or if no request got a response', () => {
    const record = failed('status 404');
    const series = [{ name: 'up', kind: 'gauge', atMs, values: [1, null] }] as const;
    for (const fine of [
      run,
      { ...record, plan: run.plan },
      { ...record, responses: 0 },
      asked({ server: 'vLLM', atMs, failedReadings: 1, failure: 'status 500' }),
      asked({ atMs, series: [...series] }),
    ])
      assert.deepEqual(unreadMetricsSentences([fine]), []);
  });

  it('are one warning for a sweep, if no level could read them', () => {
    const record = failed('connect ECONNREFUSED 127.0.0.1:9');
    assert.deepEqual(unreadMetricsSentences([record, record]), [refused]);
    assert.deepEqual(unreadMetricsSentences([record, asked({ server: 'vLLM', atMs })]), []);
    assert.deepEqual(unreadMetricsSentences([]), []);
  });
});
