import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readRecord } from '../../../src/core/record/read-run.ts';
import { readSweep } from '../../../src/core/record/sweeps/read-sweep.ts';
import { readThroughputSuite } from '../../../src/core/record/suites/read-suite.ts';
import { makeKeptComparison } from '../../../src/core/report/comparisons/kept-comparison.ts';
import { chaptersText } from '../../../src/core/report/formats/chapters.ts';
import { compactResult, readResult, renderResult, runsOf } from '../../../src/core/report/formats/results.ts';
import { renderSweepText } from '../../../src/core/report/formats/sweep-reports.ts';
import { renderText } from '../../../src/core/report/formats/text.ts';
import { throughputChapters } from '../../../src/core/report/suites/suite-throughput.ts';
import { compareRuns } from '../../../src/core/report/tables/compare-runs.ts';

type Json = Readonly<Record<string, unknown>>;

const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../fixtures/records/${name}.json`, import.meta.url), 'utf8'));

const runs = ['run', 'open', 'stream', 'cancelled'];
const sweeps = ['sweep', 'search'];

/** The result as the terminal shows it. */
function shown(name: string): string {
  if (runs.includes(name)) return renderText(readRecord(read(name)));
  return sweeps.includes(name)
    ? renderSweepText(readSweep(read(name)))
    : chaptersText(throughputChapters(readThroughputSuite(read(name))));
}

describe('files of version 0.2', () => {
  for (const name of runs) {
    it(`are read unchanged: ${name}.json`, () => {
      assert.deepEqual(readRecord(read(name)), read(name));
    });
  }

  for (const name of [...sweeps, 'throughput']) {
    it(`are read with the same runs and figures: ${name}.json`, () => {
      const json = read(name);
      const result = readResult(json);
      assert.deepEqual(
        runsOf(result),
        json['levels'] !== undefined && name !== 'throughput' ? json['levels'] : json['runs'],
      );
      assert.ok('figures' in result);
      // The note is a sentence of the version that reads the file.
      const { uslNote: _, ...figures } = result.figures;
      const written = Object(json['figures']);
      // A search recommended by another rule, here with the same result.
      const recommended = { ...written.recommended, ...(name === 'search' && { rule: 'capacity' }) };
      assert.deepEqual({ ...figures, uslNote: '' }, { ...written, recommended, uslNote: '' });
      for (const member of ['planned', 'search', 'workload', 'model', 'earlier'])
        assert.deepEqual(JSON.parse(JSON.stringify(result))[member], json[member], member);
    });
  }

  for (const [name, line] of [
    ['run', /^ {2}404: 4 times$/m],
    ['open', /Peak backlog: 25 requests \(max in flight 2\)/],
    ['stream', /TTFT/],
    ['cancelled', /^! Run canceled\. Results cover the 70 requests/m],
    ['sweep', /^No limit found up to concurrency 4: /m],
    ['search', /^Completed with failures: Meets p95 < 200ms and errors < 20% at concurrency 6, but not at 7\.$/m],
    ['throughput', /concurrency 4/],
  ] as const) {
    it(`have every report: ${name}.json`, () => {
      const result = readResult(read(name));
      assert.match(shown(name), line);
      assert.equal(JSON.parse(renderResult(result, 'json').text).id, read(name)['id']);
      assert.ok(renderResult(result, 'csv').text.includes(result.id));
      assert.match(renderResult(result, 'html').text, /^<!doctype html>/i);
      assert.match(renderResult(result, 'markdown').text, /^#+ /);
    });
  }

  it('can be compared', () => {
    const [a, b] = [readRecord(read('open')), readRecord(read('cancelled'))];
    const throughput = compareRuns(a, b).rows.find(({ label }) => label === 'Throughput');
    assert.deepEqual([throughput?.before.value, throughput?.after.value], [95.19640450161266, 95.10487956888122]);
    const kept = (run: typeof a) => [{ file: 'x.json', run }];
    const options = { rules: { threshold: 0.05, level: 0.05 }, chosen: undefined, id: 'x', startedAt: a.startedAt };
    const { metrics } = makeKeptComparison(kept(a), kept(b), options);
    assert.equal(metrics.find(({ metric }) => metric === 'throughput')?.ratio?.toFixed(4), '0.9990');
  });

  it('keep their entries in the history', () => {
    const kept: unknown = read('history');
    assert.ok(Array.isArray(kept));
    const results = kept.map(readResult);
    assert.deepEqual(
      results.map(({ schema, id }) => [schema, id]),
      ['run', 'stream', 'sweep', 'throughput'].map((name) => [read(name)['schema'], read(name)['id']]),
    );
    assert.deepEqual(results.slice(0, 2), kept.slice(0, 2));
    assert.deepEqual(results.map(compactResult), results);
  });
});
