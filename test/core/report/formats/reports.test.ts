import assert from 'node:assert/strict';
import { table } from '../../../../src/core/report/formats/markdown-parts.ts';
import { reports } from '../../../../src/core/report/formats/reports.ts';
import { renderText } from '../../../../src/core/report/formats/text.ts';
import { closedLoop, flood, recordOf, targetOf } from '../../record/fixtures.ts';

const nasty = '<script>alert(1)</script> | `x` @someone =1+1 "quoted"';
const mixed = recordOf(flood(), { failureSamples: [{ target: nasty, status: 429, text: nasty }], name: nasty });
const targets = [targetOf(nasty), targetOf('=cmd()|calc'), targetOf('-1+1'), targetOf('plain')];
const many = recordOf(
  closedLoop(400, 10, (index) => ({ latencyMs: 100 + (index % 50), target: index % 4, outputTokens: 2 })),
  {
    targets,
    objectives: [
      { objective: { metric: 'p95', operator: '<', value: 500, text: 'p95 < 500ms' }, outcome: 'pass', actual: 147 },
      {
        objective: { metric: 'errors', operator: '<', value: 0.01, text: 'errors < 1%' },
        outcome: 'fail',
        actual: 0.02,
        target: nasty,
      },
    ],
  },
);
const nothing = recordOf([]);

/** Cells of a CSV text, read by its grammar (RFC 4180). */
function readCsv(text: string): string[][] {
  const lines = text.split('\r\n').slice(0, -1);
  return lines.map((line) => {
    // A comma after each cell, so that an empty one is no empty match.
    const cells = [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g)];
    return cells.map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
  });
}

