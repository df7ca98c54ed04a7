import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LoadlensError } from '../../../src/core/errors.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import type { RunPlan } from '../../../src/core/plan/types.ts';
import { sweepVerdict } from '../../../src/core/report/words/sweep-verdict.ts';
import { readSweep } from '../../../src/core/record/sweeps/read-sweep.ts';
import { renderSweepText, sweepReports } from '../../../src/core/report/formats/sweep-reports.ts';
import { formatChange } from '../../../src/core/format.ts';
import { levelObjectiveTable, sweepFacts } from '../../../src/core/report/tables/sweep-tables.ts';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { levelRecord, lawful, sweepOf } from './sweep-fixtures.ts';

const schemaFile = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats: { 'date-time': true } });
ajv.addSchema(schemaFile('loadlens.run-1.schema.json'));
const validate = ajv.compile(schemaFile('loadlens.sweep-1.schema.json'));

const levels = [1, 2, 4, 8, 16];
const ordinary = sweepOf(levels.map((level) => levelRecord(level, lawful(level))));
const judged = sweepOf(levels.map((level) => levelRecord(level, lawful(level), { slo: 'p95 < 200ms' })));
const refusing = sweepOf([
  levelRecord(1, () => ({ latencyMs: 1000 })),
  levelRecord(10, () => ({ latencyMs: 1001 })),
  levelRecord(20, (index) => (index % 50 === 0 ? { latencyMs: 1000 } : { latencyMs: 5, status: 429 })),
]);
const { objectives } = parseObjectives('p95 < 2s');
const trials = [
  { concurrency: 1, outcome: 'pass' },
  { concurrency: 2, outcome: 'fail' },
  { concurrency: 1, outcome: 'pass' },
  { concurrency: 2, outcome: 'fail' },
] as const;
const searched = sweepOf(
  trials.map(({ concurrency }) => levelRecord(concurrency, lawful(concurrency), { slo: 'p95 < 2s' })),
  { search: { objectives, from: 1, to: 256, trials, capacity: 1, firstFailing: 2, sure: true } },
);
const cancelled = sweepOf([], { status: 'cancelled', planned: levels });
const sweeps = { ordinary, judged, refusing, searched, cancelled };

function planned(concurrency: number, length: Pick<RunPlan, 'requests' | 'durationS'>): RunRecord {
  const level = levelRecord(concurrency, lawful(concurrency));
  return { ...level, plan: { ...level.plan, ...length } };
}

const refused = (json: unknown, message: RegExp): void =>
  assert.throws(
    () => readSweep(json),
    (error) => error instanceof LoadlensError && message.test(error.message),
  );

/** A level of a server that scales without limit. */
/** What a sweep of such latencies recommends. */
const recommended = (latencies: Readonly<Record<number, number>>): string | undefined =>
  sweepOf(Object.entries(latencies).map(([level, latencyMs]) => levelRecord(Number(level), () => ({ latencyMs }))))
    .capacity[0];

const flat = (concurrency: number) => levelRecord(concurrency, () => ({ latencyMs: 100 }));
/** A level that is too short for a rate. */
const brief = (concurrency: number) => levelRecord(concurrency, lawful(concurrency), { count: 8 });

