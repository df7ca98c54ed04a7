import assert from 'node:assert/strict';
import {
  idealOf,
  isByChance,
  possibleScale,
  type ReferenceRow,
  referenceRows,
  type Rig,
  startRig,
} from '../../bench/reference-rows.ts';
import { cliPath } from './spawn.ts';

const seed = 1;

describe('the fourteen runs of the reference', function () {
  this.timeout(60_000);
  const rigs = new Map<number, Rig>();
  const rigFor = async (row: ReferenceRow): Promise<Rig> => {
    const scale = possibleScale(row, 0.01);
    const rig = rigs.get(scale) ?? (await startRig([cliPath], scale));
    rigs.set(scale, rig);
    return rig;
  };
  after(() => Promise.all([...rigs.values()].map((rig) => rig.close())));

  it('are all in the test data', () => assert.equal(referenceRows.length, 14));

  referenceRows.forEach((row, i) => {
    it(`row ${i + 1}: ${row.requests} requests, concurrency ${row.concurrency}, limit ${row.server_limit}`, async () => {
      const record = await (await rigFor(row)).run(row, seed);
      assert.equal(record.status, 'completed');
      assert.deepEqual(record.statusCodes, row.status);
      assert.deepEqual(record.errors, {});
      assert.equal(record.requestsSent, row.requests);
      assert.equal(record.tokenSource, 'output_tokens');
      assert.equal(record.outputTokens, idealOf(row, seed).outputTokens);
      if (!isByChance(row)) assert.equal(record.avgOutputTokens, row.avg_output_tokens);
    });
  });
});
