import * as v from 'valibot';
import { about, count, numberOrNull } from '../../schema.ts';
import type { ServerFigure } from '../server/known-series.ts';
import { seriesKinds } from '../server/other-series.ts';

const readings = v.array(numberOrNull);

/** What a server said about itself during a run. */
export const serverMetricsSchema = v.object({
  url: about('Address that was read, without credentials.', v.string()),
  server: about('Kind of server; null if none of its series is known.', v.nullable(v.string())),
  failedReadings: about('Number of readings that failed.', count),
  failure: v.exactOptional(about('Why the last of them failed; absent if none.', v.string())),
  isPartial: v.exactOptional(
    about(
      'True: the reading before the run or the one after it failed, so changes over the run are unknown.',
      v.boolean(),
    ),
  ),
  unreadMs: v.exactOptional(
    about(
      'Time of the run in which readings failed, ms: that between the others around them; absent: none.',
      v.number(),
    ),
  ),
  atMs: about(
    'Times of the readings, ms from the start of the clock. The first may be before it.',
    v.array(v.number()),
  ),
  figures: about(
    'One value for each reading: gauges as they are, counters as the server counts; null where a reading lacks one. Absent: unknown to the server.',
    v.object({
      running: v.exactOptional(about('Running requests.', readings)),
      waiting: v.exactOptional(about('Queued requests.', readings)),
      kvCacheUse: v.exactOptional(about('Used share of the KV cache, 0 to 1.', readings)),
      promptTokens: v.exactOptional(about('Prompt tokens processed so far.', readings)),
      outputTokens: v.exactOptional(about('Output tokens generated so far.', readings)),
      prefixQueries: v.exactOptional(about('Prompt tokens looked up in the prefix cache so far.', readings)),
      prefixHits: v.exactOptional(about('Prompt tokens found in the prefix cache so far.', readings)),
      prefixHitRate: v.exactOptional(
        about('Share of prompt tokens found in the prefix cache, 0 to 1, as the server computes it.', readings),
      ),
      preemptions: v.exactOptional(about('Preempted requests so far.', readings)),
      ttftSumS: v.exactOptional(about('Sum of the times to first token so far, seconds.', readings)),
      ttftCount: v.exactOptional(about('Number of those times so far.', readings)),
      e2eSumS: v.exactOptional(about('Sum of the end-to-end latencies so far, seconds.', readings)),
      e2eCount: v.exactOptional(about('Number of those latencies so far.', readings)),
      queueSumS: v.exactOptional(about("Sum of the requests' times in the queue so far, seconds.", readings)),
      queueCount: v.exactOptional(about('Number of those times so far.', readings)),
    } satisfies Record<ServerFigure, v.GenericSchema>),
  ),
  unread: v.exactOptional(
    about(
      'Further addresses that could not be read. Absent: none.',
      v.array(
        v.object({ url: about('Address, without credentials.', v.string()), failure: about('Why.', v.string()) }),
      ),
    ),
  ),
  series: v.exactOptional(
    about(
      'Other series that were asked for by name. Absent: none were.',
      v.array(
        v.object({
          name: about('Name and labels as written.', v.string()),
          kind: about(
            'gauge: a value that rises and falls; counter: a value that only grows.',
            v.picklist(seriesKinds),
          ),
          atMs: about('Times of the readings, ms from the start of the clock.', v.array(v.number())),
          values: about('Sum of the samples at each reading; null without any.', readings),
        }),
      ),
    ),
  ),
});
