import { button } from '../controls.ts';
import { h } from '../dom.ts';
import { post } from '../host.ts';
import type { View } from './view.ts';

/** Before the first run. */
export function emptyView(): View {
  return {
    charts: [],
    element: h(
      'div',
      { class: 'welcome' },
      h('h1', { tabindex: -1 }, 'No run yet'),
      h(
        'p',
        {},
        'Run a benchmark, and its numbers appear here: throughput, latency, errors, and how far to trust them.',
      ),
      h(
        'div',
        { class: 'toolbar' },
        button('Run Benchmark', () => post({ type: 'run' }), 'primary').element,
        button('Show History', () => post({ type: 'showHistory' })).element,
      ),
      h(
        'p',
        { class: 'remark' },
        'Or open an endpoints file and press the ▶ above its first line, or above one target to run that alone.',
      ),
    ),
  };
}
