import assert from 'node:assert/strict';
import { timelineEndMs } from '../../../../src/core/metrics/timeline.ts';
import { latencyOverTime, throughputOverTime } from '../../../../src/core/report/charts/over-time.ts';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { sampleOf } from '../../metrics/samples.ts';
import { recordOf } from '../../record/fixtures.ts';

const timeline = {
  widthMs: 500,
  responses: [10, 12, 3],
  failures: [0, 1, 0],
  medianMs: [1, 1, 1],
  p95Ms: [1, 1, 1],
};

describe('throughput over time', () => {
  it('holds the value of each slice for the width of the slice', () => {
    const { series, x } = throughputOverTime(timeline, 1250, []);
    const [responses, failures] = series;
    assert.deepEqual(responses?.points, [
      { x: 0, y: 20, note: '10 responses' },
      { x: 0.5, y: 24, note: '12 responses' },
      { x: 1, y: 12, note: '3 responses' },
      { x: 1.25, y: 12, note: '3 responses' },
    ]);
    assert.deepEqual(
      failures?.points.map(({ y }) => y),
      [0, 2, 0, 0],
    );
    assert.deepEqual(
      series.map(({ shape }) => shape),
      ['steps', 'steps'],
    );
    assert.deepEqual([0, 0.5, 1, 1.25].map(x.text), [
      '0 ms to 500 ms',
      '500 ms to 1.00 s',
      '1.00 s to 1.25 s',
      '1.00 s to 1.25 s',
    ]);
  });

  it('is empty for a run without a slice', () => {
    const empty = { widthMs: 500, responses: [], failures: [], medianMs: [], p95Ms: [] };
    assert.deepEqual(throughputOverTime(empty, 0, []).series[0]?.points, []);
  });
});

describe('a time axis', () => {
  it('has round times, also for a part of the run', () => {
    const { x } = throughputOverTime(timeline, 52_900, []);
    assert.deepEqual([x.min, x.max], [0, 52.9]);
    assert.deepEqual(x.ticks.map(x.tick), ['0', '10 s', '20 s', '30 s', '40 s', '50 s']);
    assert.deepEqual(x.ticksOf?.(12.2, 13.9).map(x.tick), ['12.5 s', '13 s', '13.5 s']);
    assert.deepEqual(x.ticksOf?.(30.01, 30.04).map(x.tick), [
      '30.01 s',
      '30.015 s',
      '30.02 s',
      '30.025 s',
      '30.03 s',
      '30.035 s',
      '30.04 s',
    ]);
    const long = throughputOverTime(timeline, 700_000, []).x;
    assert.deepEqual(long.ticks.map(long.tick), ['0', '2 min', '4 min', '6 min', '8 min', '10 min']);
  });
});

describe('over-time charts of the HTML report', () => {
  it('have the numbers of the chart in the table, with a short last slice merged', () => {
    const ends = [...Array.from({ length: 400 }, (_, i) => 5 * i), 2_004, 2_004];
    const record = recordOf(
      ends.map((endMs, i) => sampleOf(2, { sentMs: endMs - 2, endMs, status: i % 4 === 0 ? 503 : 200 })),
    );
    const { table } = throughputOverTime(record.timeline, timelineEndMs(record), []);
    const page = reports.html.render(record);
    assert.ok(table.rows.length > 5);
    for (const row of table.rows) {
      const [first, ...cells] = row;
      const text = `<tr><th scope="row">${String(first)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
      assert.ok(page.includes(text), text);
    }
  });

  it("don't exist for a single slice", () => {
    const record = recordOf([sampleOf(2, { sentMs: 1, endMs: 3 })]);
    assert.equal(record.timeline.responses.length, 1);
    assert.ok(!reports.html.render(record).includes('over time'));
    assert.equal(latencyOverTime(record.timeline, 3, []).series[0]?.points.length, 1);
  });
});
