import * as v from 'valibot';
import { LoadlensError } from '../errors.ts';

/** A kind of result that is stored as JSON. */
export interface Kind<T extends v.GenericSchema> {
  /** Value of its member `schema`, such as `loadlens.run/1`. */
  readonly name: string;
  readonly schema: T;
  readonly noun: string;
  /** Command that writes one. */
  readonly writtenBy: string;
  /** What to run to create another. */
  readonly madeBy: string;
}

/** Returns the member `schema` of a JSON value. */
export function schemaOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
}

/**
 * Returns a valid result of this kind.
 * @throws LoadlensError that says what is invalid
 */
export function checked<T extends v.GenericSchema>(
  json: unknown,
  { name, schema, noun, writtenBy, madeBy }: Kind<T>,
): v.InferOutput<T> {
  const claimed = schemaOf(json);
  if (claimed !== name) {
    const newer = typeof claimed === 'string' && claimed.startsWith(name.replace(/\d+$/, ''));
    throw new LoadlensError(
      newer ? `This ${noun} has the unknown format ${claimed}.` : `This file isn't a Loadlens ${noun}.`,
      { hint: newer ? 'Update Loadlens to open it.' : `Select a JSON file written by: ${writtenBy}` },
    );
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new LoadlensError(`This ${noun} is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}.`, {
    hint: `Run the ${madeBy} again, or restore the file.`,
  });
}
