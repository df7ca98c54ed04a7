import { sweepVerdict } from '../src/core/report/words/sweep-verdict.ts';
import { verdictText } from '../src/core/report/words/verdict.ts';
import type { PanelState, ToPanel } from '../src/panel-protocol.ts';
import { registerControls } from './controls.ts';
import { h, setText } from './dom.ts';
import { persist, post } from './host.ts';
import { watchTheme } from './theme.ts';
import { compareView } from './views/compare.ts';
import { comparingView } from './views/comparing.ts';
import { comparisonView } from './views/comparison.ts';
import { emptyView } from './views/empty.ts';
import { missingView } from './views/missing.ts';
import { runView } from './views/run.ts';
import { runningView } from './views/running.ts';
import { suiteView } from './views/suite.ts';
import { sweepView } from './views/sweep.ts';
import { trendView } from './views/trend.ts';
import { sweepRunningView } from './views/sweep-running.ts';
import type { View } from './views/view.ts';
import { comparingStep, levelStep, phaseWords } from './words.ts';

const main = h('main');
/** Announces changes in the state of a run to screen readers, but not snapshots. */
const announcer = h('div', { role: 'status', 'aria-live': 'polite', class: 'for-screen-readers' });
let shown: { readonly key: string; readonly view: View } | null = null;

registerControls();
document.body.append(main, announcer);
watchTheme(() => {
  for (const chart of shown?.view.charts ?? []) chart.recolor();
});
window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
  show(data.state);
});
post({ type: 'ready' });

function show(state: PanelState): void {
  const key = keyOf(state);
  if (shown !== null && shown.key === key) {
    shown.view.update?.(state);
  } else {
    replace(key, state);
  }
  persist(runIdsOf(state), state.kind === 'trend');
  announce(state);
}

function replace(key: string, state: PanelState): void {
  const hadFocus = main.contains(document.activeElement);
  for (const chart of shown?.view.charts ?? []) chart.dispose();
  const view = viewOf(state);
  shown = { key, view };
  main.replaceChildren(view.element);
  window.scrollTo(0, 0);
  // The focused control was removed. Move the focus to the new heading instead of the top of the document.
  if (hadFocus) main.querySelector('h1')?.focus();
}

function viewOf(state: PanelState): View {
  switch (state.kind) {
    case 'empty':
      return emptyView();
    case 'running':
      return runningView(state);
    case 'run':
      return runView(state);
    case 'sweep':
      return sweepView(state);
    case 'sweepRunning':
      return sweepRunningView(state);
    case 'suite':
      return suiteView(state);
    case 'compare':
      return compareView(state);
    case 'comparison':
      return comparisonView(state);
    case 'comparing':
      return comparingView(state);
    case 'trend':
      return trendView(state);
    case 'missing':
      return missingView(state);
  }
}

/** Two states with the same key are the same thing at two moments. */
function keyOf(state: PanelState): string {
  switch (state.kind) {
    case 'empty':
      return 'empty';
    case 'running':
      return JSON.stringify(['running', state.name, state.plan]);
    case 'run':
      return JSON.stringify(['run', state.record.id, state.keptForSession, state.mark]);
    case 'sweep':
      return JSON.stringify(['sweep', state.sweep.id, state.keptForSession, state.mark]);
    case 'suite':
      return JSON.stringify(['suite', state.suite.id, state.keptForSession, state.mark]);
    case 'comparison':
      return JSON.stringify(['comparison', state.comparison.id, state.keptForSession, state.mark]);
    case 'sweepRunning':
      return JSON.stringify(['sweepRunning', state.name, state.levels, state.search?.wanted]);
    case 'comparing':
      return JSON.stringify(['comparing', state.name, state.sides]);
    case 'compare':
      return JSON.stringify(['compare', state.before.id, state.after.id]);
    case 'trend':
      return JSON.stringify(['trend', state.trend.id]);
    case 'missing':
      return JSON.stringify(['missing', state.id]);
  }
}

function runIdsOf(state: PanelState): readonly string[] {
  switch (state.kind) {
    case 'run':
      return [state.record.id];
    case 'sweep':
      return [state.sweep.id];
    case 'suite':
      return [state.suite.id];
    case 'comparison':
      return [state.comparison.id];
    case 'compare':
      return [state.before.id, state.after.id];
    case 'trend':
      return [state.trend.id];
    case 'missing':
      return [state.id];
    case 'empty':
    case 'running':
    case 'sweepRunning':
    case 'comparing':
      return [];
  }
}

function announce(state: PanelState): void {
  if (state.kind === 'running') {
    setText(announcer, `${state.name}: ${phaseWords(state.snapshot, state.cancelling)}`);
  } else if (state.kind === 'run') {
    setText(announcer, `${state.record.name}: ${verdictText(state.record)}`);
  } else if (state.kind === 'comparison') {
    setText(announcer, `${state.comparison.name}: ${state.comparison.verdict.sentence}`);
  } else if (state.kind === 'comparing') {
    setText(announcer, `${state.name}: ${comparingStep(state)}`);
  } else if (state.kind === 'sweepRunning') {
    setText(announcer, `${state.name}: ${levelStep(state)}`);
  } else if (state.kind === 'sweep') {
    const { label, sentence } = sweepVerdict(state.sweep);
    setText(announcer, `${state.sweep.name}: ${label}: ${sentence}`);
  } else {
    setText(announcer, main.querySelector('h1')?.textContent ?? '');
  }
}
