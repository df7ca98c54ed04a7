import { workspace, type Uri } from 'vscode';
import { parseEnv } from 'node:util';
import {
  filesFor,
  placeholdersIn,
  prepareTargets,
  resolvedPath,
  type Lookups,
} from '../../../core/endpoints/prepare.ts';
import type { Target } from '../../../core/endpoints/types.ts';
import type { RunInput } from '../../../core/plan/types.ts';
import { shownAs } from '../workspace/documents.ts';
import { environmentOf } from '../workspace/environment.ts';
import { placeOf } from '../workspace/files.ts';
import type { Secrets } from '../workspace/secrets.ts';
import { textSetting } from '../workspace/settings.ts';

/** What stands in an editor and is about to run. */
export interface RunSource {
  readonly uri: Uri;
  readonly name: string;
  readonly targets: readonly Target[];
}

/** All that a run or a sweep needs but for its plan. */
export type PreparedInput = Omit<RunInput, 'plan'>;

/** Whether language models without a `@stream` are asked for a stream; undefined: as their body has it. */
export const wantsStream = (uri: Uri): boolean | undefined =>
  ({ stream: true, whole: false })[textSetting('llm.stream', uri)];

/** What targets need from outside their file, at hand. */
export interface PreparedLookups extends Lookups {
  /** The bytes of a body or prompt file in base64, by path as written; undefined when it can't be read. */
  readonly base64: (written: string) => string | undefined;
}

/**
 * Gathers what targets need from outside their file: environment, secrets, asking for those that are missing, and the bytes of
 * body and prompt files. A file that can't be read is left to the preparation, which names file and line. Undefined when the
 * user went away from a question.
 */
export async function lookupsFor(
  uri: Uri,
  targets: readonly Target[],
  secrets: Secrets,
): Promise<PreparedLookups | undefined> {
  const values = await secrets.resolve(targets.flatMap((target) => placeholdersIn(target).secrets));
  if (values === undefined) return undefined;
  const dotenv = targets.some((target) => placeholdersIn(target).dotenv.length > 0) ? await readDotenv(uri) : {};
  const known = {
    env: (variable: string) => process.env[variable],
    secret: (secret: string) => values.get(secret),
    dotenv: (name: string) => dotenv[name],
  };
  const bodies = new Map<string, Uint8Array>();
  for (const path of filesFor(targets, known)) {
    const bytes = await readIfThere(placeOf(uri, path));
    if (bytes !== undefined) bodies.set(path, bytes);
  }
  return {
    ...known,
    bodyFile: (path) => bodies.get(path),
    base64: (written) => {
      const bytes = bodies.get(resolvedPath(written, known) ?? '');
      return bytes && Buffer.from(bytes).toString('base64');
    },
    shownAs: shownAs(uri),
    stream: wantsStream(uri),
  };
}

/**
 * Makes targets ready to send. Undefined when the user went away from a question; a LoadlensError names what is missing and
 * where.
 */
export async function prepareInput(source: RunSource, secrets: Secrets): Promise<PreparedInput | undefined> {
  const lookups = await lookupsFor(source.uri, source.targets, secrets);
  return lookups && inputOf(source, lookups);
}

const withSecrets = <T extends { readonly secrets: readonly string[] }>(prepared: T, more: readonly string[]): T => ({
  ...prepared,
  secrets: [...prepared.secrets, ...more],
});

/** The input of a run from what its targets need. */
export const inputOf = ({ uri, name, targets }: RunSource, lookups: Lookups): PreparedInput => ({
  name,
  targets,
  ...withSecrets(prepareTargets(targets, lookups), environmentOf(uri).secrets),
  file: uri.scheme === 'untitled' ? null : { path: uri.fsPath, shownAs: shownAs(uri) },
});

async function readDotenv(uri: Uri): Promise<Readonly<Record<string, string | undefined>>> {
  const bytes = await readIfThere(placeOf(uri, '.env'));
  return bytes === undefined ? {} : parseEnv(new TextDecoder().decode(bytes));
}

async function readIfThere(uri: Uri): Promise<Uint8Array | undefined> {
  try {
    return await workspace.fs.readFile(uri);
  } catch {
    return undefined;
  }
}
