import { escapeHtml } from './escape.ts';
import { formatMs } from './format.ts';

const width = 960;
const height = 260;

/** Where the data of a chart is drawn. */
export const plot = { left: 64, right: 944, top: 28, bottom: 216, width: 880, height: 188 } as const;

/** A whole picture with its title and description for screen readers. */
export function frame(title: string, description: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${String(width)} ${String(height)}" role="img"><title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>${parts.join('')}</svg>`;
}

/** The nice number at the top of a vertical axis that reaches `most`. */
export function axis(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8].find((step) => step * power >= most * (1 - 1e-9)) ?? 10) * power;
}

/** The vertical axis: lines with their values. */
export function horizontals(most: number, format: (value: number) => string): string[] {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = plot.bottom - share * plot.height;
    const line = `<line class="${share === 0 ? 'axis' : 'grid'}" x1="${at(plot.left)}" x2="${at(plot.right)}" y1="${at(y)}" y2="${at(y)}"/>`;
    return line + text(plot.left - 8, y + 4, share === 0 ? '0' : format(share * most), 'end');
  });
}

/** Bar `index` of `count`, `share` of the plot tall. */
export function column(look: string, index: number, count: number, share: number): string {
  if (!(share > 0)) return '';
  const step = plot.width / count;
  const tall = share * plot.height;
  return `<rect class="${look}" x="${at(plot.left + step * (index + 0.06))}" y="${at(plot.bottom - tall)}" width="${at(step * 0.88)}" height="${at(tall)}"/>`;
}

/** A line through the middle of each slice; where there is no value it is broken, and a lone value becomes a dot. */
export function curve(look: string, values: readonly (number | null)[], most: number): string[] {
  const step = plot.width / values.length;
  const runs: string[][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push(`${at(plot.left + step * (index + 0.5))} ${at(plot.bottom - (value / most) * plot.height)}`);
  }
  return runs.flatMap((points) => {
    const [first] = points;
    if (first === undefined) return [];
    // A line of no length shows as a dot through its round ends.
    return [`<path class="${look}" d="M${points.length === 1 ? `${first}L${first}` : points.join('L')}"/>`];
  });
}

/** A vertical line with a name, which stands to its left or right. */
export function marker(x: number, name: string, anchor: 'start' | 'end'): string {
  const beside = anchor === 'start' ? 4 : -4;
  return `<line class="mark" x1="${at(x)}" x2="${at(x)}" y1="${at(plot.top - 10)}" y2="${at(plot.bottom)}"/>${text(x + beside, plot.top - 2, name, anchor, 'strong')}`;
}

/** The horizontal axis of a chart over time. */
export function timeLabels(widthMs: number, count: number): string[] {
  const every = Math.ceil(count / 9);
  const labels: string[] = [];
  for (let slice = 0; slice < count; slice += every) {
    labels.push(text(plot.left + (plot.width / count) * slice, plot.bottom + 18, formatMs(slice * widthMs), 'middle'));
  }
  return [...labels, text(plot.right, plot.bottom + 36, 'time since the start', 'end')];
}

/** A swatch with its name, `offset` from the left above the plot. */
export function legend(offset: number, look: string, name: string): string {
  const x = plot.left + offset;
  return `<rect class="${look}" x="${at(x)}" y="4" width="12" height="12"/>${text(x + 18, 14, name, 'start')}`;
}

/** Words in a picture. */
export function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', look = ''): string {
  return `<text${look === '' ? '' : ` class="${look}"`} x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
}

/** A tenth of a unit is finer than any screen. */
function at(position: number): string {
  return String(Math.round(position * 10) / 10);
}
