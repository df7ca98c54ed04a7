import * as v from 'valibot';
import { about, count, interval, numberOrNull } from '../schema.ts';
import { verdictNames } from './verdict.ts';

/** The result of a comparison for one metric; see `MetricComparison`. */
export const metricComparisonSchema = v.object({
  metric: about('Name of the metric.', v.string()),
  decisive: about('True: the metric has a verdict. The others are shown without one.', v.boolean()),
  ratio: about('B / A; null if a side lacks the metric.', numberOrNull),
  interval: about('Interval of the ratio; null if there are too few values for one.', interval),
  level: about('Two-sided level of the interval, corrected for looks and other metrics.', v.number()),
  verdict: about(
    'changed: the interval excludes no change, but not a change below the threshold. Null for a metric without a verdict.',
    v.nullable(v.picklist(verdictNames)),
  ),
  smallestFindable: about('Smallest change, as a share, that could have been detected.', numberOrNull),
  furtherNeeded: about(
    'Further pairs, or runs per side, that would settle an open verdict; null if it is settled, or if no number would.',
    v.nullable(count),
  ),
});
