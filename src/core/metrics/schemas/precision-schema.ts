import * as v from 'valibot';
import { about, count, interval, numberOrNull } from '../../schema.ts';
import { precisionGoalSchema } from '../../vocabulary.ts';

/** Numbers whose drift is looked for. */
export const driftingNumbers = ['throughput', 'latency'] as const;

/** Whether a run reached its precision; see `PrecisionResult`. */
export const precisionResultSchema = v.object({
  asked: about('Precision of the plan.', precisionGoalSchema),
  reached: about('True: the run ended because of it.', v.boolean()),
  value: about(
    'Value at the last look, ms or per second; null with too few responses or without a steady state.',
    numberOrNull,
  ),
  interval,
  share: about('Distance of the farther end of the interval from the value, as a share of the value.', numberOrNull),
  atMs: about('Time of the last look, ms from the start of the clock.', v.number()),
  looks: about('Number of looks.', count),
});

/** What an automatic warm-up found and left out; see `SteadyStateFacts`. */
export const steadyStateSchema = v.object({
  settled: about(
    'False: the second half still drifts, so there are no intervals. Null: too short to tell.',
    v.nullable(v.boolean()),
  ),
  drift: v.exactOptional(
    about(
      'What drifts; absent if nothing does.',
      v.object({
        of: about('The number that drifts.', v.picklist(driftingNumbers)),
        share: about('Change over the second half, as a share of its mean.', v.number()),
      }),
    ),
  ),
  excludedMs: about('Time at the start whose requests are in no number, ms.', v.number()),
  excludedRequests: about('Requests that ended in this time.', count),
  excludedFailures: about('Failed requests among them.', count),
});
