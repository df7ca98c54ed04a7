import { t } from '@vscode/l10n';
import type { LatencyBins, StreamNumbers } from '../../../src/core/metrics/types.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import type { ChartFigure } from '../kit/figure.ts';
import { histogram } from '../kit/histogram.ts';

/** How many streams had their first token after how long. */
export function ttftHistogram(bins: LatencyBins, { ttftMs }: StreamNumbers): ChartFigure {
  return histogram(
    {
      title: t('Time to the first token (TTFT)'),
      color: 'yellow',
      time: t('TTFT'),
      counted: t('Streams'),
      summary: ({ count, min, max, median, p95 }) =>
        t(
          '{0} first tokens after {1} to {2}; half within {3}, 95% within {4}.',
          formatCount(count),
          formatMs(min),
          formatMs(max),
          formatMs(median),
          formatMs(p95),
        ),
    },
    bins,
    ttftMs,
  );
}

/** How many times between two chunks were how long, of all streams together. */
export function iclHistogram(bins: LatencyBins, { iclMs }: StreamNumbers): ChartFigure {
  return histogram(
    {
      title: t('Time between chunks (ICL)'),
      color: 'purple',
      time: t('ICL'),
      counted: t('Gaps'),
      summary: ({ count, min, max, median, p95 }) =>
        count === 0
          ? t('No stream had more than one chunk.')
          : t(
              '{0} gaps of {1} to {2}; half lasted at most {3}, 95% at most {4}.',
              formatCount(count),
              formatMs(min),
              formatMs(max),
              formatMs(median),
              formatMs(p95),
            ),
    },
    bins,
    iclMs,
  );
}
