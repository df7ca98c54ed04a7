import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { serverCharts } from '../../../src/core/report/charts/server.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { type MockServer, startMockServer } from '../../../src/servers/mock/server.ts';
import { runBenchmark } from '../../../src/engine/run.ts';
import { requestsOf, run, runInput } from '../../support/run-input.ts';

/** What nvidia-smi prints for two GPUs, five times a second. */
const script = `#!/bin/sh
case "$*" in *--query-gpu=index,name,utilization.gpu,memory.used,memory.total,power.draw*) ;; *) exit 1 ;; esac
while :; do
  echo '0, NVIDIA L4, 25, 11517, 23034, 50.00'
  echo '1, NVIDIA L4, 75, 11517, 23034, [N/A]'
  sleep 0.2
done
`;

describe('the GPUs of a language model server', function () {
  this.timeout(30_000);
  let mock: MockServer;
  before(async () => {
    mock = await startMockServer({ port: 0, maxConcurrentRequests: 64, timeScale: 1 });
  });
  after(() => mock.close());
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  const requests = () =>
    requestsOf(`# @stream true\nPOST ${mock.url}/v1/completions\n\n{"prompt":"a","ttft_ms":20,"icl_ms":10}\n`);
  const file = { path: join(tmpdir(), 'none.endpoints'), shownAs: 'none.endpoints' };

  it('are those of nvidia-smi on this machine', async function () {
    if (process.platform === 'win32') return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'loadlens-smi-'));
    try {
      writeFileSync(join(folder, 'nvidia-smi'), script);
      chmodSync(join(folder, 'nvidia-smi'), 0o755);
      process.env['PATH'] = `${folder}${delimiter}${path ?? ''}`;
      const record = await runBenchmark(
        { ...runInput(requests(), { plan: { requests: null, durationS: 1.5 } }), file },
        { version: '0', signal: new AbortController().signal },
      );
      const { gpuMetrics } = record;
      assert.equal(gpuMetrics?.source, 'nvidia-smi');
      assert.deepEqual(
        gpuMetrics.gpus.map(({ name, utilization, memoryTotalMiB, powerW }) => [
          name,
          utilization,
          memoryTotalMiB,
          powerW,
        ]),
        [
          ['NVIDIA L4', 0.25, 23_034, 50],
          ['NVIDIA L4', 0.75, 23_034, null],
        ],
      );
      assert.ok(gpuMetrics.atMs.length >= 3, String(gpuMetrics.atMs));
      assert.deepEqual([gpuMetrics.utilization[1], gpuMetrics.memoryUse[1], gpuMetrics.powerW[1]], [0.5, 0.5, 50]);
      assert.deepEqual(
        serverCharts(record).map(({ title }) => title),
        ['GPU utilization and memory', 'GPU power'],
      );
      assert.match(renderText(record), /GPU \(nvidia-smi\):\n.*\n +0 +NVIDIA L4 +25% +11,517 of 23,034 MiB +50\.0 W\n/);
      // A suite asks for no readings.
      const suite = await run(requests());
      assert.equal(suite.gpuMetrics, undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are those of a DCGM exporter beside the metrics of the server, as are series by name', async () => {
    const exporter = createServer((_, response) => {
      const labels = '{gpu="0",modelName="NVIDIA H100"}';
      response.end(
        `DCGM_FI_DEV_GPU_UTIL${labels} 97\nDCGM_FI_DEV_FB_USED${labels} 60000\nDCGM_FI_DEV_FB_FREE${labels} 20000\nDCGM_FI_DEV_POWER_USAGE${labels} 640\n`,
      );
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => exporter.once('listening', resolve));
    const address = exporter.address();
    assert.ok(typeof address === 'object' && address !== null);
    try {
      const metricsUrl = `${mock.url}/metrics http://127.0.0.1:${address.port}/metrics`;
      const record = await run(requests(), { plan: { requests: null, durationS: 1, concurrency: 2, metricsUrl } });
      assert.equal(record.serverMetrics?.server, 'vLLM');
      assert.equal(record.gpuMetrics?.source, 'DCGM exporter');
      assert.deepEqual(record.gpuMetrics.gpus, [
        {
          gpu: '0',
          name: 'NVIDIA H100',
          utilization: 0.97,
          memoryUsedMiB: 60_000,
          memoryTotalMiB: 80_000,
          powerW: 640,
        },
      ]);
      const alone = { requests: null, durationS: 1, concurrency: 2, metricsUrl: `http://127.0.0.1:${address.port}/` };
      assert.equal((await run(requests(), { plan: alone })).serverMetrics, undefined);
      const series = 'DCGM_FI_DEV_FB_FREE vllm:request_success_total DCGM_FI_DEV_XID_ERRORS';
      const others = (await run(requests(), { plan: { requests: 4, concurrency: 2, metricsUrl, series } }))
        .serverMetrics;
      assert.deepEqual(
        others?.series?.map(({ name, kind, values }) => [name, kind, values.at(-1)]),
        [
          ['DCGM_FI_DEV_FB_FREE', 'gauge', 20_000],
          ['vllm:request_success_total', 'counter', others?.figures.e2eCount?.at(-1)],
          ['DCGM_FI_DEV_XID_ERRORS', 'gauge', null],
        ],
      );
      const lone = await run(requests(), { plan: { ...alone, series } });
      assert.deepEqual([lone.serverMetrics?.server, lone.serverMetrics?.series?.[0]?.values.at(-1)], [null, 20_000]);
    } finally {
      exporter.closeAllConnections();
      await new Promise((resolve) => exporter.close(resolve));
    }
  });
});
