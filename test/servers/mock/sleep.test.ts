import assert from 'node:assert/strict';
import { sleep } from '../../../src/servers/mock/sleep.ts';

describe('sleep', () => {
  for (const ms of [0.5, 1, 9.7, 10, 60]) {
    it(`never ends before ${ms} ms`, async () => {
      const passed = await Promise.all(
        Array.from({ length: 50 }, () => {
          const from = performance.now();
          return new Promise<number>((resolve) => void sleep(ms, () => resolve(performance.now() - from)));
        }),
      );
      assert.ok(Math.min(...passed) >= ms, `${Math.min(...passed)}`);
    });
  }

  it('is called off before and during its last millisecond', async () => {
    let called = 0;
    sleep(5, () => called++)();
    const cancel = sleep(2, () => called++);
    const from = performance.now();
    while (performance.now() - from < 1.5) await new Promise((resolve) => setImmediate(resolve));
    cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(called, 0);
  });
});
