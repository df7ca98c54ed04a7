import assert from 'node:assert/strict';
import { createArrivalClock } from '../../../src/servers/mock/arrival.ts';

describe('arrival clock', () => {
  it("doesn't advance within a turn of the event loop, but does with the next", async () => {
    const arrivedAt = createArrivalClock();
    const before = performance.now();
    const first = arrivedAt();
    assert.ok(first >= before);
    while (performance.now() < first + 2);
    assert.equal(arrivedAt(), first);
    await new Promise((resolve) => setImmediate(resolve));
    const second = arrivedAt();
    assert.ok(second >= first + 2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(arrivedAt() > second);
  });
});
