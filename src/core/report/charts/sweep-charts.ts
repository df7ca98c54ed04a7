import { uslThroughput } from '../../metrics/statistics/usl.ts';
import type { Chart } from './charts.ts';
import { formatCount, formatMs, formatNumber } from '../../format.ts';
import { axis, frame, horizontals, legend, plot, points, text } from './svg.ts';
import type { SweepRecord } from '../../record/sweep.ts';

/** Number of segments of the USL curve. */
const curveSteps = 60;

/** Returns the position of a concurrency on a logarithmic axis: levels double. */
function places(levels: readonly number[]): (concurrency: number) => number {
  const [low, high] = [Math.log2(Math.min(...levels)), Math.log2(Math.max(...levels))];
  const room = plot.width - 60;
  return (concurrency) =>
    plot.left + 30 + (high > low ? ((Math.log2(concurrency) - low) / (high - low)) * room : room / 2);
}

function concurrencyLabels(levels: readonly number[]): string[] {
  const place = places(levels);
  const labels: string[] = [];
  let freeFrom = -Infinity;
  for (const level of new Set(levels)) {
    if (place(level) < freeFrom) continue;
    labels.push(text(place(level), plot.bottom + 18, formatCount(level), 'middle'));
    freeFrom = place(level) + 36;
  }
  return [...labels, text(plot.right, plot.bottom + 36, 'concurrency', 'end')];
}

/** Returns the chart of successes per second by level, with the fit of the Universal Scalability Law (USL). */
export function throughputByLevelChart({ levels, figures }: Pick<SweepRecord, 'levels' | 'figures'>): Chart | null {
  const concurrencies = levels.map(({ plan }) => plan.concurrency);
  if (new Set(concurrencies).size < 2) return null;
  const place = places(concurrencies);
  const rates = levels.map(({ successThroughputPerS }) => successThroughputPerS ?? 0);
  const { usl } = figures;
  const scale = axis(Math.max(...rates));
  const [first = 1, last = 1] = [concurrencies[0], concurrencies.at(-1)];
  const law =
    usl === null
      ? []
      : Array.from({ length: curveSteps + 1 }, (_, step) => {
          const n = first * (last / first) ** (step / curveSteps);
          return { x: place(n), value: Math.min(scale.top, uslThroughput(usl, n)) };
        });
  const best = rates.indexOf(Math.max(...rates));
  return {
    svg: frame(
      'Throughput by concurrency',
      `Successes per second. Max ${formatNumber(rates[best] ?? null)}, at concurrency ${formatCount(concurrencies[best] ?? null)}.`,
      [
        ...horizontals(scale, (value) => `${formatNumber(value)}/s`),
        ...concurrencyLabels(concurrencies),
        ...(usl === null ? [] : points('line2', law, scale.top, false)),
        ...points(
          'line',
          rates.map((value, index) => ({ x: place(concurrencies[index] ?? 1), value })),
          scale.top,
        ),
        legend(0, 'dot', 'measured'),
        usl === null ? '' : legend(100, 'dot2', 'USL fit'),
      ],
    ),
    table: {
      title: 'Throughput by concurrency',
      columns: ['Concurrency', 'Successes per second', ...(usl === null ? [] : ['USL fit'])],
      rows: levels.map(({ successThroughputPerS, plan }) =>
        [formatCount(plan.concurrency), formatNumber(successThroughputPerS)].concat(
          usl === null ? [] : formatNumber(uslThroughput(usl, plan.concurrency)),
        ),
      ),
    },
  };
}

/** Returns the chart of success latency by level, p50 and p95. */
export function latencyByLevelChart({ levels }: Pick<SweepRecord, 'levels'>): Chart | null {
  const measured = levels.filter(({ successLatencyMs }) => successLatencyMs.p95 !== null);
  const concurrencies = measured.map(({ plan }) => plan.concurrency);
  if (new Set(concurrencies).size < 2) return null;
  const place = places(concurrencies);
  const scale = axis(Math.max(...measured.map(({ successLatencyMs }) => successLatencyMs.p95 ?? 0)));
  const line = (look: string, name: 'median' | 'p95'): string[] =>
    points(
      look,
      measured.map(({ plan, successLatencyMs }) => ({
        x: place(plan.concurrency),
        value: successLatencyMs[name] ?? 0,
      })),
      scale.top,
    );
  return {
    svg: frame('Latency by concurrency', 'p50 and p95 latency of successes at each level.', [
      ...horizontals(scale, (value) => formatMs(value)),
      ...concurrencyLabels(concurrencies),
      ...line('line2', 'p95'),
      ...line('line', 'median'),
      legend(0, 'dot', 'p50'),
      legend(90, 'dot2', 'p95'),
    ]),
    table: {
      title: 'Latency by concurrency',
      columns: ['Concurrency', 'p50', 'p95'],
      rows: measured.map(({ plan, successLatencyMs }) => [
        formatCount(plan.concurrency),
        formatMs(successLatencyMs.median),
        formatMs(successLatencyMs.p95),
      ]),
    },
  };
}

/** Returns the chart of mean latency against throughput, one point per level. */
export function tradeOffChart({ levels }: Pick<SweepRecord, 'levels'>): Chart | null {
  const measured = levels.flatMap(({ plan, successThroughputPerS: rate, successLatencyMs: { mean } }) =>
    rate === null || mean === null ? [] : [{ concurrency: plan.concurrency, rate, mean }],
  );
  if (new Set(measured.map(({ concurrency }) => concurrency)).size < 2) return null;
  const across = axis(Math.max(...measured.map(({ rate }) => rate)));
  const scale = axis(Math.max(...measured.map(({ mean }) => mean)));
  const place = (rate: number): number => plot.left + (rate / across.top) * (plot.width - 40);
  return {
    svg: frame('Latency against throughput', 'Mean latency of successes at the throughput of each level.', [
      ...horizontals(scale, (value) => formatMs(value)),
      ...across.ticks.map((tick) => text(place(tick), plot.bottom + 18, formatNumber(tick), 'middle')),
      text(plot.right, plot.bottom + 36, 'successes per second; labels in the plot: concurrency', 'end'),
      ...points(
        'line',
        measured.map(({ rate, mean }) => ({ x: place(rate), value: mean })),
        scale.top,
      ),
      ...measured.map(({ concurrency, rate, mean }) =>
        text(
          place(rate),
          plot.bottom - (mean / scale.top) * plot.height - 9,
          formatCount(concurrency),
          'middle',
          'strong',
        ),
      ),
    ]),
    table: {
      title: 'Latency against throughput',
      columns: ['Concurrency', 'Successes per second', 'Mean latency'],
      rows: measured.map(({ concurrency, rate, mean }) => [
        formatCount(concurrency),
        formatNumber(rate),
        formatMs(mean),
      ]),
    },
  };
}
