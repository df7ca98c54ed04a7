import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LoadlensApi } from '../../../src/extension/api.ts';
import { freePort } from '../../../src/side-servers/ready.ts';

/** The activated extension's own view of its runs. */
export async function api(): Promise<LoadlensApi> {
  const extension = vscode.extensions.getExtension<LoadlensApi>('loadlens.loadlens');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** Writes a file into the workspace and opens it in an editor. */
export async function openFile(name: string, text: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  const uri = vscode.Uri.joinPath(folder.uri, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

/** Replaces the whole text of an editor, as typing would. */
export async function type(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

/** The lenses of a document, top first. */
export const codeLenses = (document: vscode.TextDocument): Thenable<vscode.CodeLens[]> =>
  vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 1000);

/** Titles of the lenses with their lines, top first. */
export async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await codeLenses(document);
  return found.map((lens) => `${lens.range.start.line}: ${lens.command?.title}`);
}

/** Sets one of our settings for all workspaces. */
export const set = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('loadlens').update(name, value, vscode.ConfigurationTarget.Global);

const mockSettings = ['mock.port', 'mock.timeScale', 'mock.autoStart'] as const;

/** Sets a fast mock server on a free port, which the first run that needs it starts. Returns the port. */
export async function useMockServer(): Promise<number> {
  const port = await freePort();
  await set('mock.port', port);
  await set('mock.timeScale', 0.01);
  await set('mock.autoStart', true);
  return port;
}

/** Stops that server, restores its settings, and closes all editors. */
export async function forgetMockServer(): Promise<void> {
  await vscode.commands.executeCommand('loadlens.stopMockServer');
  for (const name of mockSettings) await set(name, undefined);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
