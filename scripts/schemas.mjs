// Writes docs/loadlens.*.schema.json from the schemas that read the records. --check: fails if a file isn't up to date.
import { toJsonSchema } from '@valibot/to-json-schema';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { sweepFiguresSchema } from '../src/core/metrics/schemas/figures-schema.ts';
import { binsSchema, distributionSchema } from '../src/core/metrics/schemas/distribution-schema.ts';
import {
  errorKindSchema,
  errorsSchema,
  statusCodesSchema,
  streamCountsSchema,
} from '../src/core/metrics/schemas/numbers-schema.ts';
import { baselineSchema } from '../src/core/record/comparisons/baseline.ts';
import { comparisonRecordSchema, comparisonSideSchema } from '../src/core/record/schemas/comparison-schema.ts';
import { measurementErrorSchema } from '../src/core/record/schemas/environment-schema.ts';
import { askedTokensSchema, runSchema } from '../src/core/record/schemas/run-schema.ts';
import { meanSdSchema, suiteRecordSchema } from '../src/core/record/schemas/suite-record-schemas.ts';
import { suiteModelSchema } from '../src/core/record/schemas/suite-schema.ts';
import { sweepRecordSchema } from '../src/core/record/schemas/sweep-record-schema.ts';
import { interval } from '../src/core/schema.ts';
import { objectiveSchema } from '../src/core/vocabulary.ts';

const runId = 'loadlens.run-1.schema.json';
const sweepId = 'loadlens.sweep-1.schema.json';

/** The published schemas. `own`: parts with a name in `$defs`; `elsewhere`: parts that another file has. */
const files = [
  {
    id: runId,
    title: 'Loadlens run',
    description: 'Plan, numbers, and provenance of one benchmark run.',
    schema: runSchema,
    own: {
      askedTokens: askedTokensSchema,
      bins: binsSchema,
      distribution: distributionSchema,
      errorKind: errorKindSchema,
      errors: errorsSchema,
      interval,
      measurementError: measurementErrorSchema,
      objective: objectiveSchema,
      statusCodes: statusCodesSchema,
      streams: streamCountsSchema,
    },
  },
  {
    id: sweepId,
    title: 'Loadlens sweep',
    description: 'Runs of the same targets at several concurrencies, and their common figures.',
    schema: sweepRecordSchema,
    elsewhere: { [runId]: runSchema, [`${runId}#/$defs/objective`]: objectiveSchema },
  },
  {
    id: 'loadlens.suite-1.schema.json',
    title: 'Loadlens suite',
    description: 'Results of a fixed workload for a language model.',
    schema: suiteRecordSchema,
    own: { model: suiteModelSchema, meanSd: meanSdSchema },
    elsewhere: { [runId]: runSchema, [`${sweepId}#/properties/figures`]: sweepFiguresSchema },
  },
  {
    id: 'loadlens.baseline-1.schema.json',
    title: 'Loadlens baseline',
    description: 'Runs that later runs are compared with.',
    schema: baselineSchema,
    elsewhere: { [runId]: runSchema },
  },
  {
    id: 'loadlens.comparison-1.schema.json',
    title: 'Loadlens comparison',
    description: 'A and B, measured in pairs of slices or as kept runs, and the verdict on their difference.',
    schema: comparisonRecordSchema,
    own: {
      measurementError: measurementErrorSchema,
      objective: objectiveSchema,
      side: comparisonSideSchema,
      statusCodes: statusCodesSchema,
    },
  },
];

const reference = 'docs/metrics.md explains every number. Times are in milliseconds unless the name has another unit.';

const isNode = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns a copy with each object inside replaced, the innermost first. */
function replaced(value, replace) {
  if (Array.isArray(value)) return value.map((each) => replaced(each, replace));
  if (!isNode(value)) return value;
  return replace(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each, replace)])));
}

/** Returns a node with the type of a nullable value as a list, and without what its other members already say. */
function plain({ description, ...node }) {
  const [value, nothing] = node.anyOf ?? [];
  if (nothing?.type === 'null' && (value.enum || /^(boolean|integer|number|string)$/.test(value.type))) {
    delete node.anyOf;
    node = { ...value, ...node, ...(value.enum ? { enum: [...value.enum, null] } : { type: [value.type, 'null'] }) };
  }
  if (node.enum) delete node.type;
  if (node.propertyNames && !node.propertyNames.pattern) delete node.propertyNames;
  if (node.properties) node.additionalProperties = false;
  return { ...(description !== undefined && { description }), ...node };
}

/** Returns the JSON Schema of a valibot schema, without its dialect. */
function jsonOf(schema) {
  const { $schema: _, ...json } = toJsonSchema(schema, { target: 'draft-2020-12' });
  return replaced(json, plain);
}

const withoutDescription = (node) => JSON.stringify({ ...node, description: undefined });

/** Returns a schema that refers to parts by name. @param places where parts are, by their JSON text */
function withReferences(node, places) {
  if (Array.isArray(node)) return node.map((each) => withReferences(each, places));
  if (!isNode(node)) return node;
  const place = places.get(withoutDescription(node));
  // A part has a description of its own.
  if (place)
    return { ...(node.description !== place.part.description && { description: node.description }), $ref: place.$ref };
  return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, withReferences(each, places)]));
}

/** Returns the text of a file. */
function textOf({ id, title, description, schema: record, own = {}, elsewhere = {} }) {
  const parts = Object.entries(own).map(([name, part]) => [name, jsonOf(part)]);
  const places = new Map([
    ...parts.map(([name, part]) => [withoutDescription(part), { $ref: `#/$defs/${name}`, part }]),
    ...Object.entries(elsewhere).map(([place, schema]) => {
      const part = jsonOf(schema);
      return [withoutDescription(part), { $ref: place, part }];
    }),
  ]);
  // A part doesn't refer to itself.
  const inside = (node) =>
    Object.fromEntries(Object.entries(node).map(([key, each]) => [key, withReferences(each, places)]));
  const file = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    title,
    description: `${description} ${reference}`,
    ...inside(jsonOf(record)),
    ...(parts.length > 0 && { $defs: Object.fromEntries(parts.map(([name, part]) => [name, inside(part)])) }),
  };
  return format(JSON.stringify(file), { parser: 'json', printWidth: 120 });
}

const { check } = parseArgs({ options: { check: { type: 'boolean' } } }).values;
for (const file of files) {
  const path = resolve(import.meta.dirname, '../docs', file.id);
  const text = await textOf(file);
  if (readFileSync(path, 'utf8') === text) continue;
  if (check) {
    console.error(`docs/${file.id} isn't up to date. Run: npm run schemas`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
  }
}
