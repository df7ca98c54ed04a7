import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { chosenEnvironment } from '../core/endpoints/variables/environments.ts';
import { checkVariables } from '../core/endpoints/variables/override.ts';
import { parseEndpoints } from '../core/endpoints/parse.ts';
import { prepareFromEnvironment } from '../core/endpoints/variables/from-environment.ts';
import type { EndpointsFile, Problem, Target, RunTarget } from '../core/endpoints/types.ts';
import { LoadlensError } from '../core/errors.ts';
import { makePlan, type PlanChoices } from '../core/plan/plan.ts';
import type { Objective } from '../core/vocabulary.ts';
import type { RunInput } from '../core/plan/types.ts';
import { giveMemoryBack, keepHeapSmall } from './small-heap.ts';

/** Of a larger file the heap is kept small, characters. */
const largeFile = 2_000_000;

/** What the command line adds to an endpoints file. */
export interface FileChoices extends PlanChoices {
  /** Whether language models are asked for a stream, whatever the file says. */
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
  /** Values of the chosen environment that must not appear in anything kept. */
  readonly secrets: readonly string[];
}

/**
 * Reads and parses an endpoints file. Throws a LoadlensError when it can't be read.
 * @param environment name of an environment of `http-client.env.json`
 * @param overrides values of the file's variables, by name, in place of those that the file and the environment have
 */
export function loadFile(name: string, environment?: string, overrides: Variables = {}): LoadedFile {
  const path = resolve(name);
  const shownAs = relative(process.cwd(), path).split(sep).join('/');
  const text = readText(name, path, shownAs);
  if (text.length > largeFile) keepHeapSmall();
  const { secrets, ...values } = chosenEnvironment(foldersAround(dirname(path)), readTextIfThere, environment);
  checkVariables(text, overrides, values.values, shownAs);
  const file = parseEndpoints(text, { ...values, overrides });
  giveMemoryBack();
  return { path, shownAs, file, secrets };
}

function readTextIfThere(folder: string, file: string): string | undefined {
  const bytes = readIfThere(join(folder, file));
  return bytes && new TextDecoder().decode(bytes);
}

/** A folder and those around it. */
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
    throw new LoadlensError(`Can't read file ${shownAs}: ${String(code ?? cause)}.`, {
      hint: 'Check its permissions, or specify another file.',
      cause,
    });
  }
}

/** A problem as one line, in the form that editors and terminals turn into links. */
export function problemLine(shownAs: string, { range, severity, message, hint }: Problem): string {
  return `${shownAs}:${range.start.line + 1}:${range.start.character + 1}: ${severity}: ${message}  ${hint}`;
}

/** Everything a run needs, with the places of the targets in their file. */
interface FileInput extends RunInput {
  readonly targets: readonly Target[];
}

/** Everything a run needs, from a file without errors. Throws a LoadlensError for a missing value, body or bad choice. */
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
    bodyFile: bodyReader(folder),
    shownAs,
    stream,
  });
  giveMemoryBack();
  return {
    name: shownAs,
    plan,
    targets,
    ...prepared,
    secrets: [...prepared.secrets, ...secrets],
    file: { path, shownAs },
  };
}

/** Returns what a run needs of its input: in a large file the places of the targets take tens of megabytes. */
export function withoutPlaces({ targets, ...input }: FileInput): RunInput {
  const placeless = targets.map((target): RunTarget => {
    const { name, method, url, headers, weight, objectives, body, llm, variables } = target;
    // Most targets have no more than these: an object made at once is the smallest.
    const plain = { name, method, url, headers, weight, objectives };
    return (body ?? llm ?? variables) === undefined
      ? plain
      : { ...plain, ...(body && { body }), ...(llm && { llm }), ...(variables && { variables }) };
  });
  return { ...input, targets: placeless };
}

/** The target with headers of the command line, each in the place of the target's own of that name. */
function withHeaders(target: Target, headers: FileChoices['headers']): Target {
  if (headers.length === 0) return target;
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  return { ...target, headers: [...target.headers.filter(([name]) => !given.has(name.toLowerCase())), ...headers] };
}

/** The target without its `@stream`: the command line says it. */
function silent(target: Target): Target {
  const { stream: _, ...llm } = target.llm ?? {};
  return target.llm === undefined ? target : { ...target, llm };
}

/** Reads what the `.env` file of a folder holds; nothing when there is none. */
export function readDotenv(folder: string): Readonly<Record<string, string | undefined>> {
  const bytes = readIfThere(join(folder, '.env'));
  return bytes === undefined ? {} : parseEnv(new TextDecoder().decode(bytes));
}

/** Reads body files relative to a folder, each once. */
function bodyReader(folder: string): (path: string) => Uint8Array | undefined {
  const bodies = new Map<string, Uint8Array | undefined>();
  return (path) => {
    if (!bodies.has(path)) bodies.set(path, readIfThere(resolve(folder, path)));
    return bodies.get(path);
  };
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
