import { escapeHtml } from '../formats/escape.ts';
import { placeNames } from './point-names.ts';
import type { Band, ChartContent, Marker, Point, Series } from './content.ts';

const width = 640;
const plotHeight = 190;
/** Of a letter in a label, in a wide font. */
const letter = 7.5;
const letterHeight = 12;
const markerRow = 14;
const markerRows = 3;

/** Area of a chart with its data. */
interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Returns a chart and its legend for a page without scripts. Colors are classes in the page's style sheet. */
export function drawSvg(content: ChartContent): string {
  const plot = plotOf(content);
  const { title, summary, series, markers = [], limits = [], band } = content;
  const parts = [
    band === undefined ? '' : bandPart(band, plot),
    ...axisParts(content, plot),
    ...series.flatMap((each) => seriesParts(each, plot)),
    ...limits.map(({ y, label }) => limitPart(plot.y(y), label, plot)),
    ...nameParts(content, plot),
    ...markerParts(markers, plot),
  ];
  return `${legend(content)}<svg viewBox="0 0 ${width} ${plot.height}" role="img"><title>${escapeHtml(title)}</title><desc>${escapeHtml(summary)}</desc>${parts.join('')}</svg>`;
}

function plotOf({ x, y, markers = [] }: ChartContent): Plot {
  const longest = Math.max(...y.ticks.map((tick) => y.tick(tick).length));
  const left = Math.max(56, 16 + longest * letter);
  const right = width - 16;
  const named = markers.length > 0 ? markerRow * Math.min(markerRows, markers.length) : 0;
  const top = 34 + named;
  const bottom = top + plotHeight;
  return {
    left,
    right,
    top,
    bottom,
    height: bottom + 44,
    x: (value) => left + ((value - x.min) / (x.max - x.min)) * (right - left),
    y: (value) => bottom - ((value - y.min) / (y.max - y.min)) * plotHeight,
  };
}

function axisParts({ x, y }: ChartContent, plot: Plot): string[] {
  const across = y.ticks.map((tick) => {
    const at = plot.y(tick);
    return line('grid', plot.left, at, plot.right, at) + text(plot.left - 8, at + 4, y.tick(tick), 'end');
  });
  let freeFrom = -Infinity;
  const below = x.ticks.map((tick) => {
    const words = x.tick(tick);
    const half = (words.length * letter) / 2;
    const at = Math.min(plot.x(tick), width - half);
    if (at - half < freeFrom) return '';
    freeFrom = at + half + 8;
    return text(at, plot.bottom + 18, words, 'middle');
  });
  return [
    ...across,
    line('axis', plot.left, plot.bottom, plot.right, plot.bottom),
    ...below,
    text(plot.right, plot.bottom + 36, x.title, 'end'),
    text(8, 15, y.title, 'start'),
  ];
}

function seriesParts(series: Series, plot: Plot): string[] {
  const { color, look, shape, points } = series;
  if (shape === 'bars') return points.map((point) => barPart(point, color, plot));
  const runs = runsOf(points);
  const looks = `${look === 'dashed' ? 'curve dashed' : 'curve'} ${color}`;
  return [
    ...runs.flatMap((run) => {
      if (look === 'dots' || (run.length === 1 && series.dots !== true))
        return run.map((point) => dot(point, color, plot, 2.5));
      const path = pathOf(run, shape === 'steps', plot);
      const [first, last] = [run[0], run.at(-1)];
      const area =
        look === 'area' && first !== undefined && last !== undefined
          ? `<path class="area ${color}" d="${path}L${at(plot.x(last.x))} ${at(plot.bottom)}L${at(plot.x(first.x))} ${at(plot.bottom)}Z"/>`
          : '';
      return [area, `<path class="${looks}" d="${path}"/>`];
    }),
    ...(series.dots === true ? runs.flat().map((point) => dot(point, color, plot, 3)) : []),
    ...points.map((point) => intervalPart(point, color, plot)),
  ];
}

/** A point that has a value. */
type Drawn = Point & { readonly y: number };

/** Stretches of points without a gap. */
function runsOf(points: readonly Point[]): Drawn[][] {
  const runs: Drawn[][] = [[]];
  for (const point of points) {
    if (point.y === null) runs.push([]);
    else runs.at(-1)?.push({ ...point, y: point.y });
  }
  return runs.filter((run) => run.length > 0);
}

