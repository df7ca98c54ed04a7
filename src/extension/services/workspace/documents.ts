import { workspace, type TextDocument, type Uri } from 'vscode';
import { parseEndpoints } from '../../../core/endpoints/parse.ts';
import type { EndpointsFile, Problem } from '../../../core/endpoints/types.ts';
import { fileProblems } from '../../../core/plan/file-problems.ts';
import { languageId } from '../../contributions.ts';
import { environmentKey, environmentOf } from './environment.ts';

/** Where lenses, hovers and completions appear: files on disk and files not saved yet. */
export const endpointsSelector = [
  { language: languageId, scheme: 'file' },
  { language: languageId, scheme: 'untitled' },
  { language: languageId, scheme: 'vscode-vfs' },
];

const parsed = new WeakMap<
  TextDocument,
  { readonly version: number; readonly file: EndpointsFile; readonly environment: string }
>();

/** Returns the parsed text of an editor, including unsaved changes, parsed once per version. */
export function parseDocument(document: TextDocument): EndpointsFile {
  const known = parsed.get(document);
  const key = environmentKey(document.uri);
  if (known?.version === document.version && known.environment === key) return known.file;
  const { problem, ...environment } = environmentOf(document.uri);
  const read = parseEndpoints(document.getText(), environment);
  const file = problem === undefined ? read : { ...read, broken: true, problems: [problem, ...read.problems] };
  parsed.set(document, { version: document.version, file, environment: key });
  return file;
}

const found = new WeakMap<EndpointsFile, readonly Problem[]>();

/** Returns the problems of an editor's text and of the plan that it makes, found once per version. */
export function problemsOf(document: TextDocument): readonly Problem[] {
  const file = parseDocument(document);
  const problems = found.get(file) ?? [...file.problems, ...fileProblems(document.getText(), file)];
  found.set(file, problems);
  return problems;
}

/** True for a document in the endpoints language. */
export const isEndpoints = (document: TextDocument): boolean => document.languageId === languageId;

/** How a file is shown and under which name its runs are kept: relative to the workspace, with `/`. */
export const shownAs = (uri: Uri): string => workspace.asRelativePath(uri).replaceAll('\\', '/');
