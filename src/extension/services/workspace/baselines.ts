import { EventEmitter, FileSystemError, FileType, RelativePattern, Uri, workspace } from 'vscode';
import type { Disposable, Event, LogOutputChannel } from 'vscode';
import { baselineFileText, readBaseline, type Baseline } from '../../../core/record/comparisons/baseline.ts';
import { baselineNotFound, type FoundBaseline } from '../../../core/report/comparisons/relative-objectives.ts';
import { isBaselineName } from '../../../core/values/relations.ts';

/** A baseline and its file. */
export interface KeptBaseline {
  readonly uri: Uri;
  readonly baseline: Baseline;
}

/** The baselines of the workspace: files that a team can commit with its code. */
export interface Baselines extends Disposable {
  readonly onDidChange: Event<void>;
  /** Those that have been read. The first call starts reading, and onDidChange reports the end. */
  readonly known: () => readonly KeptBaseline[];
  /** Reads them again where files have changed. */
  readonly all: () => Promise<readonly KeptBaseline[]>;
  /** Writes a baseline in place of one of the same name. */
  readonly save: (uri: Uri, baseline: Baseline) => Promise<void>;
}

/** More files than a person keeps. */
const mostBaselines = 50;

const inFolder = (folder: Uri): Uri => Uri.joinPath(folder, '.loadlens', 'baselines');

/** The file of a baseline of an endpoints file: in its workspace folder, or next to a file outside of one. */
export const baselineUri = (file: Uri, name: string): Uri =>
  Uri.joinPath(inFolder(workspace.getWorkspaceFolder(file)?.uri ?? Uri.joinPath(file, '..')), `${name}.json`);

async function read(uri: Uri): Promise<Baseline> {
  const bytes = await workspace.fs.readFile(uri);
  return readBaseline(JSON.parse(new TextDecoder().decode(bytes)));
}

/** The baseline of relative objectives, or why there is none. */
export async function findBaseline(file: Uri, name: string): Promise<FoundBaseline> {
  if (!isBaselineName(name)) return { name, problem: baselineNotFound(name) };
  try {
    return await read(baselineUri(file, name));
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound')
      return { name, problem: baselineNotFound(name) };
    const why = error instanceof Error ? error.message : String(error);
    return { name, problem: `baseline ${name} can't be read: ${why}` };
  }
}

/** Creates the Baselines. Nothing is read before somebody asks. */
export function createBaselines(log: LogOutputChannel): Baselines {
  const changed = new EventEmitter<void>();
  let reading: Promise<readonly KeptBaseline[]> | undefined;
  let known: readonly KeptBaseline[] = [];

  const readFolder = async (folder: Uri): Promise<KeptBaseline[]> => {
    const entries = await workspace.fs.readDirectory(inFolder(folder)).then(
      (found) => found,
      () => [],
    );
    const files = entries.filter(([name, type]) => (type & FileType.File) !== 0 && name.endsWith('.json'));
    const kept: KeptBaseline[] = [];
    for (const [name] of files.toSorted(([a], [b]) => a.localeCompare(b)).slice(0, mostBaselines)) {
      const uri = Uri.joinPath(inFolder(folder), name);
      try {
        kept.push({ uri, baseline: await read(uri) });
      } catch (error) {
        log.warn(`${workspace.asRelativePath(uri)} is no baseline: ${String(error)}`);
      }
    }
    return kept;
  };
  const readAll = async (): Promise<readonly KeptBaseline[]> => {
    const folders = workspace.workspaceFolders ?? [];
    return (await Promise.all(folders.map(({ uri }) => readFolder(uri)))).flat();
  };
  const all = (): Promise<readonly KeptBaseline[]> => {
    if (reading !== undefined) return reading;
    const now = readAll().then((found) => {
      if (reading !== now) return found;
      known = found;
      changed.fire();
      return found;
    });
    reading = now;
    return now;
  };
  const refresh = (): void => {
    if (reading === undefined) return;
    reading = undefined;
    void all();
  };

  const watchers = (workspace.workspaceFolders ?? []).map((folder) =>
    workspace.createFileSystemWatcher(new RelativePattern(folder, '.loadlens/baselines/*.json')),
  );
  const watching = watchers.flatMap((watcher) => [
    watcher,
    watcher.onDidChange(refresh),
    watcher.onDidCreate(refresh),
    watcher.onDidDelete(refresh),
  ]);
  return {
    onDidChange: changed.event,
    known: () => {
      void all();
      return known;
    },
    all,
    save: async (uri, baseline) => {
      const part = uri.with({ path: `${uri.path}.part` });
      await workspace.fs.writeFile(part, new TextEncoder().encode(baselineFileText(baseline)));
      await workspace.fs.rename(part, uri, { overwrite: true });
      reading = undefined;
      await all();
    },
    dispose: () => {
      for (const part of [changed, ...watching]) part.dispose();
    },
  };
}
