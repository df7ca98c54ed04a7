import assert from 'node:assert/strict';
import { compactReadings } from '../../../src/core/record/compact-readings.ts';

const rising = (length: number): number[] => Array.from({ length }, (_, index) => index);
const readings = (length: number): Required<Parameters<typeof compactReadings>[0]> => ({
  serverMetrics: {
    url: 'http://127.0.0.1:8000/metrics',
    server: 'vLLM',
    failedReadings: 0,
    atMs: rising(length),
    figures: { running: rising(length), waiting: rising(length) },
    series: [{ name: 'up', kind: 'gauge', atMs: rising(length), values: rising(length) }],
  },
  gpuMetrics: {
    source: 'nvidia-smi',
    gpus: [],
    failedReadings: 0,
    atMs: rising(length),
    utilization: rising(length),
    memoryUse: rising(length),
    powerW: rising(length),
  },
});

describe('compactReadings', () => {
  it('keeps at most 120 readings at even distances, first and last included', () => {
    const { serverMetrics, gpuMetrics } = compactReadings(readings(601));
    const at = serverMetrics?.atMs ?? [];
    assert.equal(at.length, 120);
    assert.deepEqual([at[0], at[119]], [0, 600]);
    assert.ok(at.every((value, i) => i === 0 || [5, 6].includes(value - (at[i - 1] ?? 0))));
    const other = serverMetrics?.series?.[0];
    for (const values of [serverMetrics?.figures.running, serverMetrics?.figures.waiting, other?.atMs, other?.values])
      assert.deepEqual(values, at);
    for (const values of [gpuMetrics?.atMs, gpuMetrics?.utilization, gpuMetrics?.memoryUse, gpuMetrics?.powerW])
      assert.deepEqual(values, at);
  });

  it('keeps fewer as they are', () => {
    assert.deepEqual(compactReadings(readings(120)), readings(120));
    assert.deepEqual(compactReadings({}), {});
  });
});
