import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { chosenEnvironment, isPrivate } from '../core/endpoints/variables/environments.ts';
import { checkVariables } from '../core/endpoints/variables/override.ts';
import { maskTargets } from '../core/endpoints/mask.ts';
import { parseEndpoints } from '../core/endpoints/parse.ts';
import type { Lookups } from '../core/endpoints/prepare.ts';
import { prepareFromEnvironment } from '../core/endpoints/variables/from-environment.ts';
import { codeOf } from '../core/endpoints/unread-file.ts';
import type { EndpointsFile, Problem, Target, RunTarget } from '../core/endpoints/types.ts';
import { LoadlensError } from '../core/errors.ts';
import { makePlan, type PlanChoices } from '../core/plan/plan.ts';
import type { Objective } from '../core/vocabulary.ts';
import type { RunInput } from '../core/plan/types.ts';
import { giveMemoryBack, keepHeapSmall } from './small-heap.ts';

/** Size from which the heap is kept small, in characters. */
const largeFile = 2_000_000;

/** Choices of the command line that go beyond the plan. */
export interface FileChoices extends PlanChoices {
  /** Response mode of all LLM targets, in place of the file's. */
  readonly stream?: boolean | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly objectives: readonly Objective[];
}

/** Values of variables, by name. */
export type Variables = Readonly<Record<string, string>>;

/** An endpoints file as read. */
export interface LoadedFile {
  readonly path: string;
  readonly shownAs: string;
  readonly file: EndpointsFile;
  /** Values of private variables, which must not appear in anything kept. */
  readonly secrets: readonly string[];
}

/**
 * Reads and parses an endpoints file.
 * @param environment name of an environment of `http-client.env.json`
 * @param overrides values of variables, by name, in place of those in the file and the environment
 * @throws LoadlensError if it can't be read
 */
export function loadFile(name: string, environment?: string, overrides: Variables = {}): LoadedFile {
  const path = resolve(name);
  const shownAs = relative(process.cwd(), path).split(sep).join('/');
  const text = readText(name, path, shownAs);
  if (text.length > largeFile) keepHeapSmall();
  const { secrets, privateNames, ...values } = chosenEnvironment(
    foldersAround(dirname(path)),
    readTextIfThere,
    environment,
  );
  checkVariables(text, overrides, values.values, shownAs);
  const file = parseEndpoints(text, { ...values, overrides });
  giveMemoryBack();
  const instead = privateNames.flatMap((variable) => overrides[variable] ?? []).filter(isPrivate);
  return { path, shownAs, file, secrets: [...secrets, ...instead] };
}

function readTextIfThere(folder: string, file: string): string | undefined {
  const bytes = readIfThere(join(folder, file));
  return bytes && new TextDecoder().decode(bytes);
}

/** Returns a folder and its ancestors, innermost first. */
function foldersAround(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAround(above)];
}

function readText(name: string, path: string, shownAs: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (/^https?:\/\//i.test(name)) {
      throw new LoadlensError(`${name} is a URL, not an endpoints file.`, {
        hint: 'Write the URL to endpoints.txt, then run: loadlens run endpoints.txt',
        cause,
      });
    }
    if (code === 'ENOENT') {
      throw new LoadlensError(`File ${shownAs} not found.`, {
        hint: 'Create it with one URL per line, or specify another file: loadlens run my-endpoints.txt',
        cause,
      });
    }
    if (code === 'EISDIR') {
      throw new LoadlensError(`${shownAs || name} is a folder.`, {
        hint: 'Name an endpoints file in it, such as endpoints.txt.',
        cause,
      });
    }
    throw new LoadlensError(`Can't read file ${shownAs}: ${String(code ?? cause)}.`, {
      hint: 'Check its permissions, or specify another file.',
      cause,
    });
  }
}

/** Returns a problem as one line, in the form that editors and terminals turn into links. */
export function problemLine(shownAs: string, { range, severity, message, hint }: Problem): string {
  return `${shownAs}:${range.start.line + 1}:${range.start.character + 1}: ${severity}: ${message} ${hint}`;
}

/** The input of a run, with the positions of its targets in the file. */
interface FileInput extends RunInput {
  readonly targets: readonly Target[];
}

/**
 * Returns the input of a run from a file without errors.
 * @throws LoadlensError for a missing value, a missing body file, or an invalid choice
 */
export function makeInput({ path, shownAs, file, secrets }: LoadedFile, choices: FileChoices): FileInput {
  const plan = makePlan(choices, { ...file, objectives: [...file.objectives, ...choices.objectives] });
  const { stream } = choices;
  const targets = file.targets.map((target) =>
    withHeaders(stream === undefined ? target : silent(target), choices.headers),
  );
  const env = process.env;
  const folder = dirname(path);
  const prepared = prepareFromEnvironment(targets, {
    env,
    dotenv: readDotenv(folder),
    ...bodyReader(folder),
    digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    shownAs,
    stream,
  });
  giveMemoryBack();
  return {
    name: shownAs,
    plan,
    targets: maskTargets(targets, secrets),
    ...prepared,
    secrets: [...prepared.secrets, ...secrets],
    file: { path, shownAs },
  };
}

/** Returns the input without the targets' positions: in a large file, they take tens of megabytes. */
export function withoutPlaces({ targets, ...input }: FileInput): RunInput {
  const placeless = targets.map((target): RunTarget => {
    const { name, method, url, headers, weight, objectives, body, llm, variables } = target;
    // Most targets have only these members, and an object literal takes the least memory.
    const plain = { name, method, url, headers, weight, objectives };
    return (body ?? llm ?? variables) === undefined
      ? plain
      : { ...plain, ...(body && { body }), ...(llm && { llm }), ...(variables && { variables }) };
  });
  return { ...input, targets: placeless };
}

/** Returns the target with the headers of the command line, which replace its own headers of that name. */
function withHeaders(target: Target, headers: FileChoices['headers']): Target {
  if (headers.length === 0) return target;
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  return { ...target, headers: [...target.headers.filter(([name]) => !given.has(name.toLowerCase())), ...headers] };
}

/** Returns the target without its `@stream`, which an option overrides. */
function silent(target: Target): Target {
  const { stream: _, ...llm } = target.llm ?? {};
  return target.llm === undefined ? target : { ...target, llm };
}

/** Returns the values of the `.env` file in a folder; empty if there is none. */
export function readDotenv(folder: string): Readonly<Record<string, string | undefined>> {
  const bytes = readIfThere(join(folder, '.env'));
  return bytes === undefined ? {} : parseEnv(new TextDecoder().decode(bytes));
}

/** Returns a reader of body files relative to a folder. It reads each file once. */
function bodyReader(folder: string): Pick<Lookups, 'bodyFile' | 'unread'> {
  const bodies = new Map<string, Uint8Array | undefined>();
  const codes = new Map<string, unknown>();
  return {
    bodyFile: (path) => {
      if (!bodies.has(path))
        bodies.set(
          path,
          readIfThere(resolve(folder, path), (code) => codes.set(path, code)),
        );
      return bodies.get(path);
    },
    unread: (path) => codes.get(path),
  };
}

/** Returns the bytes of a file; undefined, after a call of `unread` with the code, if it can't be read. */
function readIfThere(path: string, unread?: (code: unknown) => void): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    unread?.(codeOf(error));
    return undefined;
  }
}
