import { CodeLens, EventEmitter, l10n, languages, Range, workspace, type Command, type TextDocument } from 'vscode';
import type { Disposable } from 'vscode';
import { isLoopback } from '../../core/endpoints/hosts.ts';
import { withoutPlaceholders } from '../../core/endpoints/variables.ts';
import type { EndpointsFile, Target } from '../../core/endpoints/types.ts';
import { planFor } from '../commands/launch.ts';
import { commandIds } from '../contributions.ts';
import type { Clock } from '../services/clock.ts';
import { endpointsSelector, parseDocument, shownAs } from '../services/documents.ts';
import type { History } from '../services/history.ts';
import type { MockService, MockState } from '../services/mockServer.ts';
import { switchSetting } from '../services/settings.ts';
import { throttle } from '../services/throttle.ts';
import { agoWords, numbersWords, planWords } from '../views/runWords.ts';

/** A lens per line slows an editor down; a file with more endpoints than this is run as a whole. */
const mostTargetLenses = 1000;

/** Makes lenses from what is in memory alone, so that they come with the text and never after it. */
export function registerCodeLenses(parts: {
  readonly history: History;
  readonly mock: MockService;
  readonly clock: Clock;
}): Disposable {
  const { history, mock, clock } = parts;
  const changed = new EventEmitter<void>();
  const refresh = throttle(() => changed.fire(), 500);
  /** Whether a document's targets are on this machine, from its last text without errors. */
  const local = new WeakMap<TextDocument, boolean>();

  const pointsHere = (document: TextDocument, file: EndpointsFile): boolean => {
    const known = local.get(document);
    if (known === true && file.problems.some((problem) => problem.severity === 'error')) return true;
    const now = file.targets.some(isLocal);
    local.set(document, now);
    return now;
  };

  const provideCodeLenses = (document: TextDocument): CodeLens[] => {
    if (!switchSetting('codeLens.enabled', document)) return [];
    const file = parseDocument(document);
    const top = new Range(0, 0, 0, 0);
    const lenses = [new CodeLens(top, runFileCommand(document, file))];
    if (pointsHere(document, file)) lenses.push(new CodeLens(top, mockCommand(mock.state())));
    const name = shownAs(document.uri);
    for (const target of file.targets.slice(0, mostTargetLenses)) {
      const { line } = target.range.start;
      lenses.push(new CodeLens(new Range(line, 0, line, 0), runTargetCommand(document, target, history, name)));
    }
    return lenses;
  };

  const subscriptions: readonly Disposable[] = [
    changed,
    refresh,
    history.onDidChange(refresh),
    mock.onDidChange(refresh),
    clock.onMinute(refresh),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('loadlens')) refresh();
    }),
    languages.registerCodeLensProvider(endpointsSelector, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses,
    }),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

function isLocal({ url }: Target): boolean {
  const plain = withoutPlaceholders(url);
  return URL.canParse(plain) && isLoopback(new URL(plain).hostname);
}

function runFileCommand({ uri }: TextDocument, file: EndpointsFile): Command {
  return {
    command: commandIds.runFile,
    title: l10n.t('▶ Run Benchmark · {0}', planWords(planFor(uri, file, {}))),
    tooltip: l10n.t('Run every endpoint of this file with the values shown'),
    arguments: [uri],
  };
}

function runTargetCommand({ uri }: TextDocument, target: Target, history: History, file: string): Command {
  const last = history.lastOfTarget(file, target.name);
  return {
    command: commandIds.runEndpoint,
    title:
      last === undefined
        ? l10n.t('▶ Run')
        : l10n.t('▶ Run · {0} · {1}', numbersWords(last.numbers), agoWords(last.record)),
    tooltip: l10n.t('Run this endpoint alone'),
    arguments: [uri, target.name],
  };
}

function mockCommand(state: MockState): Command {
  switch (state.kind) {
    case 'stopped':
      return { command: commandIds.startMockServer, title: l10n.t('Start mock server') };
    case 'starting':
      return { command: commandIds.stopMockServer, title: l10n.t('Starting mock server…') };
    case 'running':
      return {
        command: commandIds.stopMockServer,
        title: l10n.t('Stop mock server (:{0}, {1} in flight)', state.port, state.inFlight),
      };
  }
}
