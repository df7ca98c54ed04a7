import assert from 'node:assert/strict';
import { timelineEndMs } from '../../src/core/metrics/timeline.ts';
import { throughputOverTimeChart } from '../../src/core/report/charts/charts.ts';
import { throughputOverTimeContent } from '../../webview/charts/run/throughput-over-time.ts';
import { sampleOf } from '../core/metrics/samples.ts';
import { recordOf } from '../core/record/fixtures.ts';

const timeline = {
  widthMs: 500,
  responses: [10, 12, 3],
  failures: [0, 1, 0],
  medianMs: [1, 1, 1],
  p95Ms: [1, 1, 1],
};

describe('throughput over time', () => {
  it('holds the value of each slice for as long as the slice', () => {
    const { series, x } = throughputOverTimeContent(timeline, 1250, []);
    const [responses, failures] = series;
    assert.deepEqual(responses?.points, [
      { x: 0, y: 20 },
      { x: 0.5, y: 24 },
      { x: 1, y: 12 },
      { x: 1.25, y: 12 },
    ]);
    assert.deepEqual(
      failures?.points.map(({ y }) => y),
      [0, 2, 0, 0],
    );
    assert.deepEqual(
      series.map(({ shape }) => shape),
      ['steps', 'steps'],
    );
    assert.deepEqual([0, 0.5, 1, 1.25].map(x.pointed ?? String), [
      '0 ms to 500 ms',
      '500 ms to 1.00 s',
      '1.00 s to 1.25 s',
      '1.00 s to 1.25 s',
    ]);
  });

  it('draws nothing of a run that has no slice yet', () => {
    const empty = { widthMs: 500, responses: [], failures: [], medianMs: [], p95Ms: [] };
    assert.deepEqual(throughputOverTimeContent(empty, 0, []).series[0]?.points, []);
  });
});

describe('throughput over time in the report and in the panel', () => {
  for (const lastMs of [2_004, 2_010, 2_030, 2_049]) {
    it(`has the same numbers when the last request ends at ${String(lastMs)} ms`, () => {
      const ends = [...Array.from({ length: 400 }, (_, i) => 5 * i), lastMs, lastMs];
      const record = recordOf(
        ends.map((endMs, i) => sampleOf(2, { sentMs: endMs - 2, endMs, status: i % 4 === 0 ? 503 : 200 })),
      );
      const panel = throughputOverTimeContent(record.timeline, timelineEndMs(record), []);
      const report = throughputOverTimeChart(record)?.table.rows ?? [];
      assert.ok(report.length > 5);
      assert.deepEqual(
        report.map(([, , , responses = '', failures = '']) => [`${responses} req/s`, `${failures} req/s`]),
        panel.rows.map(([, responses, failures]) => [responses, failures]),
      );
    });
  }
});
