import type { LatencyBins, StreamNumbers } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import type { ChartFigure } from '../kit/figure.ts';
import { histogram } from '../kit/histogram.ts';

/** How many streams had their first token after how long. */
export function ttftHistogram(bins: LatencyBins, { ttftMs }: StreamNumbers): ChartFigure {
  return histogram(
    {
      title: 'Time to the first token (TTFT)',
      color: 'yellow',
      time: 'TTFT',
      counted: 'Streams',
      summary: ({ count, min, max, median, p95 }) =>
        `${formatCount(count)} first tokens after ${formatMs(min)} to ${formatMs(max)}; half within ${formatMs(median)}, 95% within ${formatMs(p95)}.`,
    },
    bins,
    ttftMs,
  );
}

/** How many times between two chunks were how long, of all streams together. */
export function iclHistogram(bins: LatencyBins, { iclMs }: StreamNumbers): ChartFigure {
  return histogram(
    {
      title: 'Inter-chunk latency (ICL)',
      color: 'purple',
      time: 'ICL',
      counted: 'Gaps',
      summary: ({ count, min, max, median, p95 }) =>
        count === 0
          ? 'No stream had more than one chunk.'
          : `${formatCount(count)} gaps of ${formatMs(min)} to ${formatMs(max)}; half lasted at most ${formatMs(median)}, 95% at most ${formatMs(p95)}.`,
    },
    bins,
    iclMs,
  );
}
