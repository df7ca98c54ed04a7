import assert from 'node:assert/strict';
import { createFailureSamples } from '../../src/engine/failure-samples.ts';

describe('createFailureSamples', () => {
  it('masks before it cuts', () => {
    const samples = createFailureSamples(['a', 'b'], ['topsecret']);
    samples.add({ target: 1, status: 500, text: `${'x'.repeat(508)}topsecret and more`, cut: false });
    assert.deepEqual(samples.list, [{ target: 'b', status: 500, text: `${'x'.repeat(508)}*** ` }]);
  });

  it('shows no half of a secret that the collected bytes end in', () => {
    const samples = createFailureSamples(['a'], ['topsecret']);
    samples.add({ target: 0, status: 500, text: 'begin topsec', cut: true });
    assert.deepEqual(samples.list, [{ target: 'a', status: 500, text: 'beg' }]);
  });

  it('keeps the first five', () => {
    const samples = createFailureSamples(['a'], []);
    for (let i = 0; i < 8; i += 1) {
      assert.equal(samples.wanted, i < 5);
      samples.add({ target: 0, status: 0, error: 'reset', text: String(i), cut: false });
    }
    assert.deepEqual(
      samples.list.map(({ text }) => text),
      ['0', '1', '2', '3', '4'],
    );
  });
});
