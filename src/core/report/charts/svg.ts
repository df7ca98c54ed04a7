import { escapeHtml } from '../formats/escape.ts';
import { formatMs, withoutZeros } from '../../format.ts';

const width = 960;
const height = 260;
/** Of a letter in a label, about. */
const widestLetter = 8;

/** Where the data of a chart is drawn. */
export const plot = { left: 64, right: 944, top: 28, bottom: 216, width: 880, height: 188 } as const;

/** A whole picture with its title and description for screen readers. */
export function frame(title: string, description: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${String(width)} ${String(height)}" role="img"><title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>${parts.join('')}</svg>`;
}

/** A vertical axis: nice values from 0 up to the first that is not below the data. */
export interface Axis {
  readonly top: number;
  readonly ticks: readonly number[];
}

/** The axis for data that reaches `most`. */
export function axis(most: number): Axis {
  if (!(most > 0)) return { top: 1, ticks: [0, 1] };
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = ([1, 2, 2.5, 5].find((nice) => nice * power * 5 >= most * (1 - 1e-9)) ?? 10) * power;
  const count = Math.ceil(most / step - 1e-9);
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** The lines of a vertical axis with their values. */
export function horizontals({ top, ticks }: Axis, format: (value: number) => string): string[] {
  return ticks.map((tick) => {
    const y = plot.bottom - (tick / top) * plot.height;
    const line = `<line class="${tick === 0 ? 'axis' : 'grid'}" x1="${at(plot.left)}" x2="${at(plot.right)}" y1="${at(y)}" y2="${at(y)}"/>`;
    return line + text(plot.left - 8, y + 4, tick === 0 ? '0' : withoutZeros(format(tick)), 'end');
  });
}

/** Bar `index` of `count`, `share` of the plot tall. */
export function column(look: string, index: number, count: number, share: number): string {
  return bar(look, index / count, (index + 1) / count, share);
}

/** Bar over a part of the horizontal axis, `share` of the plot tall. `from` and `to` are shares of the plot's width. */
export function bar(look: string, from: number, to: number, share: number): string {
  if (!(share > 0)) return '';
  const step = plot.width * (to - from);
  const tall = share * plot.height;
  return `<rect class="${look}" x="${at(plot.left + plot.width * from + step * 0.06)}" y="${at(plot.bottom - tall)}" width="${at(step * 0.88)}" height="${at(tall)}"/>`;
}

/** A line through the middle of each slice; where there is no value it is broken, and a lone value becomes a dot. */
export function curve(look: string, values: readonly (number | null)[], top: number): string[] {
  const step = plot.width / values.length;
  const runs: [x: number, y: number][][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([plot.left + step * (index + 0.5), plot.bottom - (value / top) * plot.height]);
  }
  return runs.flatMap((points) => {
    const [first] = points;
    if (first === undefined) return [];
    if (points.length === 1) return [`<circle class="${look}" cx="${at(first[0])}" cy="${at(first[1])}" r="2"/>`];
    return [`<path class="${look}" d="M${points.map(([x, y]) => `${at(x)} ${at(y)}`).join('L')}"/>`];
  });
}

/** A line through points that stand where they stand, with a dot at each unless it is a smooth curve. */
export function points(
  look: string,
  places: readonly { readonly x: number; readonly value: number }[],
  top: number,
  dots = true,
): string[] {
  const spots = places.map(({ x, value }) => [at(x), at(plot.bottom - (value / top) * plot.height)] as const);
  const line = `<path class="${look}" d="M${spots.map(([x, y]) => `${x} ${y}`).join('L')}"/>`;
  return [line, ...(dots ? spots.map(([x, y]) => `<circle class="${look}" cx="${x}" cy="${y}" r="3"/>`) : [])];
}

/** A vertical line with a name, which stands to its left or right. */
export function marker(x: number, name: string, anchor: 'start' | 'end'): string {
  const beside = anchor === 'start' ? 4 : -4;
  return `<line class="mark" x1="${at(x)}" x2="${at(x)}" y1="${at(plot.top - 10)}" y2="${at(plot.bottom)}"/>${text(x + beside, plot.top - 2, name, anchor, 'strong')}`;
}

/** The horizontal axis of a chart over time. */
export function timeLabels(widthMs: number, count: number): string[] {
  const spanMs = widthMs * count;
  const power = 10 ** Math.floor(Math.log10(spanMs / 10));
  const decimal = [1, 2, 5, 10].map((nice) => nice * power);
  const steps = spanMs < 120_000 ? decimal : [15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1800e3, 3600e3, 7200e3, 21600e3];
  const step = steps.find((nice) => spanMs / nice <= 10) ?? 86_400e3;
  const labels: string[] = [];
  for (let ms = 0; ms <= spanMs; ms += step) {
    const words = ms === 0 ? '0' : withoutZeros(formatMs(ms));
    labels.push(belowAxis(plot.left + (plot.width * ms) / spanMs, words));
  }
  return [...labels, text(plot.right, plot.bottom + 36, 'time since the start', 'end')];
}

/** A value below the horizontal axis, in the middle of its place where that does not cut it off at the right. */
export function belowAxis(x: number, words: string): string {
  const cut = x + (words.length * widestLetter) / 2 > width;
  return text(cut ? plot.right : x, plot.bottom + 18, words, cut ? 'end' : 'middle');
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
