// How often `--warmup auto` says that a run has no steady state, simulated: of servers that don't change, and of ones that do.
// Run: node bench/steady-state.ts [runs] [seed]. 4,000 runs take about 3 minutes and write bench/results/steady-state.*.
import { steadyStateOf } from '../src/core/metrics/steady-state.ts';
import { addToTimeline, createTimeline, timelineOf } from '../src/core/metrics/timeline.ts';
import { time, timeCount } from '../src/core/metrics/times.ts';
import { createRandom } from './shared/random.ts';
import { markdownTable, percent, shareText, simulatedShare, writeSimulation } from './shared/simulation.ts';

const runs = Number(process.argv[2] ?? 4_000);
const seed = Number(process.argv[3] ?? 1);
const { normal } = createRandom(seed);

/** Mean arrival of responses, per second, and how much latency and gaps between responses vary (of the logarithm). */
const ratePerS = 100;
const medianMs = 50;
const spread = 0.5;
const lengthsMs = [10_000, 30_000];
/** Change of latency over the second half of a run, as a share. */
const drifts = [0, 0.1, 0.2, 0.5];
const dependences = [0, 0.5, 0.8];
const mostFalse = 0.025;

const times = new Float64Array(timeCount);
const sample = { target: 0, scheduledMs: 0, sentMs: 0, headersMs: 0, endMs: 0, status: 200, bytes: 0 };

/** Returns whether a simulated run is called steady; null if it's too short to tell. */
function settles(dependence: number, lengthMs: number, drift: number): boolean | null {
  const fresh = Math.sqrt(1 - dependence ** 2);
  const timeline = createTimeline('latency');
  let [latency, gap, endMs] = [normal(), normal(), 0];
  for (;;) {
    latency = dependence * latency + fresh * normal();
    gap = dependence * gap + fresh * normal();
    endMs += (1_000 / ratePerS) * Math.exp(spread * gap - spread ** 2 / 2);
    if (endMs >= lengthMs) return steadyStateOf(timelineOf(timeline, lengthMs, false), lengthMs).settled;
    times[time.latency] = medianMs * Math.exp(spread * latency) * (1 + (drift * 2 * endMs) / lengthMs);
    times[time.end] = endMs;
    addToTimeline(timeline, sample, times, true, true);
  }
}

const results = lengthsMs.flatMap((lengthMs) =>
  drifts.flatMap((drift) =>
    dependences.map((dependence) => {
      let unsettled = 0;
      let untold = 0;
      for (let run = 0; run < runs; run += 1) {
        const settled = settles(dependence, lengthMs, drift);
        if (settled === false) unsettled += 1;
        if (settled === null) untold += 1;
      }
      const result = { lengthMs, drift, dependence, unsteady: simulatedShare(unsettled, runs), untold: untold / runs };
      console.error(`${lengthMs} ms, ${percent(drift)}, ${dependence}: ${shareText(result.unsteady)}`);
      return result;
    }),
  ),
);

const worst = results
  .filter(({ drift }) => drift === 0)
  .reduce((a, b) => (b.unsteady.share > a.unsteady.share ? b : a));

writeSimulation(
  'steady-state',
  [
    '# How often a run is said to have no steady state',
    `\`node bench/steady-state.ts ${runs} ${seed}\`: ${runs} simulated runs per row. ${ratePerS} responses/s with log-normal latencies and log-normal gaps between responses, each correlated with the one before (lag-1 dependence). Drift: how much latency grows over half of a run. In parentheses: the 95% interval of the simulation itself.`,
    markdownTable(
      ['goal', 'measured', 'wanted', 'result'],
      [
        [
          'no steady state, although nothing drifts (worst row)',
          shareText(worst.unsteady),
          `≤ ${percent(mostFalse)}`,
          worst.unsteady.interval95[0] <= mostFalse ? 'reached' : 'falls short',
        ],
      ],
    ),
    markdownTable(
      ['length', 'drift', 'dependence', 'no steady state'],
      results.map(({ lengthMs, drift, dependence, unsteady }) => [
        `${lengthMs / 1_000} s`,
        percent(drift),
        String(dependence),
        shareText(unsteady),
      ]),
    ),
  ].join('\n\n'),
  { runs, seed, results },
);
