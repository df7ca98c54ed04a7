import assert from 'node:assert/strict';
import { stallCause } from '../../../src/core/metrics/stall.ts';

describe('why an event loop stood still', () => {
  it('by its own work, when it computed and the other thread was on time', () => {
    assert.equal(stallCause([1000, 1300], [], 290), 'own');
    assert.equal(stallCause([1000, 1300], [[700, 990]], 150), 'own');
  });

  it('because the machine did, when the other thread was late for half of that time', () => {
    assert.equal(stallCause([1000, 1300], [[990, 1310]], 290), 'machine');
    assert.equal(stallCause([1000, 1300], [[1000, 1149]], 290), 'own');
    assert.equal(stallCause([1000, 1300], [[1000, 1150]], 290), 'machine');
    const twice = [
      [900, 1075],
      [1220, 1400],
    ] as const;
    assert.equal(stallCause([1000, 1300], twice, 290), 'machine');
  });

  it('because it waited for a core, when its process computed for less than half of that time', () => {
    assert.equal(stallCause([1000, 1300], [], 149), 'machine');
    assert.equal(stallCause([1000, 1300], [], 150), 'own');
  });

  it('does not count a thread that has not been late so far', () => {
    assert.equal(stallCause([1000, 1300], [[1305, 1301]], 290), 'own');
  });
});
