import assert from 'node:assert/strict';
import { intervalChart, sliceChart, spreadChart } from '../../../../src/core/report/comparisons/comparison-charts.ts';
import { comparisonReports } from '../../../../src/core/report/comparisons/comparison-reports.ts';
import {
  comparisonFigures,
  comparisonVerdict,
  workloadDifferences,
} from '../../../../src/core/report/comparisons/comparison-summary.ts';
import { headlineMetric } from '../../../../src/core/record/comparisons/leading-metric.ts';
import { parseObjectives } from '../../../../src/core/values/objectives.ts';
import { comparisonOf, keptOf, slicesOf } from '../../record/comparison-fixtures.ts';

const slower = comparisonOf(slicesOf(16, 1), slicesOf(16, 1.1));

describe('charts of a comparison', () => {
  it('show the interval of each metric and the threshold', () => {
    const { series, band, y, summary, table } = intervalChart(slower)!;
    assert.deepEqual(
      series.map(({ label, points }) => [label, points.length]),
      [['Worse', 3]],
    );
    assert.deepEqual([Math.expm1(-band!.from).toFixed(3), Math.expm1(band!.to).toFixed(3)], ['0.050', '0.050']);
    assert.deepEqual(y.ticks.map(y.tick).toSorted(), ['Throughput', 'p50', 'p95']);
    for (const { metric, ratio, interval } of slower.metrics) {
      const title = metric === 'throughput' ? 'Throughput' : metric;
      const point = series[0]!.points.find(({ y: row }) => y.text(row!) === title)!;
      assert.deepEqual([point.x, point.low, point.high], [Math.log(ratio!), ...interval!.map((end) => Math.log(end))]);
    }
    assert.match(summary, /^Throughput: −8\.5% \(−9\.5% to −8\.5%\), worse\. p50: /);
    assert.equal(table.rows.length, 3);
  });

  it('show both sides pair by pair, and which pairs came after the last look', () => {
    const open = comparisonOf(slicesOf(18, 1), slicesOf(18, 1.01), {
      pairs: { planned: 40, order: Array.from({ length: 18 }, () => 'a') },
    });
    const { series, markers, remark, table } = sliceChart(open, 'p95')!;
    assert.deepEqual(
      series.map(({ label, points }) => [label, points.map(({ y }) => y)]),
      [
        ['A', open.a.slices.map(({ values }) => values['p95'])],
        ['B', open.b.slices.map(({ values }) => values['p95'])],
      ],
    );
    assert.deepEqual(markers, [{ x: 16.5, label: 'last look' }]);
    assert.match(remark!, /^2 pairs after the last look, not judged\./);
    assert.deepEqual([table.rows.length, table.rows[0]?.at(-1)], [18, 'A']);
  });

  it('show the share of slices at or below each value', () => {
    const { series, table } = spreadChart(slower, 'p50')!;
    for (const [side, { points }] of series.entries()) {
      const values = [slower.a, slower.b][side]!.slices.map((slice) => slice.values['p50']!).toSorted((x, y) => x - y);
      assert.deepEqual(
        points.slice(1, -1).map(({ x, y }) => [x, y]),
        values.map((value, i) => [value, (i + 1) / 16]),
      );
    }
    assert.deepEqual(table.columns, ['Side', 'Slices', 'Min', 'p25', 'p50', 'p75', 'Max']);
  });

  it('start with the metric that the verdict names', () => {
    const [objective] = parseObjectives('p50 < 10ms').objectives;
    const judged = comparisonOf(slicesOf(16, 1), slicesOf(16, 1.1), {
      plan: { ...slower.plan, objectives: [objective!] },
    });
    assert.equal(headlineMetric(judged)?.metric, 'p50');
    assert.match(judged.verdict.sentence, /^B \(http:\/\/127\.0\.0\.1:2\) is \d\.\d% slower at p50 /);
  });

  it('are in the HTML report, each with its table', () => {
    const html = comparisonReports.html.render(slower);
    assert.equal(html.split('<svg').length - 1, 3);
    assert.equal(html.split(' as a table</summary>').length - 1, 2);
    assert.doesNotMatch(html, /NaN|undefined|Infinity/);
  });
});

describe('the figures of a comparison', () => {
  it('show the change, the detectable change, the pairs, and what would make it conclusive', () => {
    const figures = comparisonFigures(slower);
    assert.deepEqual(
      figures.map(({ label, lead }) => [label, lead]),
      [
        ['Throughput', true],
        ['p50', true],
        ['p95', true],
        ['Pairs judged', false],
        ['Further pairs needed', false],
      ],
    );
    assert.equal(figures.at(-1)!.value, 'None');
    const unsettled = comparisonFigures(comparisonOf(slicesOf(8, 1), slicesOf(8, 1.05)));
    assert.ok(unsettled.some(({ label }) => label === 'Smallest detectable change'));
    const open = comparisonFigures(comparisonOf(slicesOf(8, 1), slicesOf(8, 1.05))).at(-1)!;
    assert.match(open.value, /^\d+$|^> 200$/);
    const early = comparisonFigures(comparisonOf(slicesOf(1, 1), slicesOf(1, 1))).at(-1)!;
    assert.deepEqual([early.value, early.remark], ['–', 'too few pairs for an interval']);
  });

  it('have a badge that matches the verdict', () => {
    const { label, tone, sentence } = comparisonVerdict(slower);
    assert.deepEqual([label, tone, sentence], ['Worse', 'bad', slower.verdict.sentence]);
    assert.equal(comparisonVerdict({ ...slower, status: 'cancelled' }).sentence, `Canceled. ${sentence}`);
  });

  it('list how the work of the sides differs', () => {
    assert.deepEqual(workloadDifferences(slower), ['Variable base: A http://127.0.0.1:1, B http://127.0.0.1:2.']);
    const addressed = { ...slower.b, targets: [{ name: 'x', method: 'GET', url: 'http://127.0.0.1:2/' }] };
    assert.equal(workloadDifferences({ ...slower, b: addressed }).length, 1);
    const kept = keptOf(slicesOf(4, 1), slicesOf(4, 1));
    const same = { ...kept, a: { ...kept.a, variables: {} }, b: { ...kept.b, variables: {} } };
    assert.deepEqual(workloadDifferences(same), ['The runs had the same workload.']);
    const moved = { ...same, b: { ...same.b, targets: [{ name: 'x', method: 'GET', url: '/other' }] } };
    assert.deepEqual(workloadDifferences(moved), [
      'Only A has 1 target: GET http://127.0.0.1/.',
      'Only B has 1 target: GET /other.',
    ]);
  });
});
