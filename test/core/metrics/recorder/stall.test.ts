import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { splitStall, type Stretch } from '../../../../src/core/metrics/recorder/stall.ts';

describe('a pause of an event loop', () => {
  it('belongs to the client as far as its process computed', () => {
    assert.deepEqual(splitStall([1000, 1300], [], 290), { ownMs: 290, machineMs: 10 });
    assert.deepEqual(splitStall([1000, 1300], [], 310), { ownMs: 300, machineMs: 0 });
    assert.deepEqual(splitStall([1000, 1700], [], 300), { ownMs: 300, machineMs: 400 });
    assert.deepEqual(splitStall([1000, 1300], [], 0), { ownMs: 0, machineMs: 300 });
  });

  it('belongs to the machine while the idle thread was also late, whatever was computed', () => {
    assert.deepEqual(splitStall([1000, 1300], [[990, 1310]], 290), { ownMs: 0, machineMs: 300 });
    const twice = [
      [900, 1075],
      [1220, 1400],
    ] as const;
    assert.deepEqual(splitStall([1000, 1300], twice, 290), { ownMs: 145, machineMs: 155 });
  });

  it('ignores an idle thread that was late at another time, or not yet', () => {
    assert.equal(splitStall([1000, 1300], [[700, 990]], 300).ownMs, 300);
    assert.equal(splitStall([1000, 1300], [[1305, 1301]], 300).ownMs, 300);
  });

  it('is the sum of two parts, neither of them negative', () => {
    const ms = fc.double({ min: 0, max: 1e4, noNaN: true });
    const stretch = fc.tuple(ms, ms).map(([from, length]): Stretch => [from, from + length]);
    fc.assert(
      fc.property(stretch, fc.array(stretch), ms, (stall, late, cpuMs) => {
        const { ownMs, machineMs } = splitStall(stall, late, cpuMs);
        assert.ok(ownMs >= 0 && machineMs >= 0 && ownMs <= cpuMs);
        assert.ok(Math.abs(ownMs + machineMs - (stall[1] - stall[0])) < 1e-9);
      }),
    );
  });
});
