import { workspace, type TextDocument, type Uri } from 'vscode';
import { parseEndpoints } from '../../../core/endpoints/parse.ts';
import type { EndpointsFile } from '../../../core/endpoints/types.ts';
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
  const found = parseEndpoints(document.getText(), environment);
  const file = problem === undefined ? found : { ...found, broken: true, problems: [problem, ...found.problems] };
  parsed.set(document, { version: document.version, file, environment: key });
  return file;
}

/** True for a document in the endpoints language. */
export const isEndpoints = (document: TextDocument): boolean => document.languageId === languageId;

/** How a file is shown and under which name its runs are kept: relative to the workspace, with `/`. */
export const shownAs = (uri: Uri): string => workspace.asRelativePath(uri).replaceAll('\\', '/');
