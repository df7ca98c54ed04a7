import { CodeAction, CodeActionKind, languages, WorkspaceEdit } from 'vscode';
import type { CodeActionProvider, Disposable } from 'vscode';
import { endpointsSelector, parseDocument } from '../services/workspace/documents.ts';
import { toRange } from './ranges.ts';

/** Applies the hint of a problem if it suggests other text. */
const provideCodeActions: CodeActionProvider['provideCodeActions'] = (document, asked, { diagnostics }) =>
  parseDocument(document).problems.flatMap(({ code, fix, range }) => {
    const place = toRange(range);
    if (fix === undefined || place.intersection(asked) === undefined) return [];
    const action = new CodeAction(`Write ${fix.replacement}`, CodeActionKind.QuickFix);
    action.edit = new WorkspaceEdit();
    action.edit.replace(document.uri, toRange(fix.range), fix.replacement);
    action.diagnostics = diagnostics.filter((one) => one.code === code && one.range.isEqual(place));
    action.isPreferred = true;
    return [action];
  });

/** Quick fixes for problems of endpoints files. */
export const registerQuickFixes = (): Disposable =>
  languages.registerCodeActionsProvider(
    endpointsSelector,
    { provideCodeActions },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
