import assert from 'node:assert/strict';
import type { Sample } from '../../src/core/metrics/types.ts';
import type { Verdict } from '../../src/core/vocabulary.ts';
import { targetMark } from '../../src/extension/views/run-words.ts';
import { recordOf, targetOf } from '../core/record/fixtures.ts';

const sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 1, endMs: 2, status: 200, bytes: 3 };
const verdict = (outcome: Verdict['outcome'], target?: string): Verdict => ({
  objective: { metric: 'p95', operator: '<', value: 500, text: 'p95 < 500ms' },
  outcome,
  actual: 2,
  ...(target !== undefined && { target }),
});
const markOf = (samples: readonly Sample[], objectives: readonly Verdict[] = []): string => {
  const record = recordOf(samples, { targets: [targetOf('a'), targetOf('b')], objectives });
  const [numbers] = record.perTarget;
  assert.ok(numbers);
  return targetMark({ record, numbers });
};

describe('the gutter icon of a target', () => {
  it('depends on its own objectives', () => {
    assert.equal(markOf([sample], [verdict('pass', 'a'), verdict('fail', 'b'), verdict('fail')]), 'pass');
    assert.equal(markOf([sample], [verdict('pass', 'a'), verdict('fail', 'a')]), 'fail');
    assert.equal(markOf([sample], [verdict('not enough data', 'a')]), 'warning');
  });

  it('depends on failed requests if it has no objectives', () => {
    const failed = { ...sample, status: 500 };
    assert.equal(markOf([sample]), 'pass');
    assert.equal(markOf([sample, failed]), 'warning');
    assert.equal(markOf([failed]), 'fail');
  });
});
