import { t } from '@vscode/l10n';
import type { RunRecord } from '../../../src/core/record/run.ts';
import { formatCount, formatMs } from '../../../src/core/format.ts';
import type { ChartFigure } from '../kit/figure.ts';
import { histogram } from '../kit/histogram.ts';

/** How many responses took how long. */
export function latencyHistogram({ latencyBins, latencyMs }: RunRecord): ChartFigure {
  return histogram(
    {
      title: t('Latency, all responses'),
      color: 'blue',
      time: t('Latency'),
      counted: t('Responses'),
      summary: ({ count, min, max, median, p95 }) =>
        count === 0
          ? t('There is no response to show.')
          : t(
              '{0} responses between {1} and {2}; half took at most {3}, 95% at most {4}.',
              formatCount(count),
              formatMs(min),
              formatMs(max),
              formatMs(median),
              formatMs(p95),
            ),
    },
    latencyBins,
    latencyMs,
  );
}
