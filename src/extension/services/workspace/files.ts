import { FileType, Uri, ViewColumn, window, workspace } from 'vscode';
import type { TabGroup, TextDocument, TextDocumentShowOptions } from 'vscode';
import { isAbsolute } from 'node:path';
import { languageId } from '../../contributions.ts';
import { isEndpoints, shownAs } from './documents.ts';
import { isPanelTab } from './panel-tab.ts';

const pattern = '**/{endpoints.txt,*.endpoints,*.endpoints.txt}';
const mostFiles = 200;

/**
 * Returns every endpoints file that the user may mean: the active editor's first, then open ones, then those of the
 * workspace.
 */
export async function findEndpointsFiles(): Promise<readonly Uri[]> {
  const active = window.activeTextEditor?.document;
  const open = workspace.textDocuments.filter((document) => isEndpoints(document) && !document.isClosed);
  const found = await workspace.findFiles(pattern, '**/node_modules/**', mostFiles);
  const inOrder = [
    ...(active !== undefined && isEndpoints(active) ? [active.uri] : []),
    ...open.map((document) => document.uri),
    ...found.toSorted((a, b) => shownAs(a).localeCompare(shownAs(b))),
  ];
  return [...new Map(inOrder.map((uri) => [uri.toString(), uri])).values()];
}

/** Returns the file with the relative path of a record; undefined if it no longer exists. */
export async function findSource(file: string): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  const candidates = folders.map((folder) => Uri.joinPath(folder.uri, file));
  // With several folders open, the path starts with the name of the folder.
  for (const { name, uri } of folders) {
    if (file.startsWith(`${name}/`)) candidates.push(Uri.joinPath(uri, file.slice(name.length + 1)));
  }
  if (/^([a-z]:)?\//i.test(file)) candidates.push(Uri.file(file));
  for (const uri of candidates) if (await isFile(uri)) return uri;
  return workspace.textDocuments.find((document) => isEndpoints(document) && shownAs(document.uri) === file)?.uri;
}

/** Resolves a path in an endpoints file, relative to the folder of that file. */
export const placeOf = (file: Uri, path: string): Uri =>
  isAbsolute(path) ? Uri.file(path) : Uri.joinPath(file, '..', path);

/** True when there is a file at this place. */
export async function isFile(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}

const isPanel = ({ activeTab }: TabGroup): boolean => activeTab !== undefined && isPanelTab(activeTab);

/** Shows a document next to the results panel if it would cover it otherwise. */
export async function showText(document: TextDocument, options: TextDocumentShowOptions = {}): Promise<void> {
  const { activeTabGroup, all } = window.tabGroups;
  const other = all.find((group) => !isPanel(group));
  const viewColumn = isPanel(activeTabGroup) ? (other?.viewColumn ?? ViewColumn.Beside) : activeTabGroup.viewColumn;
  await window.showTextDocument(document, { viewColumn, ...options });
}

/** Opens a new, unsaved endpoints file with this text. */
export const openUntitled = async (content: string): Promise<void> => {
  await showText(await workspace.openTextDocument({ language: languageId, content }));
};

/** A text whose addresses of a server on this machine, and mentions of `--port`, have another port. */
export const withPort = (text: string, from: number, to: number): string =>
  text
    .replaceAll(new RegExp(`(127\\.0\\.0\\.1|localhost|0\\.0\\.0\\.0):${from}(?!\\d)`, 'g'), `$1:${to}`)
    .replaceAll(new RegExp(`--port ${from}(?!\\d)`, 'g'), `--port ${to}`);

/** Returns the folder of the workspace, asking if there are several; undefined without one or if the user left. */
export async function pickFolder(): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0]?.uri;
  return (await window.showWorkspaceFolderPick({ placeHolder: 'Select a folder' }))?.uri;
}
