import assert from 'node:assert/strict';
import { counter, createHistogram, gauge, histogram, renderMetrics } from '../../src/servers/prometheus.ts';

describe('Prometheus text', () => {
  it('has help, type, and values, with escaped labels', () => {
    const text = renderMetrics([
      gauge('a', 'A \\ and\na line.', [{}, 1.5]),
      counter('b_total', 'B.', [{ name: 'say "hi"\n', path: 'C:\\' }, 2], [{ name: '' }, Infinity]),
      counter('c_total', 'C.'),
    ]);
    assert.equal(
      text,
      [
        '# HELP a A \\\\ and\\na line.',
        '# TYPE a gauge',
        'a 1.5',
        '# HELP b_total B.',
        '# TYPE b_total counter',
        'b_total{name="say \\"hi\\"\\n",path="C:\\\\"} 2',
        'b_total{name=""} +Inf',
        '# HELP c_total C.',
        '# TYPE c_total counter',
        '',
      ].join('\n'),
    );
  });

  it('counts a value in the bucket with that bound and in all higher ones', () => {
    const values = createHistogram([-1, 0, 2]);
    for (const value of [-5, -1, 0.5, 2, 3]) values.add(value);
    assert.equal(
      renderMetrics([histogram('h', 'H.', values, { model: 'm' })]),
      [
        '# HELP h H.',
        '# TYPE h histogram',
        'h_bucket{model="m",le="-1"} 2',
        'h_bucket{model="m",le="0"} 2',
        'h_bucket{model="m",le="2"} 4',
        'h_bucket{model="m",le="+Inf"} 5',
        'h_sum{model="m"} -0.5',
        'h_count{model="m"} 5',
        '',
      ].join('\n'),
    );
  });
});
