// Simulates comparisons: how often they raise false alarms, and how often they find a real change.
//   node bench/verdict.ts [comparisons] [seed]
// 4,000 comparisons take about 10 minutes. Results go to bench/results/verdict.md and .json.
import { comparePairs, type ComparedMetric } from '../src/core/comparison/compare-sides.ts';
import { looksOf } from '../src/core/comparison/looks.ts';
import { isSettled } from '../src/core/comparison/verdict.ts';
import { createRandom } from './shared/random.ts';
import { markdownTable, percent, shareText, simulatedShare, writeSimulation } from './shared/simulation.ts';

const comparisons = Number(process.argv[2] ?? 4_000);
const seed = Number(process.argv[3] ?? 1);
const pairs = 40;
const level = 0.05;
/** 0: any change counts. With 5%, a comparison may also end because the sides are the same within 5%. */
const thresholds = [0, 0.05];
const metrics: readonly ComparedMetric[] = [{ name: 'p95', better: 'lower', decisive: true }];

/** Variation between the slices of a simulated server. Shares: 0.03 is 3%. */
interface Server {
  readonly name: string;
  readonly deviation: number;
  /** Correlation of one slice with the next. */
  readonly dependence: number;
  readonly driftPerSlice?: number;
  /** One value of noise with mean 0 and standard deviation 1. */
  readonly noise: () => number;
}

const { unit, normal } = createRandom(seed);
/** Student's t with 3 degrees of freedom, which has the variance 3. */
const heavy = (): number => normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3) / Math.sqrt(3);
/** Three slices in ten are in a slower mode. */
const bimodal = (): number => (((unit() < 0.3 ? 1 : 0) - 0.3) / Math.sqrt(0.21)) * 0.95 + 0.3122 * normal();

/** Returns the verdict of one comparison whose side B differs by `effect` (of the logarithm), and after how many pairs. */
function compare(
  server: Server,
  effect: number,
  threshold: number,
): { readonly verdict: string; readonly pairs: number } {
  const ratios: number[] = [];
  let before = server.noise();
  let slice = 0;
  const next = (shift: number): number => {
    before = server.dependence * before + Math.sqrt(1 - server.dependence ** 2) * server.noise();
    slice += 1;
    return shift + server.deviation * before + (server.driftPerSlice ?? 0) * slice;
  };
  for (const look of looksOf(pairs, level)) {
    while (ratios.length < look.pairs) {
      const bFirst = unit() < 0.5;
      const first = next(bFirst ? effect : 0);
      const second = next(bFirst ? 0 : effect);
      ratios.push(bFirst ? first - second : second - first);
    }
    const [found] = comparePairs(metrics, [ratios], pairs, { threshold, level });
    const verdict = found?.verdict ?? 'inconclusive';
    if (isSettled(verdict) || look.pairs === pairs) return { verdict, pairs: look.pairs };
  }
  throw new Error('A comparison ends at its last look.');
}

const servers: readonly Server[] = [
  ...[0, 0.5, 0.8].map((dependence) => ({
    name: `sd 3%, dependence ${dependence}`,
    deviation: 0.03,
    dependence,
    noise: normal,
  })),
  {
    name: 'sd 3%, dependence 0.5, drift 0.3% a slice',
    deviation: 0.03,
    dependence: 0.5,
    driftPerSlice: 0.003,
    noise: normal,
  },
  { name: 'sd 3%, heavy tails', deviation: 0.03, dependence: 0, noise: heavy },
  { name: 'sd 3%, bimodal', deviation: 0.03, dependence: 0, noise: bimodal },
  { name: 'sd 5%, dependence 0', deviation: 0.05, dependence: 0, noise: normal },
];
const effects = [0, 0.03, 0.05, 0.1];
const cases = thresholds.flatMap((threshold) =>
  servers.flatMap((server) => effects.map((share) => [threshold, server, share] as const)),
);
const isAlarm = (verdict: string): boolean => verdict === 'worse' || verdict === 'better' || verdict === 'changed';

