import assert from 'node:assert/strict';
import { renderAnnotations } from '../../../../src/core/report/checks/annotations.ts';
import { checksOfComparison, checksOfRuns } from '../../../../src/core/report/checks/checks.ts';
import { renderJunit } from '../../../../src/core/report/checks/junit.ts';
import type { Verdict } from '../../../../src/core/vocabulary.ts';
import { comparisonOf, slicesOf } from '../../record/comparison-fixtures.ts';
import { closedLoop, recordOf } from '../../record/fixtures.ts';

const objective = { metric: 'p95', operator: '<', value: 300, text: 'p95 < 300ms' } as const;
const verdicts: Verdict[] = [
  { objective, outcome: 'pass', actual: 100 },
  { objective, target: 'search <a>', outcome: 'fail', actual: 320.5 },
  { objective, target: 'b, c: 10%', outcome: 'not enough data', actual: null },
];
const run = recordOf(
  closedLoop(10, 1, () => ({ latencyMs: 10 })),
  { objectives: verdicts },
);
const place = { file: 'load/endpoints.txt', lineOf: (target?: string) => (target === undefined ? 1 : 7) };

const outcomes = (factor: number, other = factor): string[] =>
  checksOfComparison(comparisonOf(slicesOf(12, 1), slicesOf(12, factor, {}, other))).map(
    ({ name, outcome }) => `${name} ${outcome}`,
  );

describe('checks of a pipeline', () => {
  it('are test cases with file and line', () => {
    const result = { name: 'endpoints.txt', startedAt: '2026-11-22T20:15:37.123Z', seconds: 1.5 };
    assert.equal(
      renderJunit(result, checksOfRuns([run]), place),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Loadlens" tests="4" failures="2" errors="0" skipped="0" time="1.500">
  <testsuite name="endpoints.txt" timestamp="2026-11-22T20:15:37" tests="4" failures="2" errors="0" skipped="0" time="1.500">
    <testcase classname="endpoints.txt" name="completed" file="load/endpoints.txt" line="1" time="0" />
    <testcase classname="endpoints.txt" name="p95 &lt; 300ms" file="load/endpoints.txt" line="1" time="0" />
    <testcase classname="search &lt;a&gt;" name="p95 &lt; 300ms" file="load/endpoints.txt" line="7" time="0"><failure message="was 320.5 ms">was 320.5 ms</failure></testcase>
    <testcase classname="b, c: 10%" name="p95 &lt; 300ms" file="load/endpoints.txt" line="7" time="0"><failure message="not enough data">not enough data</failure></testcase>
  </testsuite>
</testsuites>
`,
    );
  });

  it('are annotations at the line of the failing target', () => {
    assert.equal(
      renderAnnotations(checksOfRuns([run]), place),
      `::error file=load/endpoints.txt,line=7,title=Loadlens%3A search <a> p95 < 300ms::search <a> p95 < 300ms: was 320.5 ms
::error file=load/endpoints.txt,line=7,title=Loadlens%3A b%2C c%3A 10%25 p95 < 300ms::b, c: 10%25 p95 < 300ms: not enough data
`,
    );
  });

  it('fail for a comparison in which B is worse', () => {
    assert.deepEqual(outcomes(1.2), ['completed pass', 'verdict fail', 'throughput fail', 'p50 fail', 'p95 fail']);
    assert.deepEqual(outcomes(1, 2), ['completed pass', 'verdict pass', 'throughput pass', 'p50 pass', 'p95 pass']);
    const [, verdict] = checksOfComparison(comparisonOf(slicesOf(4, 1), slicesOf(4, 1.2)));
    assert.equal(verdict?.outcome, 'open');
  });
});
