import assert from 'node:assert/strict';
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
      ['running requests', 'mean 4.50, max 5.00', '–'],
      ['queued requests', 'mean 1.50, max 3.00', '–'],
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
});