describe('all reports', () => {
  it('explain in the HTML page how the run ended', () => {
    for (const [status, words] of [
      ['completed', 'completed'],
      ['cancelled', 'canceled'],
      ['crashed', 'stopped unexpectedly'],
    ] as const) {
      const html = reports.html.render({ ...many, status });
      assert.match(html, new RegExp(`<p class="sub">[^<]* · ${words}</p>`));
    }
  });

  it('say next to the headline and the file that unsaved text was run', () => {
    const unsaved = recordOf(
      closedLoop(3, 1, () => ({ latencyMs: 1 })),
      {
        source: { file: 'endpoints.txt', gitCommit: 'af0999371d2f4f9e8c6a', gitDirty: false, unsaved: true },
      },
    );
    const file = 'endpoints.txt at af0999371d2f, unsaved changes';
    assert.match(reports.html.render(unsaved), /<p class="sub">[^<]* · completed · unsaved changes<\/p>/);
    assert.match(reports.markdown.render(unsaved), /\*\* · unsaved changes\n/);
    for (const kind of ['html', 'markdown'] as const) assert.ok(reports[kind].render(unsaved).includes(file), kind);
    assert.ok(renderText(unsaved).includes(file));
  });

  it('have no NaN, undefined, or null for a run without a response', () => {
    for (const [kind, { render }] of Object.entries(reports)) {
      const text = render(nothing);
      assert.doesNotMatch(text, /NaN|Infinity|undefined|\[object/, kind);
      if (kind !== 'json' && kind !== 'vllm') assert.doesNotMatch(text, /null/, kind);
    }
  });
});

describe('the reports of a run without a response', () => {
  const refused = closedLoop(3, 1, () => ({ latencyMs: 1, status: 0, error: 'refused', headersMs: Number.NaN }));
  it('have the failures, and no table of latencies', () => {
    for (const kind of ['html', 'markdown'] as const) {
      const failed = reports[kind].render(recordOf(refused));
      assert.match(failed, /connection refused/);
      assert.doesNotMatch(failed, /0 responses|std dev/, kind);
      assert.match(reports[kind].render(many), /std dev/);
    }
    assert.doesNotMatch(reports.markdown.render(recordOf(refused)), /\n{3}/);
    assert.match(renderText(recordOf(refused)), /connection refused/);
    assert.doesNotMatch(renderText(recordOf(refused)), /0 responses|std dev|^Latency/m);
    assert.match(renderText(many), /^Latency:\n.*responses/m);
  });
});

describe('the reports of a client-limited or disturbed run', () => {
  const { client, environment } = many;
  const selfCalibration = [{ concurrency: 16, requests: 1_500, p50Ms: 0.262, p99Ms: 0.81, requestsPerS: 42_700 }];
  const marked = {
    ...many,
    client: { ...client, bound: 'client', cpuShare: 0.97, warnings: ['It was busy.'] },
    environment: { ...environment, selfCalibration },
  } as const;

  it('have the mark next to the name or the numbers, and no others do', () => {
    assert.match(
      reports.html.render(marked),
      /<h1>endpoints\.txt<\/h1>\n<p class="verdict bad"><span class="badge bad">Failed<\/span> .* Client-limited: the server may be faster\.<\/p>/,
    );
    assert.match(reports.markdown.render(marked), /^\*\*Failed:\*\* .* Client-limited: the server may be faster\.$/m);
    for (const kind of ['html', 'markdown'] as const)
      assert.doesNotMatch(reports[kind].render(many), /client-limited/i);
  });

  it('show what the machine itself adds', () => {
    for (const kind of ['html', 'markdown'] as const) {
      const text = reports[kind].render(marked).replaceAll(/\s+/g, ' ');
      assert.match(
        text,
        /client overhead.{0,20}16 in flight p50 262 µs, p99 810 µs, 42,700 req\/s; over loopback/,
        kind,
      );
    }
  });

  it('have a CSV line per reading, and none for readings that an older record lacks', () => {
    const rows = new Set(readCsv(reports.csv.render(marked)).map((row) => row.join(',')));
    for (const line of [
      ',client.bound,client',
      ',client.machineStallMs,11.3456789',
      ',selfCalibration.16.p99Ms,0.81',
    ]) {
      assert.ok(rows.has(line), line);
    }
    const { loopUtilisation: _, ...older } = client;
    assert.ok(!reports.csv.render({ ...many, client: older }).includes('loopUtilisation'));
  });
});

describe('the CSV report', () => {
  const rows = readCsv(reports.csv.render(many));

  it('has one number per line', () => {
    assert.deepEqual(rows[0], ['target', 'metric', 'value']);
    assert.ok(rows.every((row) => row.length === 3));
    const value = (target: string, metric: string): string | undefined =>
      rows.find((row) => row[0] === target && row[1] === metric)?.[2];
    assert.equal(value('', 'requestsSent'), '400');
    assert.equal(value('', 'latencyMs.median'), String(many.latencyMs.median));
    assert.equal(value('plain', 'statusCodes.200'), '100');
    assert.equal(value('plain', 'latencyMs.p99.low95'), '');
    assert.equal(value(nasty, 'objective errors < 1%'), 'fail');
  });

  it('escapes texts that a spreadsheet would run as a formula, and keeps numbers as numbers', () => {
    const text = reports.csv.render(many);
    assert.match(text, /^"'=cmd\(\)\|calc",requestsSent,100\r$/m);
    assert.match(text, /^"'-1\+1",requestsSent,100\r$/m);
    const lagging = closedLoop(3, 1, () => ({ latencyMs: 5, scheduledMs: 1e6 }));
    assert.match(reports.csv.render(recordOf(lagging)), /^,scheduleLagMs\.min,-1000000\r$/m);
  });
});

describe('the Markdown report', () => {
  it('escapes markup in names and responses', () => {
    const text = reports.markdown.render(many);
    assert.ok(!text.includes('<script>'));
    assert.ok(!text.includes('@someone'));
    const row = text.split('\n').find((line) => line.includes('alert') && line.includes('100%'));
    assert.equal(row?.match(/(?<!\\)\|/g)?.length, 8);
  });

  it('escapes titles, which may have the name of a model or an address', () => {
    assert.equal(
      table({ title: 'Latency of <b>@a/*b*', columns: ['x'], rows: [['1']] }).split('\n')[0],
      String.raw`**Latency of &lt;b&gt;&#64;a/\*b\***`,
    );
  });

  it('has tables of equal width, and folds details', () => {
    const lines = reports.markdown.render(mixed).split('\n');
    let columns = 0;
    for (const line of lines) {
      const bars = line.startsWith('|') ? (line.match(/(?<!\\)\|/g)?.length ?? 0) : 0;
      assert.ok(columns === 0 || bars === 0 || bars === columns, line);
      columns = bars;
    }
    assert.ok(lines.includes('</details>'));
  });

  it('shows successes before a large number of failures', () => {
    const text = reports.markdown.render(mixed);
    assert.match(text, /p50 of successes \*\*1\.01 s\*\* \(all responses 8\.00 ms\)/);
    assert.match(text, /> \*\*Note:\*\* 490 of 500 requests failed: 429: /);
  });
});

describe('the HTML report', () => {
  it('is self-contained, without scripts', () => {
    for (const record of [mixed, many, nothing]) {
      const page = reports.html.render(record);
      assert.match(
        page,
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
      );
      assert.doesNotMatch(page, /<script|<link|<img|<iframe|<object|@import|url\(|\son\w+=|\ssrc=|\shref=|\sstyle=/i);
    }
  });

  it('shows texts of servers and files as text', () => {
    const page = reports.html.render(mixed);
    const escaped = '&lt;script&gt;alert(1)&lt;/script&gt; | `x` @someone =1+1 &quot;quoted&quot;';
    assert.equal(page.split(escaped).length - 1, 4);
  });

  it('has a title, a description, and a table of numbers for each chart', () => {
    const page = reports.html.render(mixed);
    const pictures = page.match(/<svg[^>]*role="img"><title>[^<]+<\/title><desc>[^<]+<\/desc>/g);
    assert.equal(pictures?.length, 4);
    assert.equal(
      page.match(/<figure>[^\n]*?<\/figure>(?:<p[^>]*>[^<]*<\/p>)?<details><summary>[^<]+ as a table<\/summary>/g)
        ?.length,
      4,
    );
    assert.equal(page.match(/<svg/g)?.length, 4);
    assert.doesNotMatch(page, /(?:x|y|width|height|cx|cy|d)="[^"]*(?:NaN|Infinity|e[+-])/);
    assert.equal(reports.html.render(nothing).match(/<svg/g), null);
  });

  it('labels a stretched bin by where it starts, and lists its real range', () => {
    const latencyBins = { edgesMs: [0, 2.5, 5, 7.5, 10, 12.5, 94.1], counts: [1, 9, 5, 2, 1, 1] };
    const page = reports.html.render({ ...mixed, latencyBins });
    assert.match(page, /text-anchor="(?:middle|end)">&gt; 12\.5 ms</);
    assert.doesNotMatch(page, /<text[^>]*>94\.1 ms</);
    assert.match(page, /<th scope="row">12\.5 ms<\/th><td>94\.1 ms<\/td><td>1<\/td>/);
  });

  it('shows all labels of the time axis in full', () => {
    const slices = Array.from({ length: 7 }, () => 10);
    const timeline = { widthMs: 50, responses: slices, failures: slices, medianMs: slices, p95Ms: slices };
    const page = reports.html.render({ ...mixed, timeline });
    const labels = [...page.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="middle">(0|[\d.]+ m?s)</g)];
    assert.ok(labels.length > 10);
    for (const [, x, words = ''] of labels)
      assert.ok(Number(x) + words.length * 3.3 <= 960, `${words} at ${String(x)}`);
  });

  it('aligns words on the left', () => {
    const page = reports.html.render(many);
    assert.match(page, /<th scope="col" class="words">Objective<\/th><th scope="col" class="words">Verdict<\/th>/);
    assert.match(page, /<td class="words"><span class="fail">fail<\/span><\/td>/);
    assert.match(page, /<th scope="col">Measured<\/th>/);
  });

  it('closes every element', () => {
    for (const record of [mixed, many, nothing]) {
      const open: string[] = [];
      const page = reports.html.render(record).replace(/<style>.*?<\/style>/s, '');
      for (const [, closing, name = '', self] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
        if (self === '/' || name === 'meta') continue;
        if (closing === '/') assert.equal(open.pop(), name);
        else open.push(name);
      }
      assert.deepEqual(open, []);
    }
  });

  it('shows successes before a large number of failures', () => {
    const page = reports.html.render(mixed);
    assert.match(page, /<dt>p50 of successes<\/dt><dd>1\.01 s<small>all responses: 8\.00 ms<\/small>/);
    assert.match(page, /<p class="note">490 of 500 requests failed: 429: /);
  });
});