describe('a sweep', () => {
  for (const [name, sweep] of Object.entries(sweeps)) {
    it(`matches the schema, and is read back unchanged: ${name}`, () => {
      const json: unknown = JSON.parse(sweepReports.json.render(sweep));
      validate(json);
      assert.deepEqual(validate.errors ?? [], []);
      assert.deepEqual(readSweep(json), json);
    });
  }

  it("computes its figures again when it's read", () => {
    const json = { ...ordinary, figures: { levels: [] }, capacity: ['All is well.'] };
    assert.deepEqual(readSweep(json).figures, ordinary.figures);
    assert.deepEqual(readSweep(json).capacity, ordinary.capacity);
  });

  it("is rejected with a reason if it isn't a sweep, is too new, or is damaged", () => {
    refused(null, /isn't a Loadlens sweep/);
    refused({ schema: 'loadlens.run/1' }, /isn't a Loadlens sweep/);
    refused({ schema: 'loadlens.sweep/9' }, /format loadlens.sweep\/9/);
    refused({ ...ordinary, planned: [0] }, /damaged at planned/);
    refused({ ...ordinary, levels: [{}] }, /damaged at levels\.0\.schema/);
  });

  it('fits the Universal Scalability Law to its levels', () => {
    const { usl } = ordinary.figures;
    assert.ok(usl);
    assert.ok(Math.abs(usl.peakConcurrency - Math.sqrt(0.95 / 0.005)) < 1.5, String(usl.peakConcurrency));
    assert.ok(usl.r2 > 0.99);
  });

  it('names the levels whose trade-off is too close to tell', () => {
    const rule = 'Recommended concurrency: 4, the highest that gains at least as much throughput as it adds latency.';
    // Throughput grows by 4 / 1.6 and 16 / 8, latency by 1.6 and 8.
    assert.equal(recommended({ 1: 100, 4: 160, 16: 800 }), rule);
    // By 2.02 and 2.81 against 1.98 and 2.85.
    assert.equal(
      recommended({ 1: 100, 4: 198, 8: 285 }),
      `${rule} Concurrency 4, 8 are within 5% of the limit of a good trade-off, too close to tell with one run per level.`,
    );
    assert.equal(
      recommended({ 1: 100, 2: 143 }),
      'Recommended concurrency: 1. No higher level gains as much throughput as it adds latency. Concurrency 2 is within 5% of the limit of a good trade-off, too close to tell with one run per level.',
    );
    assert.equal(
      recommended({ 1: 100, 2: 140 }),
      'No limit found up to concurrency 2: it still gains at least as much throughput as it adds latency. Try higher levels. Concurrency 2 is within 5% of the limit of a good trade-off, too close to tell with one run per level.',
    );
  });

  it('recommends the capacity that a search found, and no higher level', () => {
    assert.deepEqual(searched.figures.recommended, { concurrency: 1, rule: 'capacity' });
    const none = { ...searched.search, capacity: null, firstFailing: 1 };
    assert.equal(readSweep({ ...searched, search: none }).figures.recommended.concurrency, null);
    for (const { render } of [
      sweepReports.markdown,
      sweepReports.html,
      sweepReports.csv,
      { render: renderSweepText },
    ]) {
      assert.doesNotMatch(render(searched), /[Rr]ecommended concurrency/);
    }
    assert.match(sweepReports.csv.render(searched), /\r\n,recommendedConcurrency,1\r\n/);
    assert.match(sweepReports.html.render(searched), /Marked: capacity 1[.;]/);
  });

  it('is summarized in plain words', () => {
    assert.deepEqual(judged.capacity.slice(0, 3), [
      'Meets p95 < 200ms at concurrency 8.',
      'Not met at concurrency 16: p95 was 310 ms.',
      'Recommended concurrency: 8, the highest at which at least 90% of the requests met the objectives.',
    ]);
    assert.deepEqual(refusing.capacity, [
      'Recommended concurrency: 10, the highest that gains at least as much throughput as it adds latency.',
    ]);
    assert.deepEqual(searched.capacity.slice(0, 2), [
      'Meets p95 < 2s at concurrency 1, but not at 2.',
      'Confirmed: 2 of 2 runs passed at 1, 0 of 2 runs passed at 2 (95% intervals). Total: 4 runs, 640 requests.',
    ]);
    assert.deepEqual(cancelled.capacity, ['No level measured.']);
    const failing = sweepOf([1, 4].map((level) => levelRecord(level, () => ({ latencyMs: 5, status: 429 }))));
    assert.deepEqual(failing.capacity, [
      'No recommended concurrency: no level with at least 90% successful requests has a good trade-off.',
    ]);
    assert.deepEqual(sweepOf([levelRecord(5, lawful(5))]).capacity, [
      'No recommended concurrency: add an objective, or include level 1 for comparison.',
    ]);
    assert.deepEqual(sweepOf([1, 2, 4, 8].map(flat)).capacity, [
      'No limit found up to concurrency 8: it still gains at least as much throughput as it adds latency. Try higher levels.',
    ]);
    const short = sweepOf([1, 2, 4].map(brief));
    assert.deepEqual(short.capacity, [
      'No recommended concurrency: a level was shorter than 1 s or had fewer than 10 responses. Use longer levels.',
    ]);
    assert.equal(short.figures.recommended.concurrency, null);
    const few = sweepOf([levelRecord(1, lawful(1), { slo: 'p95 < 200ms', count: 20 })]);
    assert.deepEqual(few.capacity.slice(0, 2), [
      'No level confirmed to meet p95 < 200ms.',
      'Not enough requests to judge concurrency 1: p95 needs 59 per level.',
    ]);
    const plain = sweepOf([1, 2].map((level) => levelRecord(level, lawful(level), { slo: 'ttft.p95 < 500ms' })));
    assert.deepEqual(plain.capacity.slice(0, 3), [
      'No level confirmed to meet ttft.p95 < 500ms.',
      "ttft.p95 < 500ms can't be judged: no response has such a time. Only streams of tokens do.",
      'No recommended concurrency: at no level did at least 90% of the requests meet the objectives.',
    ]);
    assert.equal(sweepVerdict(plain).label, 'Not judged');
    assert.equal(levelObjectiveTable(plain).rows[0]?.[1], 'not judged');
  });
});

describe('reports of a sweep', () => {
  it('say at which level the server stopped responding', () => {
    const [first, second, ...others] = ordinary.levels;
    assert.ok(first && second);
    const gone = { ...second, unresponsiveFromMs: 3_200, errors: { refused: 40 } };
    assert.match(
      renderSweepText(sweepOf([first, gone, ...others])),
      /! Concurrency 2: The server stopped responding after 3\.20 s: connection refused\./,
    );
    assert.doesNotMatch(renderSweepText(ordinary), /stopped responding/);
  });

  it('have levels and figures in the terminal, with lines up to 100 characters and no NaN', () => {
    const text = renderSweepText(ordinary);
    assert.match(
      text,
      /\n {2}Concurrency +Scaling +of tokens +Efficiency +Gain +Penalty +Ratio +Trade-off\n +1 +1\.00×/,
    );
    assert.match(text, /Universal Scalability Law:\n {2}concurrency 1 +\d/);
    for (const sweep of Object.values(sweeps)) {
      const said = renderSweepText(sweep);
      assert.doesNotMatch(said, /NaN|undefined|null|Infinity/);
      for (const line of said.split('\n')) assert.ok(line.length <= 100, line);
    }
    assert.match(
      renderSweepText(refusing),
      /! Concurrency 20: fewer than 90% of the requests succeeded\. No trade-off, and never recommended\./,
    );
    assert.match(renderSweepText(cancelled), /! Sweep canceled\. Results cover 0 of 5 levels\./);
  });

  it('have charts with tables in HTML, complete and without scripts', () => {
    const html = sweepReports.html.render(judged);
    for (const title of ['Throughput by concurrency', 'Latency by concurrency', 'p95 against throughput']) {
      assert.ok(html.includes(`<title>${title}</title>`), title);
      assert.ok(html.includes(`<h2>${title}</h2>`), title);
    }
    assert.doesNotMatch(html, /<script|NaN|undefined|https?:\/\/(?!localhost)/);
    assert.equal(html.split('<svg').length, html.split('</svg>').length);
    assert.doesNotMatch(sweepReports.html.render(cancelled), /<svg|NaN/);
    assert.match(sweepReports.html.render(cancelled), /<p class="sub">[^<]* · sweep · canceled<\/p>/);
    const named = sweepReports.html.render({ ...judged, name: '<img src=x onerror=alert(1)>' });
    assert.doesNotMatch(named, /<img/);
  });

  it('have tables in Markdown and one number per line in CSV', () => {
    const markdown = sweepReports.markdown.render(judged);
    assert.match(markdown, /\*\*Levels\*\*\n\n\| Concurrency \| Requests/);
    assert.match(markdown, /\| Objectives \| Attainment \| Efficiency \| Trade-off \|\n/);
    assert.match(markdown, /\| 16 \| .* \| missed \| 0% \| 33\.4% \| good, 2\.23 \|\n/);
    assert.doesNotMatch(markdown, /NaN|undefined/);
    const csv = sweepReports.csv.render(judged);
    assert.match(csv, /^concurrency,metric,value\r\n/);
    assert.match(csv, /\r\n8,tradeOff,good\r\n/);
    assert.match(csv, /\r\n,recommendedConcurrency,8\r\n/);
    assert.match(sweepReports.csv.render(refusing), /\r\n20,tradeOff,\r\n/);
  });

  it('show the number of requests per level, or the duration', () => {
    const byCount = { requests: 200, durationS: null };
    const byTime = { requests: null, durationS: 2 };
    for (const [plans, length] of [
      [[byCount, byCount], '200 requests per level, '],
      [[byTime, byTime], '2 s per level, '],
      [[{ requests: 200, durationS: 90 }], '200 requests or 1 min 30 s per level, '],
      [[byCount, { requests: 400, durationS: null }], ''],
      [[], ''],
    ] as const) {
      const runs = plans.map((plan, i) => planned(i + 1, plan));
      const said = new Map(sweepFacts(sweepOf(runs))).get('plan');
      assert.equal(said, `${length}pause of 500 ms between levels`);
    }
  });

  it('show the sign of a change', () => {
    assert.deepEqual([0.5, -0.031, 0.999_99, -0.6, 16.4, 0.0004, 0, null].map(formatChange), [
      '+50.0%',
      '−3.1%',
      '2.0× higher',
      '2.5× lower',
      '17× higher',
      '0.0%',
      '0.0%',
      '–',
    ]);
  });
});
