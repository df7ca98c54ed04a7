import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { valuesFromEnvironment } from '../../core/endpoints/variables/from-environment.ts';
import { resolvedPath } from '../../core/endpoints/prepare.ts';
import { ExitCode } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { recordId } from '../../core/record/make-run.ts';
import { makeLoad } from '../../core/scale-out/load.ts';
import { readGitState } from '../../engine/machine/git.ts';
import { withBaseline } from '../baselines/limits.ts';
import { loadFile, makeInput, readDotenv } from '../load-file.ts';
import { checkMayLoad, onScreen } from '../output/measure.ts';
import { checkIdleOptions } from '../options/idle-options.ts';
import { checkLoadOptions, choicesOf, defaultFile, isSound, loadOf } from '../commands/run-command.ts';
import type { PlanOptions } from '../options/plan-options.ts';
import { checkFree, writeProject } from './project-folder.ts';

/** Parsed options of `loadlens export artillery`. */
export interface ExportOptions extends PlanOptions {
  readonly workers: number;
  readonly out: string;
  readonly allowHost?: readonly string[];
  readonly quiet?: true;
}

/** Runs `loadlens export artillery` and returns the exit code. @throws LoadlensError for errors that the user can fix */
export async function exportArtilleryCommand(
  name: string | undefined,
  options: ExportOptions,
  version: string,
): Promise<ExitCode> {
  // Here, workers are Artillery's. Each sends from one event loop.
  const { workers, ...planned } = options;
  const { out, allowHost, quiet = false } = options;
  checkLoadOptions(planned);
  const loaded = loadFile(name ?? defaultFile, options.environment, options.var);
  if (!isSound(loaded, quiet)) return ExitCode.usage;
  checkFree(out);
  const choices = choicesOf(planned);
  const input = withBaseline(makeInput(loaded, choices), loaded, undefined);
  const { plan, targets, requests } = input;
  checkIdleOptions(choices, [plan]);
  const parts = {
    id: recordId(new Date(), Math.random),
    loadlens: version,
    name: input.name,
    plan,
    shares: workers,
    targets,
    ...(choices.stream !== undefined && { stream: choices.stream }),
    source: { file: loaded.shownAs, ...(await readGitState(loaded.path)) },
  };
  const values = valuesFromEnvironment(process.env, readDotenv(dirname(loaded.path)));
  const load = makeLoad(
    parts,
    (written) => {
      const path = resolvedPath(written, values);
      return path && readFileSync(resolve(dirname(loaded.path), path)).toString('base64');
    },
    loaded.secrets,
  );
  return onScreen(quiet, async (screen) => {
    const refused = await checkMayLoad({ requests, load: loadOf(plan), allowHost }, screen.signal);
    if (refused !== undefined) return refused;
    writeProject(out, load);
    const folder = relative(process.cwd(), resolve(out)) || '.';
    if (plan.tokenizer !== undefined)
      screen.note("Workers have no tokenizer: tokens that the server doesn't report stay uncounted, or are chunks.");
    screen.print(
      `Wrote an Artillery project with ${formatCount(workers)} workers to ${folder}. See ${folder}/README.md, then run:\n\n  cd ${folder} && npm start\n`,
    );
    return ExitCode.done;
  });
}
