import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createByteRing, type Section } from '../../../../src/engine/transport/raw/byte-ring.ts';

const size = 100;

describe('a byte ring', () => {
  it('never gives bytes out twice before they are freed, in whatever order that is', () => {
    const steps = fc.array(fc.record({ length: fc.integer({ min: 1, max: size }), frees: fc.nat(3) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (taken, choices) => {
        const ring = createByteRing(size);
        const held = new Map<number, Section>();
        for (const [mark, { length, frees }] of taken.entries()) {
          const section = ring.take(length);
          if (section) {
            assert.equal(section.bytes.byteLength, length);
            section.bytes.fill(mark);
            held.set(mark, section);
          }
          for (const [own, { bytes }] of held) assert.ok(bytes.every((byte) => byte === own));
          for (let i = 0; i < frees && held.size > 0; i += 1) {
            const marks = [...held.keys()];
            const own = marks[(choices.next().value ?? 0) % marks.length] ?? 0;
            held.get(own)?.free();
            held.delete(own);
          }
        }
        for (const { free } of held.values()) free();
        assert.equal(ring.take(size)?.bytes.byteLength, size);
      }),
    );
  });

  it('gives out nothing that is longer than what is free in a row', () => {
    const ring = createByteRing(size);
    const first = ring.take(40);
    const second = ring.take(40);
    assert.equal(ring.take(21), undefined);
    first?.free();
    assert.equal(ring.take(41), undefined);
    assert.equal(ring.take(39)?.bytes.byteLength, 39);
    second?.free();
    assert.equal(ring.take(60)?.bytes.byteLength, 60);
  });
});
