import assert from 'node:assert/strict';
import type { RunRecord } from '../../src/core/record/run.ts';
import { lastResults } from '../../src/extension/services/runs/last-results.ts';
import { compactRecord } from '../../src/core/record/compact-run.ts';
import { recordOf, targetOf } from '../core/record/fixtures.ts';

const file = 'endpoints.txt';
const sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 1, endMs: 2, status: 200, bytes: 3 };
const runOf = (id: string, status: RunRecord['status'], name = file): RunRecord => ({
  ...recordOf([sample], { targets: [targetOf('a')], source: { file } }),
  id,
  status,
  name,
});

describe('the last results', () => {
  it('are those of the newest complete run, and a newer partial one is mentioned', () => {
    const runs = [runOf('4', 'crashed'), runOf('3', 'cancelled'), runOf('2', 'completed'), runOf('1', 'completed')];
    const last = lastResults(runs);
    assert.equal(last.ofFile(file)?.id, '2');
    assert.deepEqual([last.ofTarget(file, 'a')?.record.id, last.ofTarget(file, 'a')?.newer?.id], ['2', '4']);
  });

  it('are partial if there is no other result', () => {
    const last = lastResults([runOf('2', 'cancelled'), runOf('1', 'cancelled')]);
    assert.deepEqual([last.ofFile(file)?.id, last.ofTarget(file, 'a')?.record.id], ['2', '2']);
    assert.equal(last.ofTarget(file, 'a')?.newer, undefined);
    assert.equal(last.ofTarget(file, 'b'), undefined);
  });

  it('distinguish a run with more targets than the history keeps from a run without results', () => {
    const targets = Array.from({ length: 60 }, (_, at) => targetOf(`t${at}`));
    const record = compactRecord({ ...recordOf([sample], { targets, source: { file } }), name: file });
    assert.equal(lastResults([record]).shortenedOf(file)?.targetCount, 60);
    assert.equal(lastResults([runOf('1', 'completed')]).shortenedOf(file), undefined);
  });
});
