import assert from 'node:assert/strict';
import { serverCharts } from '../../../../src/core/report/charts/server.ts';
import { serverTables } from '../../../../src/core/report/tables/server-table.ts';
import { metricsOf } from '../../metrics/server/readings.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

/** Returns the rows for a server whose client has counted 1,800 prompt tokens, 360 of them cached, and 480 output tokens. */
const rowsOf = (name: string): readonly (readonly string[])[] => {
  const record = recordOf(closedLoop(4, 1, () => ({ latencyMs: 500, inputTokens: 450, cachedTokens: 90 })));
  const [table] = serverTables({ ...record, outputTokens: 480, serverMetrics: metricsOf(name) });
  return table?.rows ?? [];
};

describe("the table of the server's metrics", () => {
  it("has its figures beside the client's", () => {
    assert.deepEqual(rowsOf('sglang'), [
      ['running requests', 'mean 4.50, max 5', '–'],
      ['queued requests', 'mean 1.50, max 3', '–'],
      ['KV cache in use', 'mean 62.5%, max 90%', '–'],
      ['prefix cache hits', '50%', '20%'],
      ['prompt tokens', '1,800', '1,800'],
      ['output tokens', '480', '480'],
      ['preemptions', '2', '–'],
      ['TTFT mean', '200 ms', '–'],
      ['E2E mean', '2.00 s', '–'],
    ]);
  });

  it('omits what a server does not report', () => {
    assert.deepEqual(
      rowsOf('llama-cpp').map(([label]) => label),
      ['running requests', 'queued requests', 'KV cache in use', 'prompt tokens', 'output tokens'],
    );
  });

  it('has other series by name, also of an unknown server, and charts of those with values', () => {
    const atMs = [-10, 1_000, 2_990];
    const record = {
      ...recordOf(closedLoop(4, 1, () => ({ latencyMs: 500 }))),
      serverMetrics: {
        url: 'http://a/metrics',
        server: null,
        failedReadings: 0,
        atMs,
        figures: {},
        series: [
          { name: 'heap_bytes', kind: 'gauge', atMs, values: [9_000_000, 1_000_000, 2_000_000] },
          { name: 'jobs_total', kind: 'counter', atMs, values: [null, 101, 300] },
          { name: 'restarts_total', kind: 'counter', atMs, values: [5, 1, 2] },
          { name: 'never', kind: 'gauge', atMs, values: [null, null, null] },
        ],
      },
    } as const;
    const [table] = serverTables(record);
    assert.deepEqual(table?.rows, [
      ['heap_bytes', 'mean 1.50 MB, max 2.00 MB', '–'],
      ['jobs_total', '+300, 100/s', '–'],
      ['restarts_total', '–', '–'],
      ['never', 'not found', '–'],
    ]);
    assert.equal(table.note, undefined);
    const charts = serverCharts(record);
    assert.deepEqual(
      charts.map(({ title, summary }) => [title, summary]),
      [
        ['heap_bytes', 'Up to 2.00 MB.'],
        ['jobs_total', 'Up to 100/s.'],
        ['restarts_total', 'Up to 0.503/s.'],
      ],
    );
    assert.deepEqual(charts[1]?.table.rows, [
      ['1.00 s', '100/s'],
      ['2.99 s', '100/s'],
    ]);
  });
});
