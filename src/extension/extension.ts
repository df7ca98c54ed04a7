import { Uri, window, workspace, type ExtensionContext } from 'vscode';
import type { LoadlensApi } from './api.ts';
import { takeOver } from './commands/run/announce.ts';
import { baselineCommands } from './commands/baselines.ts';
import { compareCommands } from './commands/compare/compare.ts';
import { createExporter } from './commands/export.ts';
import { fileCommands } from './commands/files.ts';
import { historyCommands } from './commands/history.ts';
import { newLlmBenchmarkCommand } from './commands/new-llm-benchmark.ts';
import { registerCommands } from './commands/handlers.ts';
import { answerPanel } from './commands/panel.ts';
import { resultCommands } from './commands/results.ts';
import { createResponseDocuments } from './commands/run/send-once.ts';
import { runCommands } from './commands/run/run.ts';
import { scaleOutCommands } from './commands/scale-out.ts';
import { serverCommands } from './commands/servers.ts';
import { suiteCommands } from './commands/run/suite.ts';
import { registerCodeLenses } from './providers/code-lens.ts';
import { registerCompletion } from './providers/completion.ts';
import { registerDiagnostics } from './providers/diagnostics.ts';
import { registerFolding } from './providers/folding.ts';
import { registerGutter } from './providers/gutter.ts';
import { registerHover } from './providers/hover.ts';
import { registerQuickFixes } from './providers/quick-fixes.ts';
import { registerSymbols } from './providers/symbols.ts';
import { createAgainstBaselines } from './services/runs/against-baselines.ts';
import { tidyInProcess } from './services/child-processes/benchmark-process.ts';
import { createBundledServer } from './services/child-processes/bundled-server.ts';
import { createClock } from './services/runs/clock.ts';
import { createBaselines } from './services/workspace/baselines.ts';
import { createConsent } from './services/workspace/consent.ts';
import { gpt2Server } from './services/child-processes/gpt2-server.ts';
import { createHistory } from './services/runs/history.ts';
import { mockServer } from './services/child-processes/mock-server.ts';
import { createNotify } from './services/workspace/notify.ts';
import { createRuns } from './services/runs/runs.ts';
import { createPromptCursors } from './services/runs/prompt-cursors.ts';
import { createSecrets } from './services/workspace/secrets.ts';
import { numberSetting } from './services/workspace/settings.ts';
import { createUnfinished } from './services/runs/unfinished.ts';
import { createHistoryTree } from './views/history/history-tree.ts';
import { createResultsPanel } from './views/results-panel.ts';
import { createServersTree } from './views/servers-tree.ts';
import { createStatusBar } from './views/status-bar.ts';

/** Connects the parts. None of them does work before it's needed. */
export function activate(context: ExtensionContext): LoadlensApi {
  const began = performance.now();
  const { extensionUri, workspaceState: memory, subscriptions } = context;
  const bundle = (name: string): string => Uri.joinPath(extensionUri, 'dist', name).fsPath;
  const { version }: { readonly version: string } = context.extension.packageJSON;

  const log = window.createOutputChannel('Loadlens', { log: true });
  const notify = createNotify(log);
  const clock = createClock();
  const secrets = createSecrets(context.secrets);
  const consent = createConsent(memory);
  const store = workspace.workspaceFolders === undefined ? undefined : memory;
  const history = createHistory({ store, maxRuns: () => numberSetting('history.maxRuns'), log });
  const unfinished = createUnfinished(store, log);
  const runs = createRuns({ entry: bundle('benchmark.js'), unfinished, log });
  const mock = createBundledServer(mockServer(bundle('mock-server.js')), log);
  const gpt2 = createBundledServer(gpt2Server(bundle('gpt2/gpt2-server.js')), log);
  const servers = [mock, gpt2];
  const panel = createResultsPanel({ extensionUri, runs, history, log });
  const baselines = createBaselines(log);
  const against = createAgainstBaselines(history, baselines);
  const diagnostics = registerDiagnostics(baselines);
  const tree = createHistoryTree({ history, baselines, clock, memory });
  const exporter = createExporter(history, notify);
  const { showLive, showFinished } = panel;

  const documents = createResponseDocuments();
  const prompts = createPromptCursors();
  const launching = { runs, history, unfinished, servers, secrets, prompts, consent, notify, showLive, showFinished };

  const handlers = {
    ...runCommands({ ...launching, memory, diagnostics, documents, entry: bundle('benchmark.js'), log }),
    ...suiteCommands(launching),
    ...compareCommands({
      ...launching,
      memory,
      baselines,
      showComparison: panel.showComparison,
      showResult: panel.showResult,
    }),
    ...scaleOutCommands({ extensionUri, version, history, secrets, consent, notify, show: panel.showResult }),
    ...serverCommands({ mock, gpt2 }, notify),
    ...resultCommands({ history, panel, exporter }),
    ...historyCommands({ history, tree, notify }),
    ...baselineCommands({ history, tree, baselines, notify }),
    ...fileCommands({ extensionUri, secrets, consent, notify }),
    ...newLlmBenchmarkCommand({ secrets, consent, notify }),
    openLog: () => log.show(),
  };
  subscriptions.push(
    clock,
    secrets,
    history,
    runs,
    ...servers,
    panel,
    against,
    baselines,
    diagnostics,
    documents,
    registerCommands(handlers, notify),
    answerPanel({ panel, runs, history, exporter, notify }),
    registerCodeLenses({ history, against, servers, clock }),
    registerCompletion(secrets),
    registerFolding(),
    registerGutter(history, extensionUri),
    registerHover({ history, against }),
    registerQuickFixes(),
    registerSymbols(),
    tree,
    createServersTree(servers),
    createStatusBar({ runs, history, against }),
    log,
  );
  void takeOver(unfinished, history, notify, () => tidyInProcess(bundle('benchmark.js'), log));
  log.info(`Activated in ${(performance.now() - began).toFixed(1)} ms.`);
  return { results: history.results, runs: history.runs, whenIdle: runs.whenIdle };
}
