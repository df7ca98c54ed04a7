import assert from 'node:assert/strict';
import { compactSweep } from '../../../../src/core/record/sweeps/compact-sweep.ts';
import {
  compactResult,
  olderFirst,
  readResult,
  renderResult,
  sourceOf,
} from '../../../../src/core/report/formats/results.ts';
import { throughputWorkload } from '../../../../src/core/plan/suites/suite.ts';
import { makeThroughputSuite } from '../../../../src/core/record/suites/make-suite.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';
import { lawful, levelRecord, sweepOf } from '../../record/sweep-fixtures.ts';

const run = recordOf(closedLoop(40, 4, () => ({ latencyMs: 20 })));
const sweep = sweepOf([1, 2, 4, 8].map((concurrency) => levelRecord(concurrency, lawful(concurrency))));

const suite = makeThroughputSuite({
  id: '20261122-201537-k3f9',
  startedAt: '2026-11-22T20:15:37.123Z',
  status: 'completed',
  model: { name: 'gpt2', url: 'http://127.0.0.1:5001/v1/completions', server: 'gpt2', synthetic: true, dtype: 'q8' },
  workload: throughputWorkload(true),
  earlier: [],
  files: [],
  runs: sweep.levels.slice(0, 3),
});

const at = (id: string, startedAt: string): typeof run => ({ ...run, id, startedAt });

describe('results', () => {
  it('are sorted by start time, whatever their ids and the order of selection', () => {
    // Of the same second: ids end in random letters.
    const older = at('20261122-201537-zzzz', '2026-11-22T20:15:37.100Z');
    const newer = at('20261122-201537-aaaa', '2026-11-22T20:15:37.900Z');
    // The id of an imported run can be older than its start.
    const imported = at('20261101-000000-aaaa', '2026-11-23T08:00:00.000Z');
    for (const chosen of [
      [older, newer, imported],
      [imported, newer, older],
      [newer, imported, older],
    ])
      assert.deepEqual(olderFirst(chosen), [older, newer, imported]);
    const twins = [at('b', older.startedAt), at('a', older.startedAt)];
    assert.deepEqual(olderFirst(twins), olderFirst(twins.toReversed()));
  });

  for (const result of [run, sweep, suite]) {
    it(`are stored and read back unchanged: ${result.schema}`, () => {
      const kept = compactResult(result);
      assert.deepEqual(readResult(JSON.parse(JSON.stringify(kept))), kept);
      assert.deepEqual(compactResult(kept), kept);
      assert.equal(sourceOf(kept)?.file, 'load/endpoints.txt');
    });

    it(`have every report: ${result.schema}`, () => {
      assert.equal(JSON.parse(renderResult(result, 'json').text).schema, result.schema);
      assert.match(renderResult(result, 'csv').text, /,?id,20261122-201537-k3f9/);
      assert.match(renderResult(result, 'html').text, /^<!doctype html>/i);
      assert.match(renderResult(result, 'markdown').text, /^#+ /);
      assert.deepEqual(
        [renderResult(result, 'markdown').extension, renderResult(result, 'csv').extension],
        ['md', 'csv'],
      );
    });
  }

  it('reject anything else', () => {
    assert.throws(() => readResult({ schema: 'loadlens.sweep/9' }), /This file isn't a Loadlens result/);
    assert.throws(() => readResult(null), /This file isn't a Loadlens result/);
  });
});

describe('compactSweep', () => {
  it('drops charts before levels, and keeps figures and sentences', () => {
    const whole = compactSweep(sweep, 1_000_000);
    const small = compactSweep(sweep, 2_000);
    assert.ok(whole.levels.every(({ timeline }) => timeline.responses.length > 0));
    assert.ok(small.levels.every(({ timeline }) => timeline.responses.length === 0));
    assert.ok(JSON.stringify(small).length < JSON.stringify(whole).length);
    assert.deepEqual(small.figures, whole.figures);
    assert.deepEqual(small.capacity, sweep.capacity);
    assert.equal(small.levels.length, 4);
  });
});
