import assert from 'node:assert/strict';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { attention } from '../../../../src/core/report/words/facts.ts';
import { createGpuMetrics } from '../../../../src/core/metrics/server/gpu-metrics.ts';
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
/** A run whose metrics couldn't be read for a share of its time. */
const gap = (share: number): RunRecord =>
  asked({ server: 'vLLM', atMs, failedReadings: 3, failure: 'no response within 2 s', unreadMs: share * run.totalMs });
const at = (concurrency: number, record: RunRecord): RunRecord => ({
  ...record,
  plan: { ...record.plan, concurrency },
});

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

  it('are one as well if they were read at first, and then failed for a quarter of the run', () => {
    assert.deepEqual(unreadMetricsSentences([gap(0.24)]), []);
    const text = `Server metrics at ${url} couldn't be read for 25% of the time: no response within 2 s. Means and the bottleneck cover only the rest.`;
    assert.deepEqual(unreadMetricsSentences([gap(0.25)]), [text]);
    assert.ok(attention(gap(0.25)).includes(text));
    assert.match(unreadMetricsSentences([gap(2)])[0] ?? '', / for 100% of the time: /);
  });

  it('include those of GPUs', () => {
    const gpuMetrics = createGpuMetrics();
    gpuMetrics.add(10, [{ gpu: '0', utilization: 1, memoryUsedMiB: null, memoryTotalMiB: null, powerW: null }]);
    const gpus = { ...gpuMetrics.result('DCGM exporter', 4)!, unreadMs: run.totalMs / 2 };
    const { serverMetrics: _, ...record } = asked({});
    assert.deepEqual(unreadMetricsSentences([{ ...record, gpuMetrics: gpus }]), [
      "GPU metrics couldn't be read for 50% of the time. Their means cover only the rest.",
    ]);
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
    assert.deepEqual(unreadMetricsSentences([]), []);
  });

  it('name the levels that could not read them if others could', () => {
    const record = failed('connect ECONNREFUSED 127.0.0.1:9');
    assert.deepEqual(unreadMetricsSentences([asked({ server: 'vLLM', atMs }), at(64, record)]), [
      `Concurrency 64: Server metrics at ${url} couldn't be read: connect ECONNREFUSED 127.0.0.1:9.`,
    ]);
    assert.deepEqual(unreadMetricsSentences([at(1, gap(0.1)), at(16, gap(0.3)), at(64, gap(0.5))]), [
      `Concurrency 16, 64: Server metrics at ${url} couldn't be read for at least 30% of the time: no response within 2 s. Means and the bottleneck cover only the rest.`,
    ]);
    assert.deepEqual(unreadMetricsSentences([at(1, gap(0.1)), at(16, gap(0.24))]), []);
  });
});
