// Compares real requests to the mock server, most often with no difference between the sides, and counts wrong verdicts:
//   node bench/ab-real.ts [comparisons without a difference] [comparisons with B 5% slower] [seed]
// 100 and 50 comparisons take about 40 minutes. `chrt -r 20` in front keeps other work on this machine out of the results, which go
// to bench/results/ab-real.md and .json.
import { loadavg } from 'node:os';
import { compareLive, type AbInput } from '../src/engine/ab.ts';
import { runInput } from '../test/support/run-input.ts';
import { startMock } from './servers/mock.ts';
import { readMachine } from './shared/machine.ts';
import { markdownTable, percent, shareText, simulatedShare, writeSimulation } from './shared/simulation.ts';

const machine = readMachine();
const [same = 100, slower = 50, seed = 1] = process.argv.slice(2).map(Number);
const pairs = 40;
const rules = { threshold: 0.025, level: 0.05 };
const slice = { durationS: 0.25, concurrency: 16 };
const delay = { ms: 20, jitterMs: 4 };
const share = 0.05;
/** The goals: wrong verdicts without a difference at most, and real differences found at least, of 100 and 50. */
const goals = { wrongShare: 3 / 100, foundShare: 48 / 50 };

const server = await startMock(['--max-concurrent-requests', '100']);
const base = server.origin;

/** One comparison with B slower by a share, and what came out. */
interface Outcome {
  readonly slowerBy: number;
  readonly pairs: number;
  /** Verdict of the whole comparison; null if none was possible. */
  readonly verdict: string | null;
  readonly sentence: string;
  /** Ratios of the judged metrics, B / A. */
  readonly ratios: Readonly<Record<string, number | null>>;
  /** Load average of the minute before its end. */
  readonly load: number;
}

async function compare(slowerBy: number, number: number): Promise<Outcome> {
  const side = (factor: number): AbInput['a'] => ({
    input: runInput(
      [
        {
          method: 'POST',
          url: `${base}/v1/embeddings?ttft_ms=${delay.ms * factor}&jitter_ms=${delay.jitterMs * factor}`,
          headers: [['content-type', 'application/json']],
          body: new TextEncoder().encode('{"model":"mock","input":"one two three"}'),
        },
      ],
      { plan: { ...slice, requests: null, seed: seed * 1_000 + number, warmup: 4, coldStart: false } },
    ),
    variables: { factor: String(factor) },
  });
  const record = await compareLive(
    { a: side(1), b: side(1 + slowerBy), pairs, rules },
    { signal: new AbortController().signal, version: 'bench' },
  );
  const judged = record.metrics.filter(({ decisive }) => decisive);
  return {
    slowerBy,
    pairs: record.a.slices.length,
    verdict: record.verdict.name,
    sentence: record.verdict.sentence,
    ratios: Object.fromEntries(judged.map(({ metric, ratio }) => [metric, ratio])),
    load: loadavg()[0] ?? Number.NaN,
  };
}

const outcomes: Outcome[] = [];
/** The comparisons with a difference lie between the others, so that both meet the same conditions. */
const total = same + slower;
for (let number = 0; number < total; number += 1) {
  const isSlower = Math.floor(((number + 1) * slower) / total) > Math.floor((number * slower) / total);
  const outcome = await compare(isSlower ? share : 0, number);
  outcomes.push(outcome);
  console.error(
    `${number + 1}/${total}  B slower by ${percent(outcome.slowerBy)}: ${outcome.sentence} (${outcome.pairs} pairs)`,
  );
}
await server.close();

const isChange = (verdict: string | null): boolean =>
  verdict !== null && verdict !== 'same' && verdict !== 'inconclusive';
/** Returns whether most of the judged metrics say that B is faster. */
const saysFaster = ({ verdict, ratios }: Outcome): boolean =>
  verdict === 'better' || (verdict === 'changed' && (ratios['p50'] ?? 1) < 1);
const without = outcomes.filter(({ slowerBy }) => slowerBy === 0);
const withChange = outcomes.filter(({ slowerBy }) => slowerBy > 0);
const wrong = without.filter(({ verdict }) => isChange(verdict));
const found = withChange.filter((outcome) => isChange(outcome.verdict) && !saysFaster(outcome));
const wrongSign = withChange.filter((outcome) => isChange(outcome.verdict) && saysFaster(outcome));
const resultOf = (reached: boolean): string => (reached ? 'reached' : 'falls short');
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const rowOf = (name: string, of: readonly Outcome[]): string[] => {
  const counts = (verdict: string | null): string => String(of.filter((outcome) => outcome.verdict === verdict).length);
  return [
    name,
    ...['worse', 'better', 'changed', 'same', 'inconclusive', null].map(counts),
    mean(of.map((outcome) => outcome.pairs)).toFixed(1),
  ];
};

writeSimulation(
  'ab-real',
  [
    '# How often a verdict on real requests is wrong',
    `\`node bench/ab-real.ts ${same} ${slower} ${seed}\`: interleaved comparisons of the mock server with itself. Responses take ${delay.ms} ± ${delay.jitterMs} ms; for the comparisons with a difference, B takes ${percent(share)} longer. ${slice.concurrency} concurrent requests, slices of ${slice.durationS} s, at most ${pairs} pairs, threshold ${percent(rules.threshold)}; throughput, p50, and p95 are judged. In parentheses: 95% intervals.`,
    markdownTable(
      ['goal', 'measured', 'wanted', 'result'],
      [
        [
          'without a difference: a change is reported',
          `${wrong.length} of ${without.length}: ${shareText(simulatedShare(wrong.length, without.length))}`,
          `≤ ${percent(goals.wrongShare)}`,
          resultOf(wrong.length / without.length <= goals.wrongShare),
        ],
        [
          `B slower by ${percent(share)}: found`,
          `${found.length} of ${withChange.length}: ${shareText(simulatedShare(found.length, withChange.length))}`,
          `≥ ${percent(goals.foundShare)}`,
          resultOf(found.length / withChange.length >= goals.foundShare),
        ],
        [
          `B slower by ${percent(share)}: reported as faster`,
          String(wrongSign.length),
          '0',
          resultOf(wrongSign.length === 0),
        ],
      ],
    ),
    markdownTable(
      ['comparisons', 'worse', 'better', 'changed', 'same', 'inconclusive', 'no verdict', 'pairs'],
      [rowOf('no difference', without), rowOf(`B slower by ${percent(share)}`, withChange)],
    ),
    `Load average of the machine: ${mean(outcomes.map(({ load }) => load)).toFixed(1)} on average, ${Math.max(...outcomes.map(({ load }) => load)).toFixed(1)} at most.`,
  ].join('\n\n'),
  { seed, pairs, rules, slice, delay, machine, outcomes },
);
