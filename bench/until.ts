// How often an interval holds the truth, simulated: after `--until` has ended a run, and of percentiles in runs of fixed length.
// Run: node bench/until.ts [runs] [seed]. 10,000 runs take about 20 minutes and write bench/results/until.*.
import { precisionOf, type WatchedStatistic } from '../src/core/metrics/precision.ts';
import { firstLookMs, levelAtLooks, nextLookMs } from '../src/core/plan/until.ts';
import { intervalRanks } from '../src/core/metrics/statistics/quantiles.ts';
import { addToTimeline, createTimeline } from '../src/core/metrics/timeline.ts';
import { time, timeCount } from '../src/core/metrics/times.ts';
import { createRandom } from './shared/random.ts';
import { markdownTable, percent, shareText, simulatedShare, writeSimulation } from './shared/simulation.ts';

const runs = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);
const { normal } = createRandom(seed);

/** Mean arrival of responses, per second, and how much latency and gaps between responses vary (of the logarithm). */
const ratePerS = 100;
const medianMs = 50;
const spread = 0.5;
/** No run comes near it. */
const longestMs = 600_000;
const fixedMs = 30_000;

interface WatchedNumber {
  readonly name: string;
  readonly statistic: WatchedStatistic;
  readonly goal: number;
  readonly truth: number;
}

const latencyAt = (z: number): number => medianMs * Math.exp(spread * z);
const numbers: readonly WatchedNumber[] = [
  { name: 'p50', statistic: { quantile: 0.5 }, goal: 0.06, truth: latencyAt(0) },
  { name: 'p95', statistic: { quantile: 0.95 }, goal: 0.1, truth: latencyAt(1.6448536) },
  { name: 'p99', statistic: { quantile: 0.99 }, goal: 0.15, truth: latencyAt(2.3263479) },
  { name: 'mean', statistic: 'mean', goal: 0.05, truth: medianMs * Math.exp(spread ** 2 / 2) },
  { name: 'throughput', statistic: 'rate', goal: 0.05, truth: ratePerS },
];
const dependences = [0, 0.5, 0.8];

const times = new Float64Array(timeCount);
const sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 0, endMs: 0, status: 200, bytes: 0 };

/** A simulated server: log-normal latencies and log-normal gaps between responses, each with that correlation to the one before. */
function createServer(dependence: number): () => { readonly endMs: number; readonly latencyMs: number } {
  const fresh = Math.sqrt(1 - dependence ** 2);
  const state = { latency: normal(), gap: normal(), endMs: 0 };
  return () => {
    state.latency = dependence * state.latency + fresh * normal();
    state.gap = dependence * state.gap + fresh * normal();
    state.endMs += (1_000 / ratePerS) * Math.exp(spread * state.gap - spread ** 2 / 2);
    return { endMs: state.endMs, latencyMs: latencyAt(state.latency) };
  };
}

function add(timeline: ReturnType<typeof createTimeline>, endMs: number, latencyMs: number): void {
  times[time.latency] = latencyMs;
  times[time.end] = endMs;
  addToTimeline(timeline, sample, times, true, true);
}

const covers = (interval: readonly [number, number], truth: number): boolean =>
  interval[0] <= truth && truth <= interval[1];

/** What runs came to that ended at their goals. */
interface Stopped extends Pick<WatchedNumber, 'name' | 'goal'> {
  readonly dependence: number;
  covered: number;
  totalMs: number;
  totalLooks: number;
}

/** Sends one run for all numbers. Each of them ends at the first look at which its interval is narrow enough. */
function untilAllKnown(dependence: number, results: readonly Stopped[]): void {
  const timeline = createTimeline('latency');
  const next = createServer(dependence);
  const open = new Set(numbers.keys());
  let looks = 0;
  let lookMs = firstLookMs;
  while (open.size > 0) {
    const { endMs, latencyMs } = next();
    for (; endMs >= lookMs; lookMs = nextLookMs(lookMs)) {
      looks += 1;
      for (const index of open) {
        const [number, result] = [numbers[index], results[index]];
        if (!number || !result) continue;
        const found = precisionOf(timeline, number.statistic, 0, lookMs, levelAtLooks);
        if (lookMs < longestMs && (found === null || found.share > number.goal)) continue;
        open.delete(index);
        if (found !== null && covers(found.interval, number.truth)) result.covered += 1;
        result.totalMs += lookMs;
        result.totalLooks += looks;
      }
    }
    add(timeline, endMs, latencyMs);
  }
}

