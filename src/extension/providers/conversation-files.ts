import { Diagnostic, DiagnosticSeverity, workspace, type TextDocument } from 'vscode';
import { readConversations } from '../../core/endpoints/data/conversations.ts';
import { parseDocument } from '../services/workspace/documents.ts';
import { isFile, placeOf } from '../services/workspace/files.ts';
import { rangeOfFile } from './missing-files.ts';

/** Maximum size of a file that is read while its endpoints file is edited, bytes. Larger ones are read by the run. */
const mostBytes = 4 << 20;

/** Returns a problem for each conversations file that is empty or has an invalid entry. Missing ones have a problem already. */
export async function wrongConversations(document: TextDocument): Promise<Diagnostic[]> {
  if (document.isUntitled) return [];
  const found: Diagnostic[] = [];
  for (const target of parseDocument(document).targets) {
    const path = target.llm?.conversations;
    if (path === undefined || path.includes('{{')) continue;
    const wrong = await problemOf(document, path);
    if (wrong === undefined) continue;
    const diagnostic = new Diagnostic(rangeOfFile(document, target, path), wrong, DiagnosticSeverity.Error);
    diagnostic.source = 'Loadlens';
    diagnostic.code = 'bad-conversations';
    found.push(diagnostic);
  }
  return found;
}

/** Returns what is wrong with a file and what to do; undefined if nothing is. */
async function problemOf(document: TextDocument, path: string): Promise<string | undefined> {
  const place = placeOf(document.uri, path);
  if (!(await isFile(place)) || (await workspace.fs.stat(place)).size > mostBytes) return undefined;
  try {
    readConversations(path, await workspace.fs.readFile(place), (message, hint) => {
      throw new Error(`${message} ${hint}`);
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
