import type { Trail } from '../../../src/core/report/tiles/trail.ts';
import { svg } from '../../charts/kit/svg.ts';
import { h } from '../../dom.ts';

const [width, height, edge] = [64, 16, 3];

/** Draws a number in earlier runs as a line that ends in the run shown, and its change in words. No color judges a single run. */
export function sparkline({ change, places, words }: Trail): HTMLElement {
  const step = (width - 2 * edge) / Math.max(1, places.length - 1);
  const points = places.map((place, i) => [edge + i * step, height - edge - place * (height - 2 * edge)] as const);
  const [x, y] = points.at(-1) ?? [0, 0];
  return h(
    'div',
    { class: 'trail' },
    svg(
      'svg',
      { class: 'sparkline', role: 'img', 'aria-label': words, width, height },
      svg('title', {}, words),
      svg('polyline', { points: points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ') }),
      svg('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.5 }),
    ),
    h('span', {}, change),
  );
}
