import * as v from 'valibot';

/** Facts for the published JSON Schema. Readers don't check the limits, so that a file of another version still loads. */
type Facts = {
  readonly description?: string;
  readonly format?: 'date-time';
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
};

/**
 * Returns a schema with facts for the published JSON Schema: a description, or a description with limits. Bundles don't
 * contain the facts: `scripts/strip-facts.mjs` removes them, so they must be literals.
 */
export const about = <T extends v.GenericSchema>(facts: string | Facts, schema: T): T => ({
  ...schema,
  ...v.pipe(schema, typeof facts === 'string' ? v.description(facts) : v.metadata(facts)),
});

/** The output of a schema, unchangeable. */
export type Frozen<T> = { readonly [K in keyof T]: Frozen<T[K]> };

/** A whole number from 0. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A whole number from 1. Readers accept 0. */
export const positiveCount = about({ minimum: 1 }, count);
/** A number from 0. */
export const amount = about({ minimum: 0 }, v.number());
/** A number; null if there is none. */
export const numberOrNull = v.nullable(v.number());
/** A number from 0; null if there is none. */
export const amountOrNull = about({ minimum: 0 }, numberOrNull);
/** A number from 0 to 1; null if there is none. */
export const shareOrNull = about({ minimum: 0, maximum: 1 }, numberOrNull);
/** A time in ISO 8601, UTC. */
export const timestamp = about({ format: 'date-time' }, v.string());
/** Two ends; null if there is no interval. */
export const interval = about(
  'Lower and upper end; null if there is no interval.',
  v.nullable(v.strictTuple([v.number(), v.number()])),
);