const stopped = dependences
  .flatMap((dependence) => {
    const results = numbers.map(({ name, goal }): Stopped => ({
      name,
      goal,
      dependence,
      covered: 0,
      totalMs: 0,
      totalLooks: 0,
    }));
    for (let run = 0; run < runs; run += 1) untilAllKnown(dependence, results);
    return results;
  })
  .map(({ name, goal, dependence, covered, totalMs, totalLooks }) => ({
    name,
    goal,
    dependence,
    coverage: simulatedShare(covered, runs),
    meanS: totalMs / runs / 1_000,
    meanLooks: totalLooks / runs,
  }))
  .toSorted((a, b) => numberAt(a.name) - numberAt(b.name));

function numberAt(name: string): number {
  return numbers.findIndex((number) => number.name === name);
}

const percentiles = numbers.flatMap(({ name, statistic, truth }) =>
  typeof statistic === 'string' ? [] : [{ name, share: statistic.quantile, truth }],
);

/** In how many runs of fixed length each kind of interval holds the truth. */
const fixed = dependences
  .flatMap((dependence) => {
    const counts = percentiles.map(() => ({ effective: 0, plain: 0 }));
    for (let run = 0; run < runs; run += 1) {
      const timeline = createTimeline('latency');
      const latencies: number[] = [];
      const next = createServer(dependence);
      for (let one = next(); one.endMs < fixedMs; one = next()) {
        add(timeline, one.endMs, one.latencyMs);
        latencies.push(one.latencyMs);
      }
      const sorted = Float64Array.from(latencies).toSorted();
      percentiles.forEach(({ share, truth }, index) => {
        const count = counts[index];
        const found = precisionOf(timeline, { quantile: share }, 0, fixedMs, 0.05);
        const ranks = intervalRanks(sorted.length, share);
        if (!count || !found || !ranks) return;
        if (covers(found.interval, truth)) count.effective += 1;
        if (covers([sorted[ranks.low - 1] ?? Number.NaN, sorted[ranks.high - 1] ?? Number.NaN], truth))
          count.plain += 1;
      });
    }
    return percentiles.map(({ name }, index) => ({
      name,
      dependence,
      effective: simulatedShare(counts[index]?.effective ?? 0, runs),
      plain: simulatedShare(counts[index]?.plain ?? 0, runs),
    }));
  })
  .toSorted((a, b) => numberAt(a.name) - numberAt(b.name));

const inGoal = ({ share }: { readonly share: number }): string => (share >= 0.94 && share <= 0.96 ? 'yes' : 'no');

writeSimulation(
  'until',
  [
    '# How often an interval holds the truth',
    `\`node bench/until.ts ${runs} ${seed}\`: ${runs} simulated runs per row. ${ratePerS} responses/s with log-normal latencies and log-normal gaps between responses, each correlated with the one before (lag-1 dependence). The truth is known. In parentheses: the 95% interval of the simulation itself. The goal is 94–96%.`,
    '## After `--until`',
    `Looks at ${firstLookMs / 1_000} s and then each time the run is ${percent(nextLookMs(100) / 100 - 1)} longer. Each look uses a level of ${percent(levelAtLooks)} to pay for ending the run at a look of its choice.`,
    markdownTable(
      ['until', 'dependence', 'intervals that hold the truth', '94–96%', 'mean length', 'looks'],
      stopped.map(({ name, goal, dependence, coverage, meanS, meanLooks }) => [
        `${name} ±${percent(goal)}`,
        String(dependence),
        shareText(coverage),
        inGoal(coverage),
        `${meanS.toFixed(1)} s`,
        meanLooks.toFixed(1),
      ]),
    ),
    `## Percentiles of runs of ${fixedMs / 1_000} s`,
    'Order statistics with the effective sample size, as `--until` uses them, beside plain ones, which treat requests as independent.',
    markdownTable(
      ['percentile', 'dependence', 'effective sample size', '94–96%', 'plain', '94–96%'],
      fixed.map(({ name, dependence, effective, plain }) => [
        name,
        String(dependence),
        shareText(effective),
        inGoal(effective),
        shareText(plain),
        inGoal(plain),
      ]),
    ),
  ].join('\n\n'),
  { runs, seed, stopped, fixed },
);
