import { commands, EventEmitter, Uri, ViewColumn, window } from 'vscode';
import type { Disposable, Event, LogOutputChannel, Tab, WebviewPanel } from 'vscode';
import { earlierRuns } from '../../core/report/tiles/earlier-runs.ts';
import { trendOf } from '../../core/report/tables/trend-runs.ts';
import { isComparison, isRun, isSuite, isSweep } from '../../core/report/formats/results.ts';
import { panelViewType } from '../contributions.ts';
import type { History } from '../services/runs/history.ts';
import type { Runs } from '../services/runs/runs.ts';
import { isPanelTab } from '../services/workspace/panel-tab.ts';
import { throttle } from '../services/runs/throttle.ts';
import { panelHtml } from './panel-html.ts';
import type { FromPanel, PanelState, ToPanel } from '../../panel-protocol.ts';
import { readFromPanel, readPersisted } from './read-from-panel.ts';

/** What the panel shows. The data is looked up each time, so the panel never has an old copy. */
type Subject =
  | { readonly kind: 'live' }
  | { readonly kind: 'result'; readonly id: string }
  | { readonly kind: 'trend'; readonly id: string }
  | { readonly kind: 'compare'; readonly before: string; readonly after: string };

/** The one results panel of the window. */
export interface ResultsPanel extends Disposable {
  /** Brings it up with the run that is under way. */
  readonly showLive: () => void;
  /** The run has ended. Shows its record, if there is one, unless the panel now shows something else. */
  readonly showFinished: (id: string | undefined) => void;
  /** Shows a run or a sweep of the history. */
  readonly showResult: (id: string) => void;
  /** Shows the trend of a run's file. */
  readonly showTrend: (id: string) => void;
  /** Older run first. */
  readonly showComparison: (before: string, after: string) => void;
  /** Brings it up as it was; a new one shows the run under way or the newest one. */
  readonly reveal: () => void;
  /** The one run or sweep that it shows. */
  readonly shownResult: () => string | undefined;
  readonly onDidAsk: Event<PanelRequest>;
}

/** Services that the panel needs. */
export interface PanelParts {
  readonly extensionUri: Uri;
  readonly runs: Runs;
  readonly history: History;
  readonly log: LogOutputChannel;
}

/** Actions of the panel's buttons. */
export type PanelRequest = Exclude<FromPanel, { readonly type: 'ready' | 'swapRuns' }>;

const mostPostsPerS = 10;

/** After a reload, VS Code restores a panel once its tab is shown. Until then, there is only the tab. */
const hiddenTabs = (): Tab[] => window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(isPanelTab));

