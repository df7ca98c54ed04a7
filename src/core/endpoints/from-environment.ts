import { LoadlensError } from '../errors.ts';
import { placeholdersIn, prepareTarget, secretValues, type Lookups } from './prepare.ts';
import type { PreparedRequest, Target } from './types.ts';
import { credentialHeaders } from './vocabulary.ts';

/** Where there is no editor to keep secrets: everything that is not in the file comes from the environment. */
export interface EnvironmentLookups extends Pick<Lookups, 'bodyFile' | 'shownAs' | 'stream'> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The environment variable that holds the value of `{{$secret name}}`. */
export const secretVariable = (name: string): string =>
  `LOADLENS_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/**
 * Targets ready to send, and every value that must not appear in anything kept. Throws a LoadlensError that names file, line
 * and variable when a value is missing.
 */
export function prepareFromEnvironment(
  targets: readonly Target[],
  { env, bodyFile, shownAs, stream }: EnvironmentLookups,
): { requests: PreparedRequest[]; secrets: string[] } {
  const lookups: Lookups = {
    env: (name) => env[name],
    secret: (name) => env[secretVariable(name)],
    bodyFile,
    shownAs,
    stream,
  };
  for (const target of targets) checkSecrets(target, lookups);
  const requests = targets.map((target) => prepareTarget(target, lookups));
  return { requests, secrets: [...secretValues(targets, lookups), ...credentialsOf(requests)] };
}

/** Throws for a secret without a value, naming the variable that it comes from here. */
function checkSecrets(target: Target, lookups: Lookups): void {
  const missing = placeholdersIn(target).secrets.find((name) => lookups.secret(name) === undefined);
  if (missing === undefined) return;
  throw new LoadlensError(`${lookups.shownAs}:${target.range.start.line + 1}: The secret ${missing} has no value.`, {
    hint: `Set the environment variable ${secretVariable(missing)}.`,
  });
}

/** What headers like Authorization carry, with and without its scheme: a server may echo it, a report must not. */
export function credentialsOf(requests: readonly Pick<PreparedRequest, 'headers'>[]): Set<string> {
  const headers = requests.flatMap((request) => request.headers);
  const values = headers.filter(([name]) => credentialHeaders.has(name.toLowerCase())).map(([, value]) => value);
  return new Set(values.flatMap((value) => [value, value.replace(/^\S+\s+/, '')]));
}
