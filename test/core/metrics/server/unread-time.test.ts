import assert from 'node:assert/strict';
import { createUnreadTime } from '../../../../src/core/metrics/server/unread-time.ts';

/** Time without readings in a run of 10 s. A number is a reading at that time, ms; null one that failed. */
const unread = (...readings: readonly (number | null)[]): number => {
  const time = createUnreadTime();
  for (const atMs of readings) {
    if (atMs === null) time.failed();
    else time.read(atMs);
  }
  return time.ms(10_000);
};

describe('the time without readings', () => {
  it('is that between the readings around those that failed', () => {
    assert.equal(unread(-5, 3_000, 9_000, 10_001), 0);
    assert.equal(unread(-5, 3_000, null, 5_000, null, null, 9_000, 10_001), 2_000 + 4_000);
  });

  it('starts with the run at the earliest, and ends with it', () => {
    assert.equal(unread(null, 2_000, 10_001), 2_000);
    assert.equal(unread(-500, null, 2_000, 10_001), 2_000);
    assert.equal(unread(-5, 8_000, null), 2_000);
    assert.equal(unread(-5, 8_000, null, 12_000), 2_000);
    assert.equal(unread(null), 10_000);
    assert.equal(unread(), 0);
  });
});
