import * as v from 'valibot';
import { metricComparisonSchema } from '../../comparison/metric-comparison-schema.ts';
import { verdictNames } from '../../comparison/verdict.ts';
import { statusCodesSchema } from '../../metrics/schemas/numbers-schema.ts';
import { healthBounds } from '../../metrics/types.ts';
import { planSchema } from '../../plan/plan-schema.ts';
import { about, count, numberOrNull } from '../../schema.ts';
import { comparisonSchemaName } from '../comparisons/comparison.ts';
import { environmentSchema, sourceSchema } from './environment-schema.ts';
import { commonEntries } from './run-schema.ts';

/** One slice of an interleaved comparison, or one kept run; see `ComparisonSlice`. */
export const comparisonSliceSchema = v.object({
  file: v.exactOptional(about('File of a kept run.', v.string())),
  startedAt: commonEntries.startedAt,
  totalMs: about('Time from the first sent to the last end.', v.number()),
  requestsSent: about('Requests that left and ended, with a response or failed.', count),
  responses: about('Complete responses with any status.', count),
  successes: about('Complete responses with status 2xx.', count),
  statusCodes: statusCodesSchema,
  bytes: v.exactOptional(about('Bytes of all response bodies. Absent in older records.', count)),
  bound: about('Bottleneck other than the server; null if there was none.', v.nullable(v.picklist(healthBounds))),
  values: about(
    'Values by metric, over successes; null if the slice has none. Times in ms, rates per second.',
    v.record(v.string(), numberOrNull),
  ),
});

/** A server that was started for one side; see `ComparisonServer`. */
export const comparisonServerSchema = v.object({
  ref: v.exactOptional(about('Git ref as given. Absent: the files as they were.', v.string())),
  commit: v.exactOptional(about('Commit of the ref.', v.string())),
  modified: v.exactOptional(about('True: files differed from the commit.', v.boolean())),
  command: about('Command of the server, with secrets masked.', v.string()),
  build: v.exactOptional(about('Command that prepared its work tree, with secrets masked.', v.string())),
});

/** One side of a comparison. */
export const comparisonSideSchema = v.object({
  variables: about(
    "Values of the file's variables on this side, with credentials masked. Empty for kept runs.",
    v.record(v.string(), v.string()),
  ),
  server: v.exactOptional(
    about('Server that the comparison started; absent if it started none.', comparisonServerSchema),
  ),
  targets: about(
    'Targets as in the file, with unresolved placeholders; at most 100.',
    v.array(
      v.object({
        name: about('Name, unique in its file.', v.string()),
        method: about('HTTP method.', v.string()),
        url: about('URL as written.', v.string()),
      }),
    ),
  ),
  slices: about('Slices in order, or kept runs.', v.array(comparisonSliceSchema)),
});

/** A comparison of A and B; see `ComparisonRecord`. */
export const comparisonRecordSchema = v.object({
  schema: v.literal(comparisonSchemaName),
  id: about('Sortable and unique.', v.string()),
  name: about('Name for people: the file or the single target.', v.string()),
  ...commonEntries,
  kind: about(
    'interleaved: slice i of A and slice i of B are a pair. kept: runs that were measured before.',
    v.picklist(['interleaved', 'kept']),
  ),
  threshold: about('Smallest change that matters, as a share.', v.number()),
  level: about('Two-sided level of the whole comparison.', v.number()),
  plan: about('Plan of each slice; for kept runs, the plan of the first.', planSchema),
  pairs: v.exactOptional(
    about(
      'Interleaved comparison only.',
      v.object({
        planned: about('Maximum number of pairs.', count),
        judged: about('Number of complete pairs up to the last look. The figures are of these.', count),
        order: about('Side of each pair that was sent first.', v.array(v.picklist(['a', 'b']))),
      }),
    ),
  ),
  a: about('Side A.', comparisonSideSchema),
  b: about('Side B.', comparisonSideSchema),
  failures: about(
    'Share of failed requests, and whether B fails significantly more or less.',
    v.object({
      a: about('Share of side A; null if nothing was sent.', numberOrNull),
      b: about('Share of side B; null if nothing was sent.', numberOrNull),
      verdict: about('Null without a significant difference.', v.nullable(v.picklist(['worse', 'better']))),
    }),
  ),
  metrics: about('Results by metric.', v.array(metricComparisonSchema)),
  verdict: about(
    'One verdict of all metrics.',
    v.object({
      name: about('Null: no verdict is possible, and the sentence says why.', v.nullable(v.picklist(verdictNames))),
      sentence: about('The verdict in one sentence.', v.string()),
    }),
  ),
  warnings: about('Plain sentences; empty without doubts about the comparison.', v.array(v.string())),
  environment: about('The machine that sent.', environmentSchema),
  source: about(
    'File of the targets, and its git state in a work tree; null if there is none.',
    v.nullable(sourceSchema),
  ),
});
