import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import type { ChartFigure } from '../kit/figure.ts';
import { histogram } from '../kit/histogram.ts';

/** How many responses took how long. */
export function latencyHistogram({ latencyBins, latencyMs }: RunRecord): ChartFigure {
  return histogram(
    {
      title: 'Latency, all responses',
      color: 'blue',
      time: 'Latency',
      counted: 'Responses',
      summary: ({ count, min, max, median, p95 }) =>
        count === 0
          ? 'No response.'
          : `${formatCount(count)} responses between ${formatMs(min)} and ${formatMs(max)}; half took at most ${formatMs(median)}, 95% at most ${formatMs(p95)}.`,
    },
    latencyBins,
    latencyMs,
  );
}
