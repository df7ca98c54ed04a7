import { Diagnostic, DiagnosticSeverity, languages, Range, window, workspace, type TextDocument } from 'vscode';
import type { Disposable } from 'vscode';
import type { Problem } from '../../core/endpoints/types.ts';
import { isEndpoints, parseDocument } from '../services/documents.ts';

/** Typing rests for so long before problems are shown. */
const restMs = 200;

/** Problems of open endpoints files. */
export interface Diagnostics extends Disposable {
  /** Brings the problems of a document up to date at once. */
  readonly refresh: (document: TextDocument) => void;
}

/** The editor's form of a range. */
export const toRange = ({ start, end }: Problem['range']): Range =>
  new Range(start.line, start.character, end.line, end.character);

function toDiagnostic(problem: Problem): Diagnostic {
  const diagnostic = new Diagnostic(
    toRange(problem.range),
    `${problem.message} ${problem.hint}`,
    problem.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Loadlens';
  diagnostic.code = problem.code;
  return diagnostic;
}

/** Keeps the Problems view true for every open endpoints file. */
export function registerDiagnostics(): Diagnostics {
  const collection = languages.createDiagnosticCollection('loadlens');
  const waiting = new Map<TextDocument, NodeJS.Timeout>();

  const forget = (document: TextDocument): void => {
    clearTimeout(waiting.get(document));
    waiting.delete(document);
  };
  const refresh = (document: TextDocument): void => {
    forget(document);
    if (!isEndpoints(document) || document.isClosed) return;
    collection.set(document.uri, parseDocument(document).problems.map(toDiagnostic));
  };

  const subscriptions: readonly Disposable[] = [
    collection,
    workspace.onDidOpenTextDocument(refresh),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (!isEndpoints(document)) return;
      clearTimeout(waiting.get(document));
      waiting.set(
        document,
        setTimeout(() => refresh(document), restMs),
      );
    }),
    // Also fires when a document changes its language.
    workspace.onDidCloseTextDocument((document) => {
      forget(document);
      collection.delete(document.uri);
    }),
  ];
  // What is open already can wait until the extension is up.
  const first = setTimeout(() => {
    for (const { document } of window.visibleTextEditors) refresh(document);
  });
  return {
    refresh,
    dispose: () => {
      clearTimeout(first);
      for (const timer of waiting.values()) clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
