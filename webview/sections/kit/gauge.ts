import type { Gauge } from '../../../src/core/report/tiles/gauge.ts';
import { svg } from '../../charts/kit/svg.ts';
import { h } from '../../dom.ts';
import { icon } from '../../icons.ts';

const outcomeIcons = { pass: 'check', fail: 'cross', 'not enough data': 'question' } as const;

const at = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** Draws an objective: a bar up to the measured value, its interval as a whisker, the limit as a line, and the outcome in words. */
export function gauge({ outcome, value, interval, limit, words, measured }: Gauge): HTMLElement {
  const [low, high] = interval ?? [0, 0];
  return h(
    'div',
    { class: `gauge ${outcome.replaceAll(' ', '-')}` },
    svg(
      'svg',
      { class: 'bar', 'aria-hidden': 'true', width: '100%', height: 12 },
      svg('rect', { class: 'track', x: 0, y: 4, width: '100%', height: 4 }),
      value === null ? null : svg('rect', { class: 'value', x: 0, y: 4, width: at(value), height: 4 }),
      interval === null ? null : svg('line', { class: 'whisker', x1: at(low), x2: at(high), y1: 6, y2: 6 }),
      ...(interval ?? []).map((end) => svg('line', { class: 'whisker', x1: at(end), x2: at(end), y1: 3, y2: 9 })),
      limit === null ? null : svg('line', { class: 'limit', x1: at(limit), x2: at(limit), y1: 0, y2: 12 }),
    ),
    h(
      'span',
      { class: 'outcome' },
      icon(outcomeIcons[outcome]),
      h('span', {}, measured === '' ? words : `${words} (${measured})`),
    ),
  );
}
