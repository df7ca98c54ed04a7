import { workspace, type Uri } from 'vscode';
import { filesOf } from '../../core/endpoints/prepare-llm.ts';
import { placeholdersIn, prepareTarget, secretValues, type Lookups } from '../../core/endpoints/prepare.ts';
import type { Target } from '../../core/endpoints/types.ts';
import type { RunInput } from '../../core/plan/types.ts';
import { shownAs } from './documents.ts';
import { placeOf } from './files.ts';
import type { Secrets } from './secrets.ts';
import { textSetting } from './settings.ts';

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

/** Reads the bodies and prompts that targets name; one that can't be read is left to the preparation, which names file and line. */
export async function readBodies(uri: Uri, targets: readonly Target[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const paths = new Set(targets.flatMap(filesOf));
  const bodies = new Map<string, Uint8Array>();
  for (const path of paths) {
    try {
      bodies.set(path, await workspace.fs.readFile(placeOf(uri, path)));
    } catch {
      continue;
    }
  }
  return bodies;
}

/**
 * Makes targets ready to send: reads bodies, looks up environment and secrets, asking for secrets that are missing.
 * Undefined when the user went away from such a question; a LoadlensError names what is missing and where.
 */
export async function prepareInput(source: RunSource, secrets: Secrets): Promise<PreparedInput | undefined> {
  const { uri, name, targets } = source;
  const values = await secrets.resolve(targets.flatMap((target) => placeholdersIn(target).secrets));
  if (values === undefined) return undefined;
  const bodies = await readBodies(uri, targets);
  const lookups: Lookups = {
    env: (variable) => process.env[variable],
    secret: (secret) => values.get(secret),
    bodyFile: (path) => bodies.get(path),
    shownAs: shownAs(uri),
    stream: wantsStream(uri),
  };
  return {
    name,
    targets,
    requests: targets.map((target) => prepareTarget(target, lookups)),
    secrets: secretValues(targets, lookups),
    file: uri.scheme === 'untitled' ? null : { path: uri.fsPath, shownAs: shownAs(uri) },
  };
}