function pathOf(run: readonly Drawn[], stepped: boolean, plot: Plot): string {
  return run
    .map((point, i) => {
      const [x, y] = [at(plot.x(point.x)), at(plot.y(point.y))];
      return i === 0 ? `M${x} ${y}` : stepped ? `H${x}V${y}` : `L${x} ${y}`;
    })
    .join('');
}

function barPart({ x, y }: Point, color: string, plot: Plot): string {
  if (y === null || y <= 0) return '';
  const [from, to] = [plot.x(x - 0.46), plot.x(x + 0.46)];
  // A bin with a single response must not vanish.
  const tall = Math.max(1.5, plot.bottom - plot.y(y));
  return `<rect class="bar ${color}" x="${at(from)}" y="${at(plot.bottom - tall)}" width="${at(to - from)}" height="${at(tall)}"/>`;
}

const dot = ({ x, y }: Drawn, color: string, plot: Plot, radius: number): string =>
  `<circle class="dot ${color}" cx="${at(plot.x(x))}" cy="${at(plot.y(y))}" r="${radius}"/>`;

function intervalPart({ y, low, high }: Point, color: string, plot: Plot): string {
  if (y === null || low === undefined || high === undefined) return '';
  const [from, to, level] = [plot.x(low), plot.x(high), plot.y(y)];
  return [
    line(`curve ${color}`, from, level, to, level),
    ...[from, to].map((end) => line(`curve ${color}`, end, level - 5, end, level + 5)),
  ].join('');
}

function bandPart({ from, to }: Band, plot: Plot): string {
  const [left, right] = [Math.max(plot.left, plot.x(from)), Math.min(plot.right, plot.x(to))];
  return `<rect class="band" x="${at(left)}" y="${at(plot.top)}" width="${at(Math.max(0, right - left))}" height="${at(plot.bottom - plot.top)}"/>`;
}

const limitPart = (y: number, label: string, plot: Plot): string =>
  line('limit', plot.left, y, plot.right, y) + text(plot.left + 4, y - 4, label, 'start', 'strong');

/** Vertical lines; a name that would run into the one before moves a row up. */
function markerParts(markers: readonly Marker[], plot: Plot): string[] {
  const ends: number[] = Array.from({ length: markerRows }, () => -Infinity);
  return markers.map(({ x, label }) => {
    const place = plot.x(x);
    const half = (label.length * letter) / 2 + 4;
    const middle = Math.min(Math.max(place, plot.left + half), plot.right - half);
    const row = ends.findIndex((end) => middle - half >= end);
    const own = line('mark', place, plot.top - 2, place, plot.bottom);
    if (row < 0) return own;
    ends[row] = middle + half;
    return own + text(middle, plot.top - 6 - row * markerRow, label, 'middle', 'strong');
  });
}

const widthOf = (words: string): number => words.length * letter;

/** Labels next to points, as far as they have room. The table below the chart has them all. */
function nameParts({ series, limits = [] }: ChartContent, plot: Plot): string[] {
  const taken = limits.map(({ y, label }) => ({ x: plot.left + 4, y: plot.y(y) - 2, width: widthOf(label) }));
  const heightOf = (point: Point | undefined): number | undefined =>
    point === undefined || point.y === null ? undefined : plot.y(point.y);
  const named = series.flatMap(({ points }) =>
    points.flatMap((point, i) => {
      const y = heightOf(point);
      return point.name === undefined || y === undefined
        ? []
        : [{ name: point.name, x: plot.x(point.x), y, nextY: heightOf(points[i + 1]), width: widthOf(point.name) }];
    }),
  );
  return placeNames(named, taken, plot, letterHeight).map((place, i) =>
    place === undefined ? '' : text(place.x, place.y - 3, named[i]?.name ?? '', 'start', 'strong'),
  );
}

/** The series above the chart, as text that wraps; none if there is only one. */
function legend({ series, band }: ChartContent): string {
  if (series.length < 2 && band === undefined) return '';
  const keys = [
    ...series.map(({ label, color, look, shape }): [string, string] => [`${shape ?? ''} ${look} ${color}`, label]),
    ...(band === undefined ? [] : [['band', band.label] as const]),
  ];
  return `<figcaption>${keys.map(([key, label]) => `<span><i class="key ${key.trim()}"></i>${escapeHtml(label)}</span>`).join('')}</figcaption>`;
}

const line = (look: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="${look}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', look = ''): string {
  return `<text${look === '' ? '' : ` class="${look}"`} x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
}

/** A tenth of a unit is finer than any screen. */
const at = (position: number): string => String(Math.round(position * 10) / 10);
