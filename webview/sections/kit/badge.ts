import { outcomeWords, type Outcome, type Tone } from '../../../src/core/report/words/outcome-words.ts';
import { h } from '../../dom.ts';
import { outcomeLabel } from '../../words.ts';

/**
 * A short label that is set apart from a name. The toolkit's own badge writes a style attribute, which the page
 * forbids.
 */
export function badge(text: string, kind: Tone = 'plain'): HTMLElement {
  return h('span', { class: kind === 'plain' ? 'badge' : `badge ${kind}` }, text);
}

/** Returns how a result ended as a badge: red where nothing succeeded. */
export function outcomeBadge(outcome: Outcome): HTMLElement {
  const { tone } = outcomeWords[outcome];
  return badge(outcomeLabel(outcome), tone === 'good' ? 'plain' : tone);
}
