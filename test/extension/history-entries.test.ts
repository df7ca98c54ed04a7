import assert from 'node:assert/strict';
import type { ResultRecord } from '../../src/core/report/formats/results.ts';
import type { HistoryMark } from '../../src/extension/services/runs/history.ts';
import { historyEntries, type HistoryEntry, type HistoryLook } from '../../src/extension/views/history/entries.ts';
import { recordOf } from '../core/record/fixtures.ts';

const sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 1, endMs: 2, status: 200, bytes: 3 };
const runOf = (id: string, file: string, started: Date, name = file): ResultRecord => ({
  ...recordOf([sample], { source: { file } }),
  id,
  name,
  startedAt: started.toISOString(),
});

const now = new Date(2026, 10, 26, 14, 3);
const at = (day: number, hour: number): Date => new Date(2026, 10, day, hour);
const results = [
  runOf('5', 'a.endpoints', at(26, 13)),
  runOf('4', 'b.endpoints', at(26, 12), 'login'),
  runOf('3', 'a.endpoints', at(25, 23)),
  runOf('2', 'b.endpoints', at(20, 9)),
  runOf('1', 'a.endpoints', at(20, 8)),
];

/** A group as `label: rows`, a result as its id. */
const shown = (entries: readonly HistoryEntry[]): unknown[] =>
  entries.map((entry) =>
    entry.kind === 'result' ? entry.id : [`${entry.label} ${entry.count}`, ...shown(entry.entries)],
  );

const look: HistoryLook = {
  grouping: 'none',
  filter: {},
  markOf: () => ({}),
  wordsOf: ({ id }) => (id === '3' ? 'p95 12 ms · connection refused' : 'p95 12 ms'),
  now,
};
const list = (
  changes: Partial<HistoryLook> = {},
  marks: Readonly<Record<string, HistoryMark>> = {},
  of = results,
): unknown[] => shown(historyEntries(of, { ...look, markOf: (id) => marks[id] ?? {}, ...changes }));

describe('history rows', () => {
  it('are the results, newest first, whatever order they arrived in', () => {
    assert.deepEqual(list(), ['5', '4', '3', '2', '1']);
    assert.deepEqual(list({}, {}, results.toReversed()), ['5', '4', '3', '2', '1']);
  });

  it('are grouped by file, day, or both', () => {
    const day = at(20, 0).toLocaleDateString(undefined, { dateStyle: 'medium' });
    assert.deepEqual(list({ grouping: 'file' }), [
      ['a.endpoints 3', '5', '3', '1'],
      ['b.endpoints 2', '4', '2'],
    ]);
    assert.deepEqual(list({ grouping: 'day' }), [
      ['Today 2', '5', '4'],
      ['Yesterday 1', '3'],
      [`${day} 2`, '2', '1'],
    ]);
    assert.deepEqual(list({ grouping: 'fileAndDay' })[1], ['b.endpoints 2', ['Today 1', '4'], [`${day} 1`, '2']]);
  });

  it('start with pinned ones, in a separate group', () => {
    assert.deepEqual(list({}, { 2: { pinned: true } }), [['Pinned 1', '2'], '5', '4', '3', '1']);
    const [first] = list({ grouping: 'day' }, { 2: { pinned: true } });
    assert.deepEqual(first, ['Pinned 1', '2']);
  });

  it('can be filtered by file, or by words in name, file, figures, label, or note', () => {
    assert.deepEqual(list({ filter: { file: 'b.endpoints' } }), ['4', '2']);
    assert.deepEqual(list({ filter: { text: 'LOGIN' } }), ['4']);
    assert.deepEqual(list({ filter: { text: 'a.endpoints refused' } }), ['3']);
    assert.deepEqual(list({ filter: { text: 'nothing' } }), []);
    const marks = { 1: { name: 'baseline' }, 5: { note: 'after the index' } };
    assert.deepEqual(list({ filter: { text: 'baseline' } }, marks), ['1']);
    assert.deepEqual(list({ filter: { text: 'after index' } }, marks), ['5']);
  });
});
