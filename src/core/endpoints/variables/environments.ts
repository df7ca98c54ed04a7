import { LoadlensError } from '../../errors.ts';
import type { ChosenEnvironment } from '../read/state.ts';

const publicFile = 'http-client.env.json';
const privateFile = 'http-client.private.env.json';
/** Names of the files that hold environments. */
export const environmentFiles = [publicFile, privateFile] as const;
/** Holds for every environment. */
const shared = '$shared';

/** An environment, and those of its values that must not appear in anything kept. */
export interface Environment extends ChosenEnvironment {
  readonly secrets: readonly string[];
  /** Names of the variables that the private file sets. */
  readonly privateNames: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an environment as JetBrains' and Microsoft's editors keep it: `http-client.env.json`, and over it
 * `http-client.private.env.json`, whose values are secret. The first folder that has either counts.
 * @param folders the folder of the endpoints file, then those around it
 * @param read the text of a file in a folder; undefined when it isn't there
 * @param name the environment that was chosen; undefined: none, then the names are those to choose from
 * @throws LoadlensError when a file is damaged or has no such environment
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

/** @param needed whether a damaged file is an error; otherwise it holds nothing */
function parsed(text: string, file: string, needed: boolean): Json {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isObject(json)) return json;
  } catch {
    // Said below.
  }
  if (!needed) return {};
  throw new LoadlensError(`${file} isn't a JSON object.`, { hint: 'Check commas, quotes, and brackets.' });
}

/** Values by name, those of objects by `object.name`. */
function flatten(value: unknown, prefix: string, into: Record<string, string>): void {
  if (!isObject(value)) return;
  for (const [name, one] of Object.entries(value)) {
    const path = `${prefix}${name}`;
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') into[path] = String(one);
    else flatten(one, `${path}.`, into);
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
