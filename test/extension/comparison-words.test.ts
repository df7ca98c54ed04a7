import assert from 'node:assert/strict';
import { comparisonWords } from '../../src/extension/views/run-words.ts';
import { comparisonOf, slicesOf, sliceWith } from '../core/record/comparison-fixtures.ts';

describe('words of a comparison in the history', () => {
  it('have the change that the verdict names, not the largest one', () => {
    const slower = slicesOf(12, 1.2).map(({ values }, i) =>
      sliceWith({ ...values, p95: 24 * (1.04 + 0.02 * ((i * 5) % 7)) }),
    );
    const worse = comparisonOf(slicesOf(12, 1), slower, { chosen: ['p50', 'p95'] });
    assert.match(worse.verdict.sentence, / is 19\.9% slower at p50 /);
    assert.equal(comparisonWords(worse), 'A/B worse · p50 +19.9%');
  });

  it('have the first judged change without a verdict', () => {
    const limited = comparisonOf(slicesOf(12, 1), slicesOf(12, 1.2, { bound: 'client' }), { chosen: ['p50'] });
    assert.equal(comparisonWords(limited), 'A/B no verdict · p50 +19.9%');
    const failed = comparisonOf([], [], { status: 'crashed' });
    assert.equal(comparisonWords(failed), 'A/B inconclusive');
  });
});
