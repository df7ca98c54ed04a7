import assert from 'node:assert/strict';
import { kindOf, parseSeries, readSeries, seriesText } from '../../../../src/core/metrics/server/other-series.ts';
import {
  changeIn,
  countsIn,
  createServerMetrics,
  ratesIn,
} from '../../../../src/core/metrics/server/server-metrics.ts';

const reading = `# TYPE http_requests_total counter
http_requests_total{code="200",method="GET"} 10
http_requests_total{code="200",method="PUT"} 5
http_requests_total{code="500",method="GET"} 2
# TYPE heap_bytes gauge
heap_bytes 1048576
odd{path="/a,b}\\"c"} 7
# TYPE wait_seconds histogram
wait_seconds_bucket{le="+Inf"} 4
wait_seconds_sum 1.5
# TYPE jobs counter
jobs_total 3
# TYPE pause summary
pause{quantile="0.5"} 0.25
started_total 9
`;
const wanted = (text: string) => parseSeries(text) ?? assert.fail(`invalid: ${text}`);

describe('series by name', () => {
  it('are added up over the samples with their labels', () => {
    const values: readonly (readonly [string, number | null])[] = [
      ['http_requests_total', 17],
      ['http_requests_total{code="200"}', 15],
      ['http_requests_total{ method="GET", code="200", }', 10],
      ['http_requests_total{code="404"}', null],
      ['http_requests', null],
      ['heap_bytes', 1_048_576],
      [String.raw`odd{path="/a,b}\"c"}`, 7],
    ];
    const names = values.map(([text]) => text).join(' ');
    assert.deepEqual(
      wanted(names).map(({ text }) => text),
      values.map(([text]) => text),
    );
    assert.deepEqual(
      readSeries(reading, wanted(names)),
      values.map(([, value]) => value),
    );
  });

  it('are rejected if their names are invalid', () => {
    for (const text of ['', ' ', 'heap-bytes', 'a{b}', 'a{b=c}', 'a{b="c"', 'a, b', '1a']) {
      assert.equal(parseSeries(text), undefined, text);
    }
  });

  it('are counters by their type, or by their name without one', () => {
    const kinds = ['http_requests_total', 'wait_seconds_sum', 'wait_seconds_bucket', 'jobs_total', 'started_total'];
    for (const name of kinds) assert.equal(kindOf(reading, wanted(name)[0] ?? assert.fail()), 'counter', name);
    for (const name of ['heap_bytes', 'odd', 'pause', 'unknown'])
      assert.equal(kindOf(reading, wanted(name)[0] ?? assert.fail()), 'gauge', name);
  });

  it('are written as sizes if their name says bytes', () => {
    assert.equal(seriesText('heap_bytes')(2_000_000), '2.00 MB');
    assert.equal(seriesText('sent_bytes_total{to="a"}')(2_000_000), '2.00 MB');
    assert.equal(seriesText('bytes_per_row_count')(2_000), '2,000');
  });

  it('are kept with each reading, and change from 0 if a counter appears late', () => {
    const collector = createServerMetrics(wanted('heap_bytes late_total never'));
    collector.add(-10, 'heap_bytes 1\n');
    collector.add(1_000, 'heap_bytes 3\nlate_total 4\n');
    collector.add(3_000, 'heap_bytes 2\nlate_total 10\n');
    const atMs = [-10, 1_000, 3_000];
    const { series = [], server } = collector.result('http://a/metrics') ?? assert.fail();
    assert.equal(server, null);
    assert.deepEqual(series, [
      { name: 'heap_bytes', kind: 'gauge', atMs, values: [1, 3, 2] },
      { name: 'late_total', kind: 'counter', atMs, values: [null, 4, 10] },
      { name: 'never', kind: 'gauge', atMs, values: [null, null, null] },
    ]);
    const counts = countsIn(series[1]?.values ?? []);
    assert.equal(changeIn(counts), 10);
    assert.deepEqual(ratesIn(atMs, counts).slice(1), [(4 / 1_010) * 1_000, 3]);
  });
});
