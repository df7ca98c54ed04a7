import { workspace, type Uri } from 'vscode';
import { createHash } from 'node:crypto';
import { parseEnv } from 'node:util';
import {
  filesFor,
  placeholdersIn,
  prepareTargets,
  resolvedPath,
  type Lookups,
  type ValueLookups,
} from '../../../core/endpoints/prepare.ts';
import { hostsKnownIn, remoteHosts } from '../../../core/endpoints/hosts.ts';
import { maskTargets } from '../../../core/endpoints/mask.ts';
import { codeOf } from '../../../core/endpoints/unread-file.ts';
import type { Target } from '../../../core/endpoints/types.ts';
import type { RunInput } from '../../../core/plan/types.ts';
import type { Consent, ConsentQuestion } from '../workspace/consent.ts';
import { shownAs } from '../workspace/documents.ts';
import { environmentOf } from '../workspace/environment.ts';
import { placeOf } from '../workspace/files.ts';
import type { Secrets } from '../workspace/secrets.ts';
import { textSetting } from '../workspace/settings.ts';

/** Text of an editor that is about to run. */
export interface RunSource {
  readonly uri: Uri;
  readonly name: string;
  readonly targets: readonly Target[];
}

/** Input of a run or a sweep without its plan. */
export type PreparedInput = Omit<RunInput, 'plan'>;

/** Whether streams are requested from language models without `@stream`; undefined: as their body says. */
export const wantsStream = (uri: Uri): boolean | undefined =>
  ({ stream: true, whole: false })[textSetting('llm.stream', uri)];

/** Values from outside the file that targets need. */
export interface PreparedLookups extends Lookups {
  /** The bytes of a body or prompt file in base64, by path as written; undefined when it can't be read. */
  readonly base64: (written: string) => string | undefined;
}

const secretNames = (targets: readonly Target[]): string[] => [
  ...new Set(targets.flatMap((target) => placeholdersIn(target).secrets)),
];

async function valueLookups(
  uri: Uri,
  targets: readonly Target[],
  secrets: ReadonlyMap<string, string>,
): Promise<Required<ValueLookups>> {
  const dotenv = targets.some((target) => placeholdersIn(target).dotenv.length > 0) ? await readDotenv(uri) : {};
  return {
    env: (variable) => process.env[variable],
    secret: (secret) => secrets.get(secret),
    dotenv: (name) => dotenv[name],
  };
}

/**
 * Collects everything that targets need from outside their file: environment, secrets, for which it asks if they are
 * missing, and the bytes of body and prompt files. A file that can't be read is left to the preparation, which reports
 * file and line. Undefined if the user canceled.
 */
async function lookupsFor(
  uri: Uri,
  targets: readonly Target[],
  secrets: Secrets,
): Promise<PreparedLookups | undefined> {
  const values = await secrets.resolve(secretNames(targets));
  if (values === undefined) return undefined;
  const known = await valueLookups(uri, targets, values);
  const bodies = new Map<string, Uint8Array>();
  const codes = new Map<string, unknown>();
  for (const path of filesFor(targets, known)) {
    const bytes = await readIfThere(placeOf(uri, path), (code) => codes.set(path, code));
    if (bytes !== undefined) bodies.set(path, bytes);
  }
  return {
    ...known,
    bodyFile: (path) => bodies.get(path),
    unread: (path) => codes.get(path),
    digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    base64: (written) => {
      const bytes = bodies.get(resolvedPath(written, known) ?? '');
      return bytes && Buffer.from(bytes).toString('base64');
    },
    shownAs: shownAs(uri),
    stream: wantsStream(uri),
  };
}

/** The requests to send, and their hosts. */
export interface Asked extends Pick<ConsentQuestion, 'plan' | 'allow'> {
  readonly consent: Consent;
  readonly secrets: Secrets;
}

/**
 * Prepares targets for sending. Consent to their hosts is requested before secrets. If a secret determines the host,
 * consent follows it. Undefined if the user canceled or didn't allow a host. A LoadlensError reports what is missing
 * and where.
 */
export async function prepareInput(
  source: RunSource,
  { consent, secrets, ...question }: Asked,
): Promise<{ readonly input: PreparedInput; readonly lookups: PreparedLookups } | undefined> {
  const { uri, targets } = source;
  const names = secretNames(targets);
  const isAllowed = (hosts: readonly string[]): Promise<boolean> => consent.ask({ ...question, hosts, secrets: names });
  const known = await valueLookups(uri, targets, new Map());
  const urls = targets.map(({ url }) => url);
  if (!(await isAllowed(hostsKnownIn(urls, (text) => resolvedPath(text, known))))) return undefined;
  const lookups = await lookupsFor(uri, targets, secrets);
  if (lookups === undefined) return undefined;
  const input = inputOf(source, lookups);
  return (await isAllowed(remoteHosts(input.requests))) ? { input, lookups } : undefined;
}

/** The input of a run from what its targets need. */
function inputOf({ uri, name, targets }: RunSource, lookups: Lookups): PreparedInput {
  const prepared = prepareTargets(targets, lookups);
  const { secrets } = environmentOf(uri);
  return {
    name,
    targets: maskTargets(targets, secrets),
    ...prepared,
    secrets: [...prepared.secrets, ...secrets],
    file: uri.scheme === 'untitled' ? null : { path: uri.fsPath, shownAs: shownAs(uri) },
  };
}

async function readDotenv(uri: Uri): Promise<Readonly<Record<string, string | undefined>>> {
  const bytes = await readIfThere(placeOf(uri, '.env'));
  return bytes === undefined ? {} : parseEnv(new TextDecoder().decode(bytes));
}

/** Returns the bytes of a file; undefined, after a call of `unread` with the code, if it can't be read. */
async function readIfThere(uri: Uri, unread?: (code: unknown) => void): Promise<Uint8Array | undefined> {
  try {
    return await workspace.fs.readFile(uri);
  } catch (error) {
    unread?.(codeOf(error));
    return undefined;
  }
}
