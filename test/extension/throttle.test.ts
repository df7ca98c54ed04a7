import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { throttle } from '../../src/extension/services/runs/throttle.ts';

describe('throttle', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('calls immediately, then once per interval, and always makes the last call', () => {
    let acts = 0;
    const call = throttle(() => (acts += 1), 100);
    call();
    assert.equal(acts, 1);
    call();
    call();
    assert.equal(acts, 1);
    mock.timers.tick(100);
    assert.equal(acts, 2);
    mock.timers.tick(1000);
    assert.equal(acts, 2);
    call();
    assert.equal(acts, 3);
  });

  it("drops a pending call when it's disposed", () => {
    let acts = 0;
    const call = throttle(() => (acts += 1), 100);
    call();
    call();
    call.dispose();
    mock.timers.tick(1000);
    assert.equal(acts, 1);
  });
});
