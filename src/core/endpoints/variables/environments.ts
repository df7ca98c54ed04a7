import { isObject, type Json } from '../json.ts';
import { LoadlensError } from '../../errors.ts';
import type { ChosenEnvironment } from '../read/state.ts';

const publicFile = 'http-client.env.json';
const privateFile = 'http-client.private.env.json';
/** Names of the files with environments. */
export const environmentFiles = [publicFile, privateFile] as const;
/** Name of the values that all environments share. */
const shared = '$shared';

/** An environment, and its values that must not be stored. */
export interface Environment extends ChosenEnvironment {
  readonly secrets: readonly string[];
  /** Names of the variables that the private file sets. */
  readonly privateNames: readonly string[];
}

/**
 * Returns an environment in the format of JetBrains and Microsoft: `http-client.env.json`, overridden by
 * `http-client.private.env.json`, whose values are secret. The first folder with either file counts.
 * @param folders folder of the endpoints file, then its parents
 * @param read returns the text of a file in a folder; undefined if there is none
 * @param name name of the environment; undefined: none, and `names` lists all
 * @throws LoadlensError if a file is invalid or doesn't have the environment
 */
export function chosenEnvironment(
  folders: readonly string[],
  read: (folder: string, file: string) => string | undefined,
  name: string | undefined,
): Environment {
  const folder = folders.find((one) => read(one, publicFile) !== undefined || read(one, privateFile) !== undefined);
  const [open = {}, closed = {}] = [publicFile, privateFile].map((file) => {
    const text = folder === undefined ? undefined : read(folder, file);
    return text === undefined ? {} : parsed(text, file, name !== undefined);
  });
  const names = [...new Set([...Object.keys(open), ...Object.keys(closed)])].filter((one) => !one.startsWith('$'));
  if (name === undefined) return { values: {}, names, secrets: [], privateNames: [] };
  if (!names.includes(name)) {
    const where = folder === undefined ? `File ${publicFile} not found` : `${publicFile} has no environment "${name}"`;
    const hint =
      folder === undefined
        ? `Create it in the folder of the endpoints file: {"${name}": {"host": "…"}}.`
        : `Use one of ${names.join(', ')}.`;
    throw new LoadlensError(`${where}.`, { hint });
  }
  const values: Record<string, string> = {};
  for (const json of [open, closed]) for (const part of [shared, name]) flatten(json[part], '', values);
  const kept: Record<string, string> = {};
  for (const part of [shared, name]) flatten(closed[part], '', kept);
  return { values, names: [], secrets: Object.values(kept).filter(isPrivate), privateNames: Object.keys(kept) };
}

/** Returns whether a value of a private variable is masked: an address tells where a request goes, which results have to say. */
export const isPrivate = (value: string): boolean => value !== '' && !/^https?:/.test(value);

/** @param needed whether an invalid file is an error; otherwise it counts as empty */
function parsed(text: string, file: string, needed: boolean): Json {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isObject(json)) return json;
  } catch {
    // Reported below.
  }
  if (!needed) return {};
  throw new LoadlensError(`${file} isn't a JSON object.`, { hint: 'Check commas, quotes, and brackets.' });
}

/** Adds values by name, those of objects as `object.name`. */
function flatten(value: unknown, prefix: string, into: Record<string, string>): void {
  if (!isObject(value)) return;
  for (const [name, one] of Object.entries(value)) {
    const path = `${prefix}${name}`;
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') into[path] = String(one);
    else flatten(one, `${path}.`, into);
  }
}
