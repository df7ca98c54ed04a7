import assert from 'node:assert/strict';
import { closest } from '../../src/core/closest.ts';

describe('closest', () => {
  const words = ['requests', 'concurrency', 'timeout', 'seed', 'slo'];
  const meant: Record<string, string | undefined> = {
    requets: 'requests',
    Concurency: 'concurrency',
    tiemout: 'timeout',
    sede: 'seed',
    sl: 'slo',
    note: undefined,
    'no-redirect': undefined,
    ['x'.repeat(1000)]: undefined,
    '': undefined,
  };
  for (const [word, expected] of Object.entries(meant)) {
    it(`suggests ${expected ?? 'nothing'} for "${word.slice(0, 20)}"`, () =>
      assert.equal(closest(word, words), expected));
  }
});
