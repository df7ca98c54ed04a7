import assert from 'node:assert/strict';
import { compactRecord } from '../../../src/core/record/compact-run.ts';
import { areTargetsOf } from '../../../src/core/record/same-targets.ts';
import { recordOf, targetOf } from './fixtures.ts';

describe('the targets of a record', () => {
  const long = `http://127.0.0.1:5000/${'x'.repeat(600)}`;
  const targets = [targetOf('a'), targetOf('b', long), targetOf('c', 'http://127.0.0.1:5000/?api_key=1234567')];
  const record = recordOf([], { targets });

  it('are recognized, also from a shortened record', () => {
    assert.equal(areTargetsOf(record, targets), true);
    assert.equal(areTargetsOf(compactRecord(record), targets), true);
    assert.equal(areTargetsOf(compactRecord(record, 1), targets), true);
  });

  it('differ once one is added, changed, or moved', () => {
    const [a, b, c] = targets;
    assert.ok(a && b && c);
    for (const others of [
      [a, b],
      [...targets, a],
      [b, a, c],
      [a, b, { ...c, weight: 2 }],
      [a, b, { ...c, url: long }],
    ])
      assert.equal(areTargetsOf(record, others), false);
  });
});
