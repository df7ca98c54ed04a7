// Simulates comparisons: how often they raise false alarms, and how often they find a real change.
//   node bench/verdict.ts [comparisons] [seed]
import { comparePairs, type ComparedMetric } from '../src/core/comparison/compare-sides.ts';
import { looksOf } from '../src/core/comparison/looks.ts';
import { isSettled } from '../src/core/comparison/verdict.ts';

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

let state = seed >>> 0;
const unit = (): number => {
  // Mulberry32.
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};
const normal = (): number => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
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
const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
const isAlarm = (verdict: string): boolean => verdict === 'worse' || verdict === 'better' || verdict === 'changed';

console.log(`${comparisons} comparisons each, at most ${pairs} pairs, level 5%, seed ${seed}\n`);
console.log(
  `${'threshold'.padEnd(11)}${'server'.padEnd(44)}${'B slower by'.padStart(12)}${'change found'.padStart(14)}${'worse'.padStart(8)}${'better'.padStart(8)}${'same'.padStart(8)}${'pairs'.padStart(7)}`,
);
let worstAlarm = 0;
for (const [threshold, server, share] of cases) {
  const counts = new Map<string, number>();
  let used = 0;
  for (let i = 0; i < comparisons; i += 1) {
    const { verdict, pairs: count } = compare(server, Math.log1p(share), threshold);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    used += count;
  }
  const rate = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) / comparisons;
  const alarms = [...counts].reduce((sum, [verdict, count]) => sum + (isAlarm(verdict) ? count : 0), 0) / comparisons;
  if (share === 0) worstAlarm = Math.max(worstAlarm, alarms);
  console.log(
    `${percent(threshold).padEnd(11)}${server.name.padEnd(44)}${percent(share).padStart(12)}${percent(alarms).padStart(14)}${percent(rate('worse')).padStart(8)}${percent(rate('better')).padStart(8)}${percent(rate('same')).padStart(8)}${(used / comparisons).toFixed(1).padStart(7)}`,
  );
}
console.log(`\nFalse alarms: at most ${(100 * worstAlarm).toFixed(1)}% (nominal 5%).`);
