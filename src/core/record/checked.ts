import * as v from 'valibot';
import { LoadlensError } from '../errors.ts';

/** A kind of result that is kept as JSON. */
interface Kind<T> {
  /** What its member `schema` says, such as `loadlens.run/1`. */
  readonly name: string;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly noun: string;
  /** The command that writes one. */
  readonly writtenBy: string;
  /** What to run again for another. */
  readonly madeBy: string;
}

/** What JSON says of itself. */
export function schemaOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
}

/** What claims to be a result of this kind, when it is one; otherwise throws a LoadlensError that says what is wrong with it. */
export function checked<T>(json: unknown, { name, schema, noun, writtenBy, madeBy }: Kind<T>): T {
  const claimed = schemaOf(json);
  if (claimed !== name) {
    const newer = typeof claimed === 'string' && claimed.startsWith(name.replace(/\d+$/, ''));
    throw new LoadlensError(
      newer ? `This ${noun} has the format ${claimed}, which is not known here.` : `This is no Loadlens ${noun}.`,
      { hint: newer ? 'Open it with a newer Loadlens.' : `Choose a JSON file that ${writtenBy} has written.` },
    );
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new LoadlensError(`This ${noun} is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}.`, {
    hint: `Run the ${madeBy} again, or restore the file.`,
  });
}
