import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readComparison } from '../../../src/core/record/comparisons/read-comparison.ts';
import type { ComparisonRecord, ComparisonSlice } from '../../../src/core/record/comparisons/comparison.ts';
import { changeText, intervalText } from '../../../src/core/record/comparisons/comparison-sentences.ts';
import { parseObjectives } from '../../../src/core/values/objectives.ts';
import { isDecided } from '../../../src/core/record/comparisons/make-comparison.ts';
import { comparisonOf, keptOf, slicesOf, sliceWith } from './comparison-fixtures.ts';

/** Twelve slices, the first of which were on a noisy machine. */
const noisy = (count: number) => [...slicesOf(count, 1, { bound: 'machine' }), ...slicesOf(12 - count, 1)];

const schema: object = JSON.parse(
  readFileSync(new URL('../../../docs/loadlens.comparison-1.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats: { 'date-time': true } });
const validate = ajv.compile(schema);

const failing = { requestsSent: 400, successes: 360, statusCodes: { 200: 360, 500: 40 } };

function warningsWithTargets(count: number): readonly string[] {
  const targets = Array.from({ length: count }, (_, i) => ({ name: `t${i}`, method: 'GET', url: `http://h/${i}` }));
  const side = { variables: {}, targets, slices: slicesOf(12, 1) };
  return comparisonOf([], [], { a: side, b: side }).warnings;
}

/** @param bytesOfA mean bytes of a response of A */
const warningsWithBytes = (bytesOfA: number, bytesOfB: number, make = comparisonOf): readonly string[] =>
  make(slicesOf(12, 1, { bytes: 400 * bytesOfA }), slicesOf(12, 1, { bytes: 400 * bytesOfB })).warnings;

/** Slices with other values of some metrics. */
const withValues = (slices: readonly ComparisonSlice[], of: (i: number) => ComparisonSlice['values']) =>
  slices.map((slice, i) => sliceWith({ ...slice.values, ...of(i) }));

/** B is 20% slower at p50, and 32% at p95, which varies. */
const noisyP95 = withValues(slicesOf(12, 1.2), (i) => ({ p95: 24 * (1.04 + 0.02 * ((i * 5) % 7)) }));

/** Sides of `comparisonOf` with their names, in a sentence. */
const named = { a: 'A (http://127.0.0.1:1)', b: 'B (http://127.0.0.1:2)' };

const serverOf = (ref: string | undefined, command: string): NonNullable<ComparisonRecord['a']['server']> => ({
  command,
  ...(ref !== undefined && { ref }),
});

/** Returns the first words of a verdict on sides that differ so. */
function verdictWith(a: Partial<ComparisonRecord['a']>, b: Partial<ComparisonRecord['a']>): string {
  const side = { variables: {}, targets: [] };
  return comparisonOf([], [], {
    a: { ...side, slices: slicesOf(12, 1), ...a },
    b: { ...side, slices: slicesOf(12, 1, {}, 2), ...b },
    pairs: { planned: 12, order: [] },
  }).verdict.sentence;
}

const same = (a: string, b: string): string => `${b} is within 5% of ${a} in throughput, p50 and p95: same.`;

describe('comparison of A and B', () => {
  it('finds a slower B worse, with an interval', () => {
    const record = comparisonOf(slicesOf(12, 1), slicesOf(12, 1.1));
    assert.equal(record.verdict.name, 'worse');
    assert.match(
      record.verdict.sentence,
      /^B \(http:\/\/127\.0\.0\.1:2\) is (8|9|10)\.\d% (slower at p(50|95)|lower in throughput) \(\d+\.\d–\d+\.\d%\) than A \(http:\/\/127\.0\.0\.1:1\), above the 5% threshold: worse\.$/,
    );
    const p95 = record.metrics.find(({ metric }) => metric === 'p95');
    assert.ok(p95?.ratio && Math.abs(p95.ratio - 1.1) < 0.01, String(p95?.ratio));
    assert.ok(p95.interval && p95.interval[0] < 1.1 && p95.interval[1] > 1.1);
    assert.ok(isDecided(record));
  });

  it('finds a faster B better, and equal sides the same', () => {
    assert.equal(comparisonOf(slicesOf(12, 1), slicesOf(12, 0.9)).verdict.name, 'better');
    const equal = comparisonOf(slicesOf(12, 1), slicesOf(12, 1, {}, 2));
    assert.deepEqual(equal.verdict, {
      name: 'same',
      sentence: same(named.a, named.b),
    });
    assert.ok(isDecided(equal));
  });

  it('calls a small change changed, and an uncertain one inconclusive', () => {
    const [a, b] = [slicesOf(12, 1), slicesOf(12, 1.05)];
    const changed = comparisonOf(a, b, { chosen: ['p95'] });
    assert.equal(changed.verdict.name, 'changed');
    assert.match(
      changed.verdict.sentence,
      /^B \(.*:2\) is 4\.7% slower at p95 \(.*\) than A \(.*:1\), not clearly above the 5% threshold: changed\.$/,
    );
    assert.ok(!isDecided(changed));
    const wild = a.map((_, i) => sliceWith({ p95: i % 2 === 0 ? 10 : 20 }));
    const open = comparisonOf(wild, wild.toReversed(), { chosen: ['p95'] });
    assert.deepEqual(open.verdict, {
      name: 'inconclusive',
      sentence: `The change of ${named.b} against ${named.a} in p95 is between 2.0× lower and 2.0× higher: inconclusive. The smallest detectable change was 2.0×. Use longer slices to settle it.`,
    });
  });

  it('writes changes of a factor of 2 or more as factors', () => {
    assert.deepEqual([1.041, 0.997, 1, 1.999, 2, 17.4, 1_640, 0.5, 0.077].map(changeText), [
      '+4.1%',
      '−0.3%',
      '0.0%',
      '+99.9%',
      '2.0× higher',
      '17× higher',
      '1,640× higher',
      '2.0× lower',
      '13× lower',
    ]);
    assert.deepEqual(
      (
        [
          [1.028, 1.055],
          [12, 53],
          [0.05, 0.1],
          [0.4, 3],
          [1.8, 2.3],
        ] satisfies [number, number][]
      ).map(intervalText),
      ['+2.8% to +5.5%', '12–53× higher', '10–20× lower', '2.5× lower to 3.0× higher', '+80.0% to 2.3× higher'],
    );
    const slower = comparisonOf(slicesOf(12, 1), slicesOf(12, 17)).verdict.sentence;
    assert.match(slower, / is 17× (slower at p(50|95)|lower in throughput) \(1\d–1\d×\) than A .*: worse\.$/);
  });

  it('names the most precise of the deciding metrics, not the one with the largest change', () => {
    const { verdict, metrics } = comparisonOf(slicesOf(12, 1), noisyP95, { chosen: ['p50', 'p95'] });
    assert.deepEqual(
      metrics.flatMap(({ ratio, decisive }) => (decisive ? changeText(ratio ?? 0) : [])),
      ['+19.9%', '+31.9%'],
    );
    assert.equal(
      verdict.sentence,
      `${named.b} is 19.9% slower at p50 (18.6–21.2%) than ${named.a}, above the 5% threshold: worse.`,
    );
  });

  it('names the deciding metric that the objectives name first', () => {
    const { plan } = comparisonOf([], []);
    const sentenceWith = (text: string, slices = noisyP95): string =>
      comparisonOf(slicesOf(12, 1), slices, { plan: { ...plan, objectives: parseObjectives(text).objectives } }).verdict
        .sentence;
    assert.match(sentenceWith('response.p99 < 1s, p95 < 50ms, p50 < 20ms'), / slower at p95 /);
    assert.match(sentenceWith('errors < 1%, p50 < 20ms'), / slower at p50 /);
    // An objective on a metric that didn't change isn't why B is worse.
    const sameP95 = withValues(slicesOf(12, 1.2), (i) => ({ p95: slicesOf(12, 1)[i]?.values['p95'] ?? 0 }));
    assert.match(sentenceWith('p95 < 50ms, p50 < 20ms', sameP95), / slower at p50 /);
    const ttft = withValues(slicesOf(12, 1.2), () => ({ ttft: 5 }));
    const slowTtft = withValues(ttft, (i) => ({ ttft: 6 + 0.1 * (i % 3) }));
    const streamed = comparisonOf(ttft, slowTtft, {
      plan: { ...plan, objectives: parseObjectives('ttft.p95 < 1s').objectives },
    });
    assert.match(streamed.verdict.sentence, / slower at TTFT /);
  });

  it('says what would settle an open verdict', () => {
    const a = Array.from({ length: 16 }, (_, i) => sliceWith({ p95: i % 2 === 0 ? 10 : 11 }));
    const open = comparisonOf(a, a.toReversed(), { chosen: ['p95'] });
    assert.match(
      open.verdict.sentence,
      /inconclusive\. .* About 46 more pairs or slices of 4 s \(now 1 s\) or a threshold of 15% would settle it\.$/,
    );
  });

  it('names the sides by refs, commands, or the variable that differs', () => {
    const start = 'npm start';
    const variables = { base: 'http://h:1' };
    assert.equal(
      verdictWith({ server: serverOf('main', start), variables }, { server: serverOf('faster-search', start) }),
      same('A (main)', 'B (faster-search)'),
    );
    assert.equal(
      verdictWith({ server: serverOf('main', start) }, { server: serverOf('.', 'npm run fast') }),
      same('A (main)', 'B (files as they are)'),
    );
    assert.equal(
      verdictWith({ server: serverOf('.', start) }, { server: serverOf(undefined, 'npm run fast') }),
      same('A (npm start)', 'B (npm run fast)'),
    );
    assert.equal(
      verdictWith({ variables: { model: 's', key: '***' } }, { variables: { model: 'l', key: '***' } }),
      same('A (s)', 'B (l)'),
    );
    for (const [a, b] of [
      [{}, {}],
      [{ model: 's' }, {}],
      [
        { model: 's', n: '1' },
        { model: 'l', n: '2' },
      ],
      [{ model: 's' }, { model: 'l'.repeat(41) }],
    ] as const) {
      assert.equal(verdictWith({ variables: a }, { variables: b }), same('A', 'B'));
    }
  });

  it('compares failures first', () => {
    const fails = comparisonOf(slicesOf(12, 1), slicesOf(12, 0.5, failing));
    assert.deepEqual(fails.failures, { a: 0, b: 0.09999999999999998, verdict: 'worse' });
    assert.deepEqual(fails.verdict, {
      name: 'worse',
      sentence: `${named.b} fails 10% of its requests, ${named.a} 0%: worse.`,
    });
    const mended = comparisonOf(slicesOf(12, 0.5, failing), slicesOf(12, 1));
    assert.equal(mended.verdict.sentence, `${named.b} fails 0% of its requests, ${named.a} 10%: better.`);
  });

  it('never calls a side better that fails more, even if that may be by chance', () => {
    const few = [...slicesOf(1, 0.5, failing), ...slicesOf(12, 0.5).slice(1)];
    const record = comparisonOf(slicesOf(12, 1), few);
    assert.equal(record.failures.verdict, null);
    assert.match(
      record.verdict.sentence,
      /^B \(.*:2\) is .* than A \(.*:1\), but B fails 0\.83% of its requests, A 0%: inconclusive\.$/,
    );
    assert.equal(comparisonOf(few, slicesOf(12, 1)).verdict.name, 'inconclusive');
  });

  it('gives no verdict if the run was client-limited', () => {
    const record = comparisonOf(slicesOf(12, 1), slicesOf(12, 1.2, { bound: 'client' }));
    assert.deepEqual(record.verdict, {
      name: null,
      sentence: 'No verdict: the client was the limit for B, so the servers may be faster than measured.',
    });
    assert.deepEqual(record.warnings, ['Client-limited in 12 of 12 slices of B.']);
    assert.ok(!isDecided(record));
  });

  it('says in one sentence if the machine was noisy for both sides alike', () => {
    const warned = (a: number, b: number) => comparisonOf(noisy(a), noisy(b)).warnings;
    assert.deepEqual(warned(9, 11), [
      'Noisy machine in 9 of 12 slices of A and 11 of 12 slices of B: both sides alike. It widens the intervals, but favors neither side.',
    ]);
    assert.deepEqual(warned(2, 11), ['Noisy machine in 2 of 12 slices of A and 11 of 12 slices of B.']);
    assert.deepEqual(warned(12, 0), ['Noisy machine in 12 of 12 slices of A.']);
    assert.deepEqual(warned(12, 12).length, 1);
    assert.deepEqual(keptOf(noisy(4), noisy(5)).warnings, [
      'Noisy machine in 4 of 12 runs of A and 5 of 12 runs of B: both sides alike.',
    ]);
  });

  it('judges only the pairs up to the last look', () => {
    const pairs = { planned: 40, order: Array.from({ length: 10 }, () => 'a' as const) };
    const record = comparisonOf(slicesOf(10, 1), slicesOf(10, 2), { pairs, status: 'cancelled' });
    assert.equal(record.pairs?.judged, 8);
    assert.equal(record.a.slices.length, 10);
    const early = comparisonOf(slicesOf(3, 1), slicesOf(3, 2), { pairs: { ...pairs, order: ['a', 'b', 'a'] } });
    assert.equal(early.metrics[0]?.interval, null);
    assert.equal(early.verdict.sentence, 'Too few measurements for an interval of throughput (3 pairs): inconclusive.');
  });

  it('leaves a metric without a verdict if a slice lacks it', () => {
    const b = slicesOf(12, 1).map((slice, i) => (i === 4 ? sliceWith({ p50: 10 }) : slice));
    const record = comparisonOf(slicesOf(12, 1), b, { chosen: ['p95'] });
    assert.equal(record.verdict.sentence, 'Some slices have no p95: inconclusive.');
    assert.equal(record.metrics.find(({ metric }) => metric === 'p95')?.ratio, null);
  });

  it('warns of percentiles with too few requests', () => {
    const few = { requestsSent: 12, successes: 12 };
    const { warnings } = comparisonOf(slicesOf(12, 1, few), slicesOf(12, 1), {});
    assert.deepEqual(warnings, [
      'A slice has fewer than 20 successes: p95 is close to its maximum. Use longer slices.',
    ]);
  });

  it('warns that several targets are judged together', () => {
    assert.deepEqual(warningsWithTargets(1), []);
    assert.deepEqual(warningsWithTargets(3), [
      '3 targets are judged together, so one of them may decide the verdict. Use a file per target to compare each.',
    ]);
    assert.match(warningsWithTargets(100)[0] ?? '', /^At least 100 targets are judged together, /);
  });

  it('warns if the sizes of responses differ by more than 20%', () => {
    const check = 'Check that both do the same work.';
    for (const make of [comparisonOf, keptOf]) {
      assert.deepEqual(warningsWithBytes(105, 2_100, make), [
        `Responses of B are 20 times larger than those of A (2.1 kB against 105 B). ${check}`,
      ]);
    }
    assert.deepEqual(warningsWithBytes(135, 100), [
      `Responses of A are 35% larger than those of B (135 B against 100 B). ${check}`,
    ]);
    assert.deepEqual(warningsWithBytes(250, 100), [
      `Responses of A are 2.5 times larger than those of B (250 B against 100 B). ${check}`,
    ]);
    assert.deepEqual(warningsWithBytes(0, 100), [
      `Responses of A are empty, and those of B aren't (100 B against 0 B). ${check}`,
    ]);
    assert.deepEqual([warningsWithBytes(100, 120), warningsWithBytes(0, 0)], [[], []]);
    const older = comparisonOf(slicesOf(12, 1), slicesOf(12, 1, { bytes: 9_000 }));
    assert.deepEqual(older.warnings, []);
  });

  it('compares stored runs without pairs', () => {
    const record = keptOf(slicesOf(6, 1), slicesOf(5, 1.3));
    assert.equal(record.kind, 'kept');
    assert.equal(record.pairs, undefined);
    assert.equal(record.verdict.name, 'worse');
    assert.equal(
      keptOf(slicesOf(3, 1), slicesOf(3, 1.3)).verdict.sentence,
      'Too few measurements for an interval of throughput (3 runs of A and 3 of B): inconclusive. At least 5 runs a side are needed.',
    );
  });

  it('matches the published schema, and is read back unchanged', () => {
    for (const record of [
      comparisonOf(slicesOf(12, 1), slicesOf(12, 1.1)),
      keptOf(slicesOf(4, 1), slicesOf(5, 1, failing)),
      comparisonOf(slicesOf(4, 1, { bytes: 400 }), slicesOf(4, 1, { bytes: 0 })),
      comparisonOf([], [], { status: 'crashed', stopReason: 'Why.', pairs: { planned: 12, order: [] } }),
    ]) {
      const json: unknown = JSON.parse(JSON.stringify(record));
      assert.ok(validate(json), JSON.stringify(validate.errors));
      assert.deepEqual(readComparison(json), json);
    }
    const bad = { ...comparisonOf(slicesOf(4, 1), slicesOf(4, 1)), threshold: 'x' };
    assert.equal(validate(bad), false);
    assert.throws(() => readComparison(bad), /This comparison is damaged at threshold/);
  });
});
