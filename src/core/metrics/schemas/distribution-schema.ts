import * as v from 'valibot';
import { about, count, interval, numberOrNull } from '../../schema.ts';

/** Statistics of one metric; see `Distribution`. */
export const distributionSchema = about(
  'Statistics of one metric. Null without enough samples.',
  v.object({
    count: about('Number of samples.', count),
    min: about('Smallest value.', numberOrNull),
    mean: about('Arithmetic mean.', numberOrNull),
    median: about('p50: 50% of the samples are at most this.', numberOrNull),
    p90: about('90% of the samples are at most this.', numberOrNull),
    p95: about('95% of the samples are at most this.', numberOrNull),
    p99: about('99% of the samples are at most this.', numberOrNull),
    p999: about('p99.9: 99.9% of the samples are at most this.', numberOrNull),
    max: about('Largest value.', numberOrNull),
    stdev: about('Sample standard deviation (n − 1); null below two samples.', numberOrNull),
    interval95: about(
      'Exact order-statistic 95% interval of each quantile; null if there are too few samples for a reliable quantile.',
      v.object({
        median: about('Null below 6 samples.', interval),
        p90: about('Null below 29 samples.', interval),
        p95: about('Null below 59 samples.', interval),
        p99: about('Null below 299 samples.', interval),
        p999: about('Null below 2,995 samples.', interval),
      }),
    ),
  }),
);

/** Histogram for display; see `LatencyBins`. */
export const binsSchema = about(
  'Histogram. counts[i] are from edgesMs[i] up to, but not including, edgesMs[i + 1]; the last bin includes its upper edge.',
  v.object({
    edgesMs: about('Edges of the bins, one more than counts.', v.array(v.number())),
    counts: about('Number of values in each bin.', v.array(count)),
  }),
);
