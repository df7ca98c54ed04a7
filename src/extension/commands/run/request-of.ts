import type { Uri } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import { choicesOfPlan, type PlanChoices } from '../../../core/plan/plan.ts';
import { choicesOfSearch, choicesOfSweep } from '../../../core/plan/repeat.ts';
import { isRun, sourceOf, type ResultRecord } from '../../../core/report/formats/results.ts';
import { searchOf } from '../../../core/record/sweeps/search-of.ts';
import type { SweepRecord } from '../../../core/record/sweeps/sweep.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { findSource } from '../../services/workspace/files.ts';
import type { RunRequest } from './launch.ts';
import type { Repeat, SweepLoad } from './plans.ts';

/** The file that a result is of. Throws a LoadlensError if it's not there. */
export async function fileOfResult(result: ResultRecord): Promise<Uri> {
  const source = sourceOf(result);
  const uri = source === null ? undefined : await findSource(source.file);
  if (uri !== undefined) return uri;
  throw new LoadlensError('The file of this run is not in the workspace.', {
    hint: 'Open the folder that holds it, then run it again.',
  });
}

/** The request that started a run or a sweep. The file overrides its options unless it is repeated exactly. */
export async function requestOf(result: RunRecord | SweepRecord, exactly: boolean): Promise<RunRequest> {
  const source = sourceOf(result);
  const uri = await fileOfResult(result);
  const [first] = isRun(result) ? [result] : result.levels;
  const single = result.name !== source?.file && first?.targetCount === 1;
  const repeat: Repeat = exactly && first !== undefined ? { kind: 'exactly', of: first } : { kind: 'again' };
  return { uri, ...(single ? { target: result.name } : {}), repeat, ...loadOf(result) };
}

/** Returns options and load of a result. A search is repeated as a search. */
function loadOf(result: RunRecord | SweepRecord): SweepLoad & { readonly choices: PlanChoices } {
  if (isRun(result)) return { choices: choicesOfPlan(result.plan) };
  const plans = result.levels.map(({ plan }) => plan);
  const found = searchOf(result);
  if (found !== undefined) {
    const { by, objectives, range } = found;
    return { choices: choicesOfSearch(found, plans), search: { by, objectives, range } };
  }
  const { planned, rates } = result;
  return { choices: choicesOfSweep(plans), ...(rates === undefined ? { levels: planned } : { rates: rates.planned }) };
}
