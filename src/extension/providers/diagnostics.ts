import { Diagnostic, DiagnosticSeverity, languages, window, workspace, type TextDocument } from 'vscode';
import type { Disposable } from 'vscode';
import type { Problem } from '../../core/endpoints/types.ts';
import { isEndpoints, problemsOf } from '../services/workspace/documents.ts';
import type { Baselines } from '../services/workspace/baselines.ts';
import { missingBaseline } from './missing-baseline.ts';
import { wrongConversations } from './conversation-files.ts';
import { missingFiles } from './missing-files.ts';
import { toRange } from './ranges.ts';

/** Typing rests for so long before problems are shown. */
const restMs = 200;

/** Problems of open endpoints files. */
export interface Diagnostics extends Disposable {
  /** Updates the problems of a document immediately. */
  readonly refresh: (document: TextDocument) => void;
}

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
export function registerDiagnostics(baselines: Baselines): Diagnostics {
  const collection = languages.createDiagnosticCollection('loadlens');
  const waiting = new Map<TextDocument, NodeJS.Timeout>();

  const forget = (document: TextDocument): void => {
    clearTimeout(waiting.get(document));
    waiting.delete(document);
  };
  const refresh = (document: TextDocument): void => {
    forget(document);
    if (!isEndpoints(document) || document.isClosed) return;
    const found = problemsOf(document).map(toDiagnostic);
    collection.set(document.uri, found);
    void addMissing(document, found);
  };
  /** The check for files is asynchronous, and the text may have changed by then. */
  const addMissing = async (document: TextDocument, found: readonly Diagnostic[]): Promise<void> => {
    const { version } = document;
    const missing = [
      ...(await missingFiles(document)),
      ...(await wrongConversations(document)),
      ...(await missingBaseline(document)),
    ];
    if (missing.length === 0 || document.isClosed || document.version !== version) return;
    collection.set(document.uri, [...found, ...missing]);
  };
  const refreshAll = (): void => {
    for (const { document } of window.visibleTextEditors) refresh(document);
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
    // A missing file may exist now, and the other way round.
    workspace.onDidSaveTextDocument(refreshAll),
    workspace.onDidCreateFiles(refreshAll),
    workspace.onDidDeleteFiles(refreshAll),
    workspace.onDidRenameFiles(refreshAll),
    baselines.onDidChange(refreshAll),
    window.onDidChangeVisibleTextEditors(refreshAll),
    // Also fires when a document changes its language.
    workspace.onDidCloseTextDocument((document) => {
      forget(document);
      collection.delete(document.uri);
    }),
  ];
  // Documents that are already open can wait until the extension has started.
  const first = setTimeout(refreshAll);
  return {
    refresh,
    dispose: () => {
      clearTimeout(first);
      for (const timer of waiting.values()) clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
