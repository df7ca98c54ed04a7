import * as v from 'valibot';
import { about, count, numberOrNull } from '../../schema.ts';
import { serverFigures } from '../server/known-series.ts';

/** What a server said about itself during a run. */
export const serverMetricsSchema = v.object({
  url: about('Address that was read, without credentials.', v.string()),
  server: about('Kind of server; null if none of its series is known.', v.nullable(v.string())),
  failedReadings: about('Number of readings that failed.', count),
  failure: v.exactOptional(about('Why the last of them failed; absent if none.', v.string())),
  atMs: about(
    'Times of the readings, ms from the start of the clock. The first may be before it.',
    v.array(v.number()),
  ),
  figures: about(
    'One value for each reading: gauges as they are, counters as the server counts; null where a reading lacks one. Absent: unknown to the server.',
    v.object(v.entriesFromList(serverFigures, v.exactOptional(v.array(numberOrNull)))),
  ),
});
