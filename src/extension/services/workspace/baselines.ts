import { FileSystemError, Uri, workspace } from 'vscode';
import { readBaseline, type Baseline } from '../../../core/record/comparisons/baseline.ts';
import { baselineNotFound, type FoundBaseline } from '../../../core/report/comparisons/relative-objectives.ts';
import { isBaselineName } from '../../../core/values/relations.ts';

/** Folder of the baselines of a file: in its workspace folder, or next to a file outside of one. */
export const baselineFolder = (file: Uri): Uri =>
  Uri.joinPath(workspace.getWorkspaceFolder(file)?.uri ?? Uri.joinPath(file, '..'), '.loadlens', 'baselines');

/** The file of a baseline, which may not exist. */
export const baselineUri = (file: Uri, name: string): Uri => Uri.joinPath(baselineFolder(file), `${name}.json`);

/** Reads a baseline. Throws when it isn't there or can't be read. */
export async function loadBaseline(file: Uri, name: string): Promise<Baseline> {
  const bytes = await workspace.fs.readFile(baselineUri(file, name));
  return readBaseline(JSON.parse(new TextDecoder().decode(bytes)));
}

/** The baseline of relative objectives, or why there is none. */
export async function findBaseline(file: Uri, name: string): Promise<FoundBaseline> {
  if (!isBaselineName(name)) return { name, problem: baselineNotFound(name) };
  try {
    return await loadBaseline(file, name);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound')
      return { name, problem: baselineNotFound(name) };
    const why = error instanceof Error ? error.message : String(error);
    return { name, problem: `baseline ${name} can't be read: ${why}` };
  }
}
