import * as v from 'valibot';
import { verdictNames } from '../comparison/verdict.ts';
import { healthBounds } from '../metrics/types.ts';
import { checked } from './checked.ts';
import { environmentSchema, planSchema, sourceSchema } from './read-run.ts';

/** What the member `schema` of a comparison says. */
export const comparisonSchemaName = 'loadlens.comparison/1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const numberOrNull = v.nullable(v.number());

/** Adds what the generated JSON schema says of a part. */
const described = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

/** One slice of an interleaved comparison, or one kept run. */
const sliceSchema = v.object({
  file: v.exactOptional(described(v.string(), 'File of a kept run.')),
  startedAt: v.string(),
  totalMs: v.number(),
  requestsSent: count,
  responses: count,
  successes: count,
  statusCodes: v.record(v.string(), count),
  bound: described(v.nullable(v.picklist(healthBounds)), "What the slice was limited by, when it wasn't the server."),
  values: described(
    v.record(v.string(), numberOrNull),
    'By metric; null where the slice has none. Times in ms, rates per second, over successes.',
  ),
});

/** A server that was started for one side. */
const serverSchema = v.object({
  ref: v.exactOptional(described(v.string(), 'Git ref as given; absent: the files as they were.')),
  commit: v.exactOptional(v.string()),
  modified: v.exactOptional(described(v.boolean(), 'Whether files differed from the commit.')),
  command: described(v.string(), 'Command of the server, secrets masked.'),
  build: v.exactOptional(described(v.string(), 'Command that prepared its work tree, secrets masked.')),
});

const sideSchema = v.object({
  variables: described(
    v.record(v.string(), v.string()),
    "Values of the file's variables on this side, credentials masked. Empty for kept runs.",
  ),
  server: v.exactOptional(described(serverSchema, 'Absent unless the comparison started the server.')),
  targets: described(
    v.array(v.object({ name: v.string(), method: v.string(), url: v.string() })),
    'As in the file, placeholders unresolved; 100 at most.',
  ),
  slices: v.array(sliceSchema),
});

/** What a comparison found for one metric; see MetricComparison. */
const metricSchema = v.object({
  metric: v.string(),
  decisive: v.boolean(),
  ratio: described(numberOrNull, 'B / A; null when a side lacks the metric.'),
  interval: v.nullable(v.tuple([v.number(), v.number()])),
  level: described(v.number(), 'Two-sided level of the interval, after looks and other metrics were allowed for.'),
  verdict: v.nullable(v.picklist(verdictNames)),
  smallestFindable: described(numberOrNull, 'Smallest change, as a share, that could have been detected.'),
  furtherNeeded: described(v.nullable(count), 'Pairs, or runs a side, that would settle an open verdict.'),
});

/** The shape of a comparison of A and B. */
export const comparisonSchema = v.object({
  schema: v.literal(comparisonSchemaName),
  id: v.string(),
  name: v.string(),
  startedAt: v.string(),
  status: v.picklist(['completed', 'cancelled', 'crashed']),
  stopReason: v.exactOptional(v.string()),
  kind: described(
    v.picklist(['interleaved', 'kept']),
    'interleaved: slice i of A and slice i of B are a pair. kept: runs that were measured before.',
  ),
  threshold: described(v.number(), 'Smallest change that matters, as a share.'),
  level: described(v.number(), 'Two-sided level of the whole comparison.'),
  /** Plan of each slice; of kept runs that of the first. */
  plan: planSchema,
  pairs: v.exactOptional(
    v.object({
      planned: count,
      judged: described(count, 'Complete pairs that the figures are of: those up to the last look.'),
      order: described(v.array(v.picklist(['a', 'b'])), 'Which side of each pair was sent first.'),
    }),
  ),
  a: sideSchema,
  b: sideSchema,
  failures: described(
    v.object({ a: numberOrNull, b: numberOrNull, verdict: v.nullable(v.picklist(['worse', 'better'])) }),
    'Share of failed requests, and whether B fails significantly more or less.',
  ),
  metrics: v.array(metricSchema),
  verdict: v.object({
    name: described(v.nullable(v.picklist(verdictNames)), 'null: no verdict is possible; the sentence says why.'),
    sentence: v.string(),
  }),
  warnings: v.array(v.string()),
  environment: environmentSchema,
  source: sourceSchema,
});

type Frozen<T> = { readonly [K in keyof T]: Frozen<T[K]> };

/** A comparison of A and B with every slice. Schema: docs/loadlens.comparison-1.schema.json. */
export type ComparisonRecord = Frozen<v.InferOutput<typeof comparisonSchema>>;
export type ComparisonSlice = Frozen<v.InferOutput<typeof sliceSchema>>;
export type ComparisonServer = Frozen<v.InferOutput<typeof serverSchema>>;

/** Checks what claims to be a comparison. Members that are not known are dropped. */
export function readComparison(json: unknown): ComparisonRecord {
  return checked(json, {
    name: comparisonSchemaName,
    schema: comparisonSchema,
    noun: 'comparison',
    writtenBy: 'loadlens ab --json',
    madeBy: 'comparison',
  });
}