/** Makes the panel and lets VS Code bring it back after a reload. */
export function createResultsPanel({ extensionUri, runs, history, log }: PanelParts): ResultsPanel {
  const root = Uri.joinPath(extensionUri, 'dist', 'webview');
  const title = 'Loadlens Results';
  const asked = new EventEmitter<PanelRequest>();
  let panel: WebviewPanel | undefined;
  let listening = false;
  let subject: Subject | undefined;

  const stateOf = (looking: Subject | undefined): PanelState => {
    if (looking === undefined) return { kind: 'empty' };
    if (looking.kind === 'live') {
      const state = runs.state();
      return state.kind === 'idle' ? { kind: 'empty' } : state;
    }
    const ids = looking.kind === 'compare' ? [looking.before, looking.after] : [looking.id];
    const [first, second] = ids.map((id) => history.get(id));
    const missing = ids.find((id) => history.get(id) === undefined);
    if (first === undefined || missing !== undefined) return { kind: 'missing', id: missing ?? '' };
    if (looking.kind === 'trend' && isRun(first)) return { kind: 'trend', trend: trendOf(first, history.runs()) };
    const { pinned: _, ...mark } = history.markOf(first.id);
    const kept = { keptForSession: history.keptForSession, ...(Object.keys(mark).length > 0 && { mark }) };
    if (isSweep(first)) return { kind: 'sweep', sweep: first, ...kept };
    if (isSuite(first)) return { kind: 'suite', suite: first, ...kept };
    if (isComparison(first)) return { kind: 'comparison', comparison: first, ...kept };
    if (second !== undefined && isRun(second)) return { kind: 'compare', before: first, after: second };
    return { kind: 'run', record: first, earlier: earlierRuns(first, history.runs()), ...kept };
  };

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview is not a window: there is no origin
  const post = (message: ToPanel): void => void panel?.webview.postMessage(message);
  const postState = throttle(() => {
    if (listening) post({ type: 'state', state: stateOf(subject) });
  }, 1000 / mostPostsPerS);

  const adopt = (adopted: WebviewPanel): void => {
    panel = adopted;
    listening = false;
    adopted.webview.options = { enableScripts: true, localResourceRoots: [root] };
    adopted.iconPath = Uri.joinPath(extensionUri, 'media', 'icon.png');
    adopted.onDidDispose(() => {
      if (panel !== adopted) return;
      panel = undefined;
      subject = undefined;
    });
    adopted.onDidChangeViewState(() => {
      // A hidden page is discarded, and sends "ready" when it's created again.
      if (!adopted.visible) listening = false;
    });
    adopted.webview.onDidReceiveMessage((received: unknown) => {
      try {
        const message = readFromPanel(received);
        if (message.type === 'swapRuns') {
          if (subject?.kind === 'compare') subject = { ...subject, before: subject.after, after: subject.before };
          postState();
          return;
        }
        if (message.type !== 'ready') {
          asked.fire(message);
          return;
        }
        listening = true;
        post({ type: 'init', state: stateOf(subject) });
      } catch (error) {
        log.error(`The results panel sent a message that can't be read: ${String(error)}`);
      }
    });
    adopted.webview.html = panelHtml(adopted.webview, root, title);
  };

  const show = (next: Subject | undefined): void => {
    subject = next;
    if (panel === undefined) {
      const left = hiddenTabs();
      const viewColumn = left[0]?.group.viewColumn ?? ViewColumn.Beside;
      // In an empty window, the panel is in the only group. VS Code locks a group by itself only if there are others.
      const [only, ...others] = window.tabGroups.all;
      const isAlone = only !== undefined && others.length === 0 && only.tabs.length === 0;
      adopt(window.createWebviewPanel(panelViewType, title, { viewColumn, preserveFocus: true }, {}));
      if (isAlone) void commands.executeCommand('workbench.action.lockEditorGroup');
      if (left.length > 0)
        window.tabGroups.close(left, true).then(undefined, (error: unknown) => log.warn(String(error)));
      return;
    }
    postState();
    if (!panel.visible) panel.reveal(undefined, true);
  };

  const startingSubject = (): Subject | undefined => {
    if (runs.state().kind !== 'idle') return { kind: 'live' };
    const newest = history.results()[0];
    return newest === undefined ? undefined : { kind: 'result', id: newest.id };
  };

  const subscriptions: readonly Disposable[] = [
    asked,
    postState,
    runs.onDidChange((state) => {
      // showFinished reports the end of a run, when its record is in the history.
      if (subject?.kind === 'live' && state.kind !== 'idle') postState();
    }),
    history.onDidChange(postState),
    window.registerWebviewPanelSerializer(panelViewType, {
      deserializeWebviewPanel: (restored, state) => {
        // A tab that was hidden until now, while another took its place.
        if (panel !== undefined) {
          restored.dispose();
          return Promise.resolve();
        }
        const { runIds, isTrend = false } = readPersisted(state);
        const [before, after] = runIds;
        subject =
          before === undefined
            ? startingSubject()
            : after === undefined
              ? { kind: isTrend ? 'trend' : 'result', id: before }
              : { kind: 'compare', before, after };
        adopt(restored);
        return Promise.resolve();
      },
    }),
  ];

  return {
    showLive: () => show({ kind: 'live' }),
    showFinished: (id) => {
      if (subject?.kind !== 'live' || panel === undefined) return;
      subject = id === undefined ? startingSubject() : { kind: 'result', id };
      postState();
    },
    showResult: (id) => show({ kind: 'result', id }),
    showTrend: (id) => show({ kind: 'trend', id }),
    showComparison: (before, after) => show({ kind: 'compare', before, after }),
    reveal: () => show(subject ?? startingSubject()),
    shownResult: () => (subject?.kind === 'result' ? subject.id : undefined),
    onDidAsk: asked.event,
    dispose: () => {
      // The panel itself stays: a window that reloads brings it back.
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
