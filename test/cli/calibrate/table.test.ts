import assert from 'node:assert/strict';
import { busyNote, calibrationTable } from '../../../src/cli/calibrate/table.ts';
import type { MeasurementError } from '../../../src/core/record/calibration.ts';

const error = (injectedMs: number, p99Ms: number, serverP99Ms: number): MeasurementError => ({
  injectedMs,
  p50Ms: -0.0123,
  p99Ms,
  serverP50Ms: 0,
  serverP99Ms,
});
const calibration = (serverP99Ms: number): Parameters<typeof calibrationTable>[0] => ({
  measuredAt: '2026-11-22T20:15:37.999Z',
  levels: [
    { concurrency: 1, latencyMs: error(100, 1, 9), ttftMs: error(50, 1, 0.5), iclMs: error(10, 1, 0.5) },
    { concurrency: 100, latencyMs: error(100, 12.5, 9), ttftMs: error(50, 2, 0.5), iclMs: error(10, 3, serverP99Ms) },
  ],
});

describe('the table of a calibration', () => {
  it('has a line for each level and metric', () => {
    assert.deepEqual(calibrationTable(calibration(0.25)).split('\n').slice(2), [
      'concurrency  metric   injected     p50  server      p99  server',
      '          1  latency       100  -0.012  +0.000   +1.000  +9.000',
      '          1  TTFT           50  -0.012  +0.000   +1.000  +0.500',
      '          1  ICL            10  -0.012  +0.000   +1.000  +0.500',
      '        100  latency       100  -0.012  +0.000  +12.500  +9.000',
      '        100  TTFT           50  -0.012  +0.000   +2.000  +0.500',
      '        100  ICL            10  -0.012  +0.000   +3.000  +0.250',
      '',
    ]);
  });

  it('reports if the machine was busy with other work', () => {
    assert.equal(busyNote(calibration(2.9)), '');
    assert.match(busyNote(calibration(17.26)), /^Noisy machine: the mock server's own delay was 17\.3 ms \(p99\)\./);
  });
});
