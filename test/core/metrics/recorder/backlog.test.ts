import assert from 'node:assert/strict';
import { createBacklogRecorder } from '../../../../src/core/metrics/recorder/backlog.ts';

describe('createBacklogRecorder', () => {
  it('has the peak, its time, and how long requests were queued', () => {
    const recorder = createBacklogRecorder();
    for (const [atMs, waiting] of [
      [0, 0],
      [60, 3],
      [110, 5],
      [130, 4],
      [210, 0],
      [260, 0],
    ] as const) {
      recorder.add(atMs, waiting);
    }
    assert.deepEqual(recorder.summary(2), {
      max: 5,
      maxAtMs: 110,
      waitedMs: 150,
      unsent: 2,
      widthMs: 50,
      waiting: [0, 3, 5, 0, 0, 0],
    });
  });

  it('reports that nothing was queued', () => {
    assert.deepEqual(createBacklogRecorder().summary(0), {
      max: 0,
      maxAtMs: null,
      waitedMs: 0,
      unsent: 0,
      widthMs: 50,
      waiting: [],
    });
  });

  it('keeps at most 120 slices, each with its maximum', () => {
    const recorder = createBacklogRecorder();
    for (let second = 0; second < 100; second += 1) recorder.add(second * 1_000, second);
    const { widthMs, waiting } = recorder.summary(0);
    assert.equal(widthMs, 1_600);
    assert.ok(waiting.length <= 120);
    for (let second = 0; second < 100; second += 1) {
      assert.ok((waiting[Math.floor((second * 1_000) / widthMs)] ?? 0) >= second);
    }
    assert.equal(Math.max(...waiting), 99);
  });
});
