import { CodeLens, EventEmitter, languages, Range, workspace, type Command, type TextDocument } from 'vscode';
import type { Disposable } from 'vscode';
import { withoutPlaceholders } from '../../core/endpoints/variables/variables.ts';
import type { EndpointsFile, Problem, Target } from '../../core/endpoints/types.ts';
import { cutAtWord, formatCount } from '../../core/format.ts';
import { planFor } from '../commands/run/plans.ts';
import { commandIds } from '../contributions.ts';
import { bundledServers } from '../../core/endpoints/bundled-servers.ts';
import { serverFor, type BundledServer } from '../services/child-processes/bundled-server.ts';
import type { AgainstBaselines } from '../services/runs/against-baselines.ts';
import type { Clock } from '../services/runs/clock.ts';
import { endpointsSelector, parseDocument, problemsOf, shownAs } from '../services/workspace/documents.ts';
import type { History } from '../services/runs/history.ts';
import type { TargetResult } from '../services/runs/last-results.ts';
import { switchSetting } from '../services/workspace/settings.ts';
import { throttle } from '../services/runs/throttle.ts';
import {
  agoWords,
  numbersWords,
  objectiveWords,
  outcomeLabel,
  planWords,
  targetReasonWords,
  verdictsOf,
} from '../views/run-words.ts';

/** A lens per line slows an editor down; a file with more endpoints than this is run as a whole. */
const mostTargetLenses = 1000;
/** Characters of the reason in a lens. Its tooltip has all of it. */
const mostReason = 60;

