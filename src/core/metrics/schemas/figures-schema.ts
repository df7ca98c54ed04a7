import * as v from 'valibot';
import { about, numberOrNull, positiveCount } from '../../schema.ts';

/** Comparison of a level with concurrency 1; see `LevelFigures`. */
export const levelFiguresSchema = v.object({
  concurrency: about('Concurrency of the level.', positiveCount),
  scalingFactor: about('Throughput / throughput at concurrency 1; null without that level.', numberOrNull),
  efficiency: about('Scaling factor / concurrency.', numberOrNull),
  tokenScalingFactor: about('Scaling factor of output tokens.', numberOrNull),
  throughputGain: about('Scaling factor − 1.', numberOrNull),
  latencyPenalty: about('Mean latency / mean latency at concurrency 1 − 1.', numberOrNull),
  tradeOffRatio: about(
    "Gain / penalty; null at level 1, if latency didn't rise, and if less than 90% of the requests succeeded.",
    numberOrNull,
  ),
  tradeOff: about(
    'Whether the gain is at least as large as the penalty; null at level 1, and if less than 90% of the requests succeeded.',
    v.nullable(v.picklist(['good', 'poor'])),
  ),
  sound: about('At least 90% of the requests met the objectives, or succeeded if there are none.', v.boolean()),
});

/** The Universal Scalability Law fitted to measured levels; see `UslFit`. */
export const uslFitSchema = v.object({
  lambda: about('Throughput at concurrency 1, per second.', v.number()),
  alpha: about("Contention: share of the work that can't run in parallel.", v.number()),
  beta: about('Coherency: cost of coordination between concurrent requests.', v.number()),
  r2: about('Share of the variance that the fit explains.', v.number()),
  peakConcurrency: about('Concurrency with the highest throughput.', v.number()),
  peakThroughputPerS: about('Throughput at that concurrency, per second.', v.number()),
});

/** Figures of a sweep beyond its levels; see `SweepFigures`. */
export const sweepFiguresSchema = v.object({
  levels: about('One entry per level, in order.', v.array(levelFiguresSchema)),
  recommended: about(
    'Recommended concurrency, and the rule behind it.',
    v.object({
      concurrency: about('Null if no level qualifies.', v.nullable(positiveCount)),
      rule: about(
        'objectives: the highest level at which 90% of the requests meet them. trade-off: the highest level with a good trade-off. capacity: what a search found.',
        v.picklist(['objectives', 'trade-off', 'capacity']),
      ),
    }),
  ),
  usl: about(
    'Fit of the Universal Scalability Law; null if there is none to show, and uslNote says why.',
    v.nullable(uslFitSchema),
  ),
  uslNote: about('Why there is no fit; empty if there is one.', v.string()),
});
