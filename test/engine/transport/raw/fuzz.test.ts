import assert from 'node:assert/strict';
import { fuzzInMemory, fuzzOverSockets } from '../../../support/fuzz/fuzz-responses.ts';

describe('mutated responses', () => {
  it('have the same outcome in one piece, in parts, and after other responses', () => {
    const { differences, outcomes } = fuzzInMemory(5_000, 7);
    assert.deepEqual(differences, []);
    for (const outcome of ['2xx', 'parse', 'prematureEnd']) assert.ok((outcomes[outcome] ?? 0) > 100, outcome);
  });

  it('have the same outcome over the sockets of both transports', async function () {
    this.timeout(60_000);
    const { differences, outcomes } = await fuzzOverSockets(200, 7);
    assert.deepEqual(differences, []);
    assert.ok((outcomes['2xx'] ?? 0) > 10);
  });
});
