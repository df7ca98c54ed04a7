import assert from 'node:assert/strict';
import { createPromptCursors } from '../../src/extension/services/runs/prompt-cursors.ts';
import { levelRecord, lawful } from '../core/record/sweep-fixtures.ts';

const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

/** A run that took prompts of the targets a and b. */
const runOf = (start: number, sent: number) => {
  const record = levelRecord(1, lawful(1), { count: 6 });
  const target = { method: 'POST', url: 'http://127.0.0.1/', weight: 1 };
  return {
    ...record,
    targets: [
      { ...target, ...a, prompts: { distinct: 40, start, sent } },
      { ...target, ...b },
    ],
  };
};

describe('prompt positions in a window', () => {
  it('continue from run to run, for each target of each file', () => {
    const cursors = createPromptCursors();
    assert.deepEqual(cursors.startsOf('one', [a, b]).promptStarts, [0, 0]);
    cursors.advance('one', runOf(0, 12));
    assert.deepEqual(cursors.startsOf('one', [b, a, c]).promptStarts, [0, 12, 0]);
    assert.deepEqual(cursors.startsOf('two', [a]).promptStarts, [0]);
    cursors.advance('one', runOf(12, 30));
    assert.deepEqual(cursors.startsOf('one', [a]).promptStarts, [42]);
  });

  it('continue with the values of dynamic variables, and stay after a run without any', () => {
    const cursors = createPromptCursors();
    const values = { start: 0, taken: 25 };
    cursors.advance('one', { ...runOf(0, 1), values });
    cursors.advance('one', runOf(1, 1));
    assert.equal(cursors.startsOf('one', [a]).valueStart, 25);
    assert.equal(cursors.startsOf('two', [a]).valueStart, 0);
  });
});
