import assert from 'node:assert/strict';
import { readFromPanel, readPersisted } from '../../src/extension/views/read-from-panel.ts';

describe('messages of the panel', () => {
  it('are read if they are complete', () => {
    const message = { type: 'export', id: 'a', format: 'csv', to: 'clipboard' };
    assert.deepEqual(readFromPanel(message), message);
    assert.deepEqual(readFromPanel({ type: 'ready' }), { type: 'ready' });
    assert.deepEqual(readFromPanel({ type: 'swapRuns' }), { type: 'swapRuns' });
  });

  it('are rejected otherwise', () => {
    for (const message of [
      undefined,
      'ready',
      {},
      { type: 'nothing' },
      { type: 'export', id: 'a', format: 'exe', to: 'file' },
    ]) {
      assert.throws(() => readFromPanel(message));
    }
  });

  it('result in no run for an unreadable state', () => {
    assert.deepEqual(readPersisted({ runIds: ['a'], isTrend: true }), { runIds: ['a'], isTrend: true });
    assert.deepEqual(readPersisted({ runIds: ['a', 'b'] }), { runIds: ['a', 'b'] });
    for (const state of [undefined, null, { runIds: 7 }, { runIds: ['a', 'b', 'c'] }]) {
      assert.deepEqual(readPersisted(state), { runIds: [] });
    }
  });
});
