import assert from 'node:assert/strict';
import type { Sample } from '../../../src/core/metrics/types.ts';
import { createLumps } from '../../../src/engine/answers/lumps.ts';

/** Returns the number of notes after streams of a target, each with the time between first and last token, ms. */
function notesAfter(...streams: readonly (readonly [spreadMs: number, target?: number, chunks?: number])[]): number {
  const lumps = createLumps();
  const plain: Sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 1, endMs: 9, status: 200, bytes: 0 };
  lumps.add(plain);
  for (const [spreadMs, target = 0, chunks = 4] of streams) {
    const times = { firstTokenMs: 1, lastTokenMs: 1 + spreadMs, chunks, untimedTokens: 1, gapsMs: new Float64Array(4) };
    lumps.add({ ...plain, target, stream: times });
  }
  return lumps.notes().length;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('streams whose tokens came at the same time', () => {
  it('are noted if they are more than a few, and most of a target', () => {
    assert.equal(notesAfter(...times(4, [0.5] as const)), 1);
    assert.equal(notesAfter(...times(3, [0.5] as const)), 0);
    assert.equal(notesAfter([60], ...times(9, [0.5] as const)), 1);
    assert.equal(notesAfter(...times(20, [60] as const), ...times(4, [0.5, 1] as const)), 1);
  });

  it('aren’t noted after a pause of the client', () => {
    assert.equal(notesAfter([0.2], ...times(19, [60] as const)), 0);
    assert.equal(notesAfter(...times(10, [0.2] as const), ...times(10, [60] as const)), 0);
  });

  it('need several chunks', () => {
    assert.equal(notesAfter(...times(9, [0, 0, 3] as const)), 0);
  });
});