/** The goals: of 3% with slices that vary by 3%, and of no difference. */
const leastPower = 0.93;

const results = cases.map(([threshold, server, share]) => {
  const counts = new Map<string, number>();
  let used = 0;
  for (let i = 0; i < comparisons; i += 1) {
    const { verdict, pairs: count } = compare(server, Math.log1p(share), threshold);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    used += count;
  }
  const found = [...counts].reduce((sum, [verdict, count]) => sum + (isAlarm(verdict) ? count : 0), 0);
  const result = {
    threshold,
    server: server.name,
    deviation: server.deviation,
    slowerBy: share,
    changeFound: simulatedShare(found, comparisons),
    verdicts: Object.fromEntries([...counts].map(([verdict, count]) => [verdict, count / comparisons])),
    pairs: used / comparisons,
  };
  console.error(`${percent(threshold)}  ${server.name}, ${percent(share)}: ${shareText(result.changeFound)}`);
  return result;
});

const alarms = results.filter(({ slowerBy }) => slowerBy === 0);
const powers = results.filter(
  ({ threshold, slowerBy, deviation }) => threshold === 0 && slowerBy === 0.03 && deviation === 0.03,
);
/** Rows in which any difference would be an alarm. */
const strict = alarms.filter(({ threshold }) => threshold === 0);
const pooled = simulatedShare(
  strict.reduce((sum, { changeFound }) => sum + Math.round(changeFound.share * comparisons), 0),
  comparisons * strict.length,
);
const worst = alarms.reduce((a, b) => (b.changeFound.share > a.changeFound.share ? b : a));
const weakest = powers.reduce((a, b) => (b.changeFound.share < a.changeFound.share ? b : a));
const verdictOn = (reached: boolean): string => (reached ? 'reached' : 'falls short');
const tableOf = (threshold: number): string =>
  markdownTable(
    ['slices of the simulated servers', 'B slower by', 'change found', 'worse', 'better', 'same', 'pairs'],
    results
      .filter((result) => result.threshold === threshold)
      .map(({ server, slowerBy, changeFound, verdicts, pairs: used }) => [
        server,
        percent(slowerBy),
        shareText(changeFound),
        percent(verdicts['worse'] ?? 0),
        percent(verdicts['better'] ?? 0),
        percent(verdicts['same'] ?? 0),
        used.toFixed(1),
      ]),
  );

writeSimulation(
  'verdict',
  [
    '# How often a verdict is wrong',
    `\`node bench/verdict.ts ${comparisons} ${seed}\`: ${comparisons} simulated comparisons per row, each of at most ${pairs} pairs of slices at the 5% level, looks included. In parentheses: the 95% interval of the simulation itself. False alarms are above the goal only if that whole interval is. Lag-1 dependence is between neighboring slices.`,
    markdownTable(
      ['goal', 'measured', 'wanted', 'result'],
      [
        [
          `false alarms, all ${strict.length} rows without a difference at threshold 0%`,
          shareText(pooled),
          `≤ ${percent(level)}`,
          verdictOn(pooled.interval95[0] <= level),
        ],
        [
          `false alarms, the worst of these rows (${worst.server})`,
          shareText(worst.changeFound),
          `≤ ${percent(level)}`,
          verdictOn(worst.changeFound.interval95[0] <= level),
        ],
        [
          `a change of 3% found in slices that vary by 3%, the worst row (${weakest.server})`,
          shareText(weakest.changeFound),
          `≥ ${percent(leastPower)}`,
          verdictOn(weakest.changeFound.share >= leastPower),
        ],
      ],
    ),
    '## Any change counts (threshold 0%)',
    tableOf(0),
    '## Changes below 5% do not matter (threshold 5%)',
    'A comparison also ends once both sides are the same within 5%. "Change found" includes changes below the threshold.',
    tableOf(0.05),
  ].join('\n\n'),
  { comparisons, seed, pairs, level, results },
);
