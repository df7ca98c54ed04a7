import assert from 'node:assert/strict';
import { sleepUntil } from '../../../src/servers/mock/sleep.ts';

describe('sleepUntil', () => {
  for (const ms of [0.5, 1, 9.7, 10, 60]) {
    it(`never ends before ${ms} ms`, async () => {
      const passed = await Promise.all(
        Array.from({ length: 50 }, () => {
          const from = performance.now();
          return new Promise<number>((resolve) => void sleepUntil(from + ms, () => resolve(performance.now() - from)));
        }),
      );
      assert.ok(Math.min(...passed) >= ms, `${Math.min(...passed)}`);
    });
  }

  it('can be canceled before and during its last millisecond', async () => {
    let called = 0;
    sleepUntil(performance.now() + 5, () => called++)();
    const deadline = performance.now() + 60;
    const cancel = sleepUntil(deadline, () => called++);
    while (performance.now() < deadline - 0.9) await new Promise((resolve) => setImmediate(resolve));
    // A busy machine may have slept past the deadline; then there is nothing left to call off.
    const before = called;
    cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(called, before);
  });
});
