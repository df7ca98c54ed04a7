import assert from 'node:assert/strict';
import { twoRunsReports } from '../../../../src/core/report/comparisons/two-runs-reports.ts';
import { closedLoop, recordOf, targetOf } from '../../record/fixtures.ts';

const run = (latencyMs: number) =>
  recordOf(
    closedLoop(100, 10, (i) => ({ latencyMs: latencyMs + (i % 10), target: i % 2 })),
    { targets: [targetOf('a'), targetOf('=b')] },
  );
const runs = { before: run(100), after: run(80) };

describe('reports of two runs side by side', () => {
  it('have each number with the interval of its run, and its change', () => {
    const markdown = twoRunsReports.markdown.render(runs);
    assert.match(
      markdown,
      /\n\| p50 latency \| 105 ms \| 10\d–10\d ms \| 84\.5 ms \| 8\d\.\d–8\d\.\d ms \| −19\.1% \|\n/,
    );
    assert.match(markdown, /\n\| p99\.9 latency \| 109 ms \? \| +\| 89\.0 ms \? \| +\| −18\.3% \? \|\n/);
    assert.match(markdown, /Run-to-run noise is not in this interval\./);
  });

  it('have rows by target in CSV, where no text is a formula', () => {
    const lines = twoRunsReports.csv.render(runs).split('\r\n');
    assert.ok(lines[0]?.startsWith('target,number,unit,before,before low,'));
    assert.ok(lines.some((line) => line.startsWith('a,p95,ms,')));
    assert.ok(lines.some((line) => line.startsWith(`"'=b",p95,ms,`)));
  });

  it('are one page in HTML, with both charts', () => {
    const html = twoRunsReports.html.render(runs);
    assert.equal(html.split('<svg ').length, 3);
    assert.doesNotMatch(html, /<script/);
  });
});
