import { workspace, type TextDocument, type Uri } from 'vscode';
import { parseEndpoints } from '../../core/endpoints/parse.ts';
import type { EndpointsFile } from '../../core/endpoints/types.ts';
import { languageId } from '../contributions.ts';

/** Where lenses, hovers and completions appear: files on disk and files not saved yet. */
export const endpointsSelector = [
  { language: languageId, scheme: 'file' },
  { language: languageId, scheme: 'untitled' },
  { language: languageId, scheme: 'vscode-vfs' },
];

const parsed = new WeakMap<TextDocument, { readonly version: number; readonly file: EndpointsFile }>();

/** The parsed text of an editor, unsaved changes included: parsed once per version, whoever asks. */
export function parseDocument(document: TextDocument): EndpointsFile {
  const known = parsed.get(document);
  if (known?.version === document.version) return known.file;
  const file = parseEndpoints(document.getText());
  parsed.set(document, { version: document.version, file });
  return file;
}

/** True for a document in the endpoints language. */
export const isEndpoints = (document: TextDocument): boolean => document.languageId === languageId;

/** How a file is shown and under which name its runs are kept: relative to the workspace, with `/`. */
export const shownAs = (uri: Uri): string => workspace.asRelativePath(uri).replaceAll('\\', '/');
