import assert from 'node:assert/strict';
import { calibrationText, type Calibration } from '../../../src/core/record/calibration.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { flood, recordOf } from './fixtures.ts';

const error = (by: number): Calibration['levels'][number]['ttftMs'] => ({
  injectedMs: 50,
  p50Ms: by,
  p99Ms: 2 * by,
  serverP50Ms: 0,
  serverP99Ms: 0,
});

const level = (concurrency: number, ms: number): Calibration['levels'][number] => {
  return { concurrency, latencyMs: error(ms), ttftMs: error(2 * ms), iclMs: error(-ms) };
};
const calibration: Calibration = {
  measuredAt: '2026-11-22T20:15:37.999Z',
  levels: [level(1, 0.25), level(10, 0.5), level(100, 3)],
};

const text = (concurrency: number, streams: boolean): string => calibrationText(calibration, { concurrency, streams });

const of = (errors: string, concurrency: number): string =>
  `latency ${errors}; with ${concurrency} in flight, measured minus known, 2026-11-22T20:15:37.999Z`;

describe('the calibration in a report', () => {
  it('is that of the next higher number of requests in flight, or of the highest', () => {
    assert.equal(text(1, false), of('p50 +250 µs, p99 +500 µs', 1));
    assert.equal(text(2, false), of('p50 +500 µs, p99 +1.00 ms', 10));
    assert.equal(text(10, false), of('p50 +500 µs, p99 +1.00 ms', 10));
    assert.equal(text(5000, false), of('p50 +3.00 ms, p99 +6.00 ms', 100));
  });

  it('has token times if there were tokens', () => {
    assert.match(
      text(10, true),
      /; TTFT p50 \+1\.00 ms, p99 \+2\.00 ms; ICL p50 -500 µs, p99 -1\.00 ms; with 10 in flight/,
    );
  });

  it('is shown with the run', () => {
    const record = recordOf(flood());
    assert.doesNotMatch(renderText(record), /measurement error/);
    assert.match(
      renderText({ ...record, environment: { ...record.environment, calibration } }),
      /\n *measurement error:? +latency p50 \+/,
    );
  });
});
