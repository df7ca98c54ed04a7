import { errorAt } from '../../errors.ts';
import { placeholdersIn, prepareTargets, type Lookups, type ValueLookups } from '../prepare.ts';
import type { PreparedRequest, Target } from '../types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Sources without an editor: all values from outside the file are environment variables. */
export interface EnvironmentLookups extends Pick<Lookups, 'bodyFile' | 'unread' | 'digest' | 'shownAs' | 'stream'> {
  readonly env: Environment;
  /** Values of the `.env` file. Absent: read from the environment, as in a worker of Artillery. */
  readonly dotenv?: Environment;
}

/** Returns the environment variable for `{{$secret name}}`. */
export const secretVariable = (name: string): string =>
  `LOADLENS_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/** Returns the sources of placeholder values without an editor. */
export const valuesFromEnvironment = (env: Environment, dotenv?: Environment): ValueLookups => ({
  env: (name) => env[name],
  secret: (name) => env[secretVariable(name)],
  ...(dotenv && { dotenv: (name: string) => dotenv[name] }),
});

/**
 * Returns the requests of targets, and the values that must not be stored.
 * @throws LoadlensError with file, line, and variable for a missing value
 */
export function prepareFromEnvironment(
  targets: readonly Target[],
  { env, dotenv, ...rest }: EnvironmentLookups,
): { requests: PreparedRequest[]; secrets: string[] } {
  const lookups: Lookups = { ...valuesFromEnvironment(env, dotenv), ...rest };
  for (const target of targets) checkSecrets(target, lookups);
  return prepareTargets(targets, lookups);
}

/** @throws LoadlensError for a secret without a value, with its environment variable */
function checkSecrets(target: Target, lookups: Lookups): void {
  const missing = placeholdersIn(target).secrets.find((name) => lookups.secret(name) === undefined);
  if (missing === undefined) return;
  const place = { file: lookups.shownAs, line: target.range.start.line + 1 };
  throw errorAt(place, `Secret ${missing} not found.`, `Set the environment variable ${secretVariable(missing)}.`);
}
