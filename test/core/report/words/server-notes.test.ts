import assert from 'node:assert/strict';
import { compactRecord } from '../../../../src/core/record/compact-run.ts';
import { readRecord } from '../../../../src/core/record/read-run.ts';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { maxServerNotes, mergeServerNotes } from '../../../../src/core/record/merge-notes.ts';
import { makeSweepRecord } from '../../../../src/core/record/sweeps/make-sweep.ts';
import { sweepFacts } from '../../../../src/core/report/tables/sweep-tables.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

const samples = closedLoop(20, 2, () => ({ latencyMs: 5 }));
const notes = ['folds headers', 'ends lines with LF alone'];
const use = { pid: 7, cpuShare: 0.5, rssStartMiB: 10, rssEndMiB: 11, rssMaxMiB: 12 };

describe('server notes', () => {
  it('appear in every report for people, once', () => {
    for (const render of [renderText, reports.markdown.render, reports.html.render]) {
      const text = render(recordOf(samples, { server: { notes } })).replaceAll(/\s+/g, ' ');
      assert.match(text, /folds headers; ends lines with LF alone/);
      assert.equal(text.split('folds headers').length, 2);
      assert.doesNotMatch(render(recordOf(samples)), /server notes/i);
    }
    assert.doesNotMatch(reports.csv.render(recordOf(samples, { server: { notes } })), /server\./);
  });

  it('are next to the resource use of a server that Loadlens started', () => {
    const text = renderText(recordOf(samples, { server: { ...use, notes } }));
    assert.match(text, /process 7: CPU 50/);
    assert.match(text, /folds headers/);
  });

  it('are kept in files and shortened records, and records without them are read', () => {
    for (const server of [{ notes }, use, { ...use, notes }]) {
      const record = recordOf(samples, { server });
      assert.deepEqual(readRecord(JSON.parse(reports.json.render(record))).server, server);
      assert.deepEqual(compactRecord(record).server, server);
    }
  });

  it('are merged for the levels of a sweep', () => {
    const levels = [notes.slice(0, 1), undefined, notes].map((some) =>
      recordOf(samples, some && { server: { notes: some } }),
    );
    const sweep = makeSweepRecord({
      id: 'a',
      name: 'a',
      startedAt: '2026-11-22T20:15:37.123Z',
      status: 'completed',
      planned: [1, 2, 3],
      coolDownMs: 0,
      levels,
    });
    assert.deepEqual(
      sweepFacts(sweep).filter(([label]) => label === 'server notes'),
      [['server notes', notes.join('; ')]],
    );
  });

  it('are bounded', () => {
    const many = Array.from({ length: 50 }, (_, i) => `note ${i}`);
    assert.deepEqual(mergeServerNotes([many.slice(0, 15), many]), many.slice(0, maxServerNotes));
  });
});