/** Creates CodeLenses only from data in memory, so that they appear with the text and not later. */
export function registerCodeLenses(parts: {
  readonly history: History;
  readonly against: AgainstBaselines;
  readonly servers: readonly BundledServer[];
  readonly clock: Clock;
}): Disposable {
  const { history, against, servers, clock } = parts;
  const changed = new EventEmitter<void>();
  const refresh = throttle(() => changed.fire(), 500);
  /** The servers that a document's targets may need, from its last text without errors and from the one it has now. */
  const known = new WeakMap<TextDocument, ReadonlySet<BundledServer>>();

  const serversOf = (document: TextDocument, file: EndpointsFile): ReadonlySet<BundledServer> => {
    const typing = file.problems.some((problem) => problem.severity === 'error');
    const now = new Set(typing ? known.get(document) : []);
    for (const { url } of file.targets) {
      const plain = withoutPlaceholders(url);
      if (!URL.canParse(plain)) continue;
      const address = new URL(plain);
      const server = serverFor(servers, address);
      if (server && bundledServers[server.id].paths.has(address.pathname)) now.add(server);
    }
    known.set(document, now);
    return now;
  };

  const ofTarget = (document: TextDocument, target: Target): Command => {
    const last = history.last().ofTarget(shownAs(document.uri), target.name);
    const compared = last && against.of(document, last.record, target.name)?.found.words;
    return runTargetCommand(document, target, last, compared);
  };

  const provideCodeLenses = (document: TextDocument): CodeLens[] => {
    if (!switchSetting('codeLens.enabled', document)) return [];
    const file = parseDocument(document);
    const top = new Range(0, 0, 0, 0);
    const errors = problemsOf(document).filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const ofFile = first ? problemsCommand(document, first, errors.length) : runFileCommand(document, file, history);
    const lenses = [new CodeLens(top, ofFile)];
    const needed = serversOf(document, file);
    for (const server of servers) if (needed.has(server)) lenses.push(new CodeLens(top, serverCommand(server)));
    for (const target of file.targets.slice(0, mostTargetLenses)) {
      const { problem } = target;
      lenses.push(
        lensAt(target, problem === undefined ? ofTarget(document, target) : problemsCommand(document, problem)),
        // Also of a target with an error, so that nothing moves while a line is typed.
        lensAt(target, onceCommand(document, target)),
      );
    }
    const [beyond] = file.targets.slice(mostTargetLenses);
    if (beyond !== undefined) lenses.push(lensAt(beyond, limitCommand(document)));
    return lenses;
  };

  const subscriptions: readonly Disposable[] = [
    changed,
    refresh,
    history.onDidChange(refresh),
    against.onDidChange(refresh),
    ...servers.map((server) => server.onDidChange(refresh)),
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

function lensAt({ range }: Target, command: Command): CodeLens {
  const { line } = range.start;
  return new CodeLens(new Range(line, 0, line, 0), command);
}

function limitCommand({ uri }: TextDocument): Command {
  return {
    command: commandIds.runEndpoint,
    title: `Lenses end after ${formatCount(mostTargetLenses)} targets · ▶ Run Target at Cursor`,
    tooltip: 'Run This Endpoint in the context menu runs any target.',
    arguments: [uri],
  };
}

/**
 * A target or file with an error can't run. Its CodeLens names the first one and opens it, and keeps its position while a line is
 * typed.
 */
function problemsCommand({ uri }: TextDocument, { message, hint, range }: Problem, count = 1): Command {
  const { line } = range.start;
  // A long quotation would cut off what is wrong with it.
  const short = message.replaceAll(/"([^"]{24})[^"]{2,}"/g, '"$1…"').replace(/\.$/, '');
  const reason = cutAtWord(short, mostReason);
  return {
    command: commandIds.showProblems,
    title:
      count === 1
        ? `Fix line ${line + 1} to run · ${reason}`
        : `Fix ${formatCount(count)} problems to run · Line ${line + 1}: ${reason}`,
    tooltip: `${message} ${hint}`,
    arguments: [uri, line],
  };
}

function runFileCommand({ uri }: TextDocument, file: EndpointsFile, history: History): Command {
  const last = history.last().ofFile(shownAs(uri));
  const ofRun = last?.objectives.filter(({ target }) => target === undefined) ?? [];
  return {
    command: commandIds.runFile,
    title: `▶ Run Benchmark · ${[planWords(planFor(uri, file, {})), ...objectiveWords(ofRun)].join(' · ')}`,
    tooltip: 'Run all targets of this file with these values',
    arguments: [uri],
  };
}

/** Its result, and how that compares with the baseline. */
function runTargetCommand(
  { uri }: TextDocument,
  target: Target,
  last: TargetResult | undefined,
  compared: string | undefined,
): Command {
  return {
    command: commandIds.runEndpoint,
    title:
      last === undefined
        ? '▶ Run'
        : `▶ Run · ${[
            numbersWords(last.numbers, targetReasonWords(last.record, last.numbers)),
            ...(compared === undefined ? [] : [compared]),
            ...objectiveWords(verdictsOf(last.record, target.name)),
            agoWords(last.record),
            ...(last.newer === undefined ? [] : [`newer run: ${outcomeLabel(last.newer).toLowerCase()}`]),
          ].join(' · ')}`,
    tooltip: 'Run only this target',
    arguments: [uri, target.name],
  };
}

const onceCommand = ({ uri }: TextDocument, { name }: Target): Command => ({
  command: commandIds.sendOnce,
  title: 'Send Once',
  tooltip: 'Send one request and show its response',
  arguments: [uri, name],
});

function serverCommand({ words, start, stop, state, port }: BundledServer): Command {
  const now = state();
  switch (now.kind) {
    case 'missing':
    case 'stopped':
      return { command: commandIds[start], title: words.startLens };
    case 'elsewhere':
      // Only text if there is nothing to start.
      return now.isOwn
        ? { command: '', title: `${words.title} of another window or terminal (:${port()})` }
        : { command: commandIds[start], title: words.startLens };
    case 'starting':
      return { command: commandIds[stop], title: words.starting };
    case 'running': {
      const doing = [now.activity.short, ...(now.note === undefined ? [] : [now.note])].join(', ');
      return { command: commandIds[stop], title: words.stopLens(now.port, doing) };
    }
  }
}
