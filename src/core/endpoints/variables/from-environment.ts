import { LoadlensError } from '../../errors.ts';
import { placeholdersIn, prepareTargets, type Lookups, type ValueLookups } from '../prepare.ts';
import type { PreparedRequest, Target } from '../types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where there is no editor to keep secrets: everything that is not in the file comes from the environment. */
export interface EnvironmentLookups extends Pick<Lookups, 'bodyFile' | 'shownAs' | 'stream'> {
  readonly env: Environment;
  /** What the `.env` file holds. Absent: the environment has its values, as in a worker of Artillery. */
  readonly dotenv?: Environment;
}

/** The environment variable that holds the value of `{{$secret name}}`. */
export const secretVariable = (name: string): string =>
  `LOADLENS_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/** Returns where placeholders get their values without an editor. */
export const valuesFromEnvironment = (env: Environment, dotenv?: Environment): ValueLookups => ({
  env: (name) => env[name],
  secret: (name) => env[secretVariable(name)],
  ...(dotenv && { dotenv: (name: string) => dotenv[name] }),
});

/**
 * Targets ready to send, and every value that must not appear in anything kept. Throws a LoadlensError that names file, line
 * and variable when a value is missing.
 */
export function prepareFromEnvironment(
  targets: readonly Target[],
  { env, dotenv, bodyFile, shownAs, stream }: EnvironmentLookups,
): { requests: PreparedRequest[]; secrets: string[] } {
  const lookups: Lookups = { ...valuesFromEnvironment(env, dotenv), bodyFile, shownAs, stream };
  for (const target of targets) checkSecrets(target, lookups);
  return prepareTargets(targets, lookups);
}

/** Throws for a secret without a value, naming the variable that it comes from here. */
function checkSecrets(target: Target, lookups: Lookups): void {
  const missing = placeholdersIn(target).secrets.find((name) => lookups.secret(name) === undefined);
  if (missing === undefined) return;
  throw new LoadlensError(`${lookups.shownAs}:${target.range.start.line + 1}: Secret ${missing} not found.`, {
    hint: `Set the environment variable ${secretVariable(missing)}.`,
  });
}
