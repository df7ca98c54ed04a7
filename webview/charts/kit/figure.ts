import {
  BarController,
  BarElement,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartData,
  type ChartDataset,
  type ChartOptions,
} from 'chart.js';
import type { ChartContent, Point, Series } from '../../../src/core/report/charts/content.ts';
import { h, setAttributes, setText, type Child } from '../../dom.ts';
import { tableTwin } from '../../table.ts';
import { readTheme, type Theme } from '../../theme.ts';
import { watchCrosshair } from './crosshair.ts';
import { drawBand, drawLimits, drawMarkers, drawPointNames, drawIntervals } from './marks.ts';
import { axes, hasIntervals, tooltip } from './options.ts';
import { watchZoom, type Range } from './zoom.ts';

Chart.register(BarController, BarElement, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

type Points = { x: number; y: number | null }[];

/** A chart with its title, legend and table twin. */
export interface ChartFigure {
  readonly element: HTMLElement;
  update(content: ChartContent): void;
  recolor(): void;
  dispose(): void;
}

/**
 * Draws a chart without animation, because snapshots replace one another.
 * @param hasTable whether its table is already next to it, unfolded
 * @param onPick takes the number of a point of the first series that is clicked
 */
export function chartFigure(
  first: ChartContent,
  { hasTable = false, onPick }: { hasTable?: boolean; onPick?: (point: number) => void } = {},
): ChartFigure {
  let content = first;
  const canvas = h('canvas', { role: 'img', tabindex: first.x.ticksOf === undefined ? undefined : 0 });
  const heading = h('h3');
  const legend = h('ul', { class: 'legend' });
  /** Labels of the series that the reader has switched off. */
  const off = new Set<string>();
  const remark = h('p', { class: 'remark' });
  const twin = tableTwin(first.table);
  const zoom = watchZoom(
    canvas,
    () => chart,
    () => content.x.ticksOf !== undefined,
    () => recolor(),
  );
  const crosshair = watchCrosshair(
    canvas,
    () => chart,
    () => content.x.ticksOf !== undefined,
  );
  const box = h('div', { class: 'canvas-box' }, canvas);
  const element = h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, heading, zoom.reset, legend),
    box,
    remark,
    hasTable ? null : twin.element,
  );
  let theme = readTheme();
  const marks = {
    id: 'marks',
    beforeDatasetsDraw: (drawn: Chart) => drawBand(drawn, content.band, theme),
    afterDatasetsDraw: (drawn: Chart) => {
      drawIntervals(drawn, content.series, theme);
      drawMarkers(drawn, content.markers ?? [], theme);
      drawLimits(drawn, content.limits ?? [], theme);
      drawPointNames(drawn, content, theme);
      crosshair.draw(drawn, theme);
      zoom.draw(drawn, theme);
    },
  };
  const chart: Chart<'bar' | 'line', Points> = new Chart<'bar' | 'line', Points>(canvas, {
    type: 'line',
    ...drawing(content, null, theme, off),
    plugins: [marks],
  });

  if (onPick !== undefined) {
    canvas.addEventListener('click', (event) => {
      const places = chart.getDatasetMeta(0).data.map(({ x }) => Math.abs(x - event.offsetX));
      const nearest = places.indexOf(Math.min(...places));
      if (nearest >= 0) onPick(nearest);
    });
  }

  function update(next: ChartContent): void {
    content = next;
    const { title, summary, series, band } = content;
    setText(heading, title);
    setAttributes(canvas, { 'aria-label': `${title}. ${summary}` });
    setAttributes(legend, { 'aria-label': `Series of ${title}` });
    setAttributes(box, {
      class: `canvas-box${hasIntervals(content) ? ' rows' : ''}${onPick === undefined ? '' : ' pickable'}`,
    });
    showLegend(legend, series, band?.label, off, recolor);
    setText(remark, content.remark ?? '');
    twin.show(content.table);
    recolor();
  }

  function recolor(): void {
    theme = readTheme();
    const { data, options } = drawing(content, zoom.part(), theme, off);
    chart.data = data;
    chart.options = options;
    chart.update('none');
  }

  update(first);
  const dispose = (): void => {
    crosshair.dispose();
    chart.destroy();
  };
  return { element, update, recolor, dispose };
}

interface Drawing {
  readonly data: ChartData<'bar' | 'line', Points>;
  readonly options: ChartOptions<'bar' | 'line'>;
}

/** Room above the data for names of markers. */
const markerRoom = 42;

function drawing(content: ChartContent, part: Range | null, theme: Theme, off: ReadonlySet<string>): Drawing {
  const markers = content.markers?.length ?? 0;
  return {
    data: {
      datasets: content.series.map((series, i) => ({ ...dataset(series, -i, theme), hidden: off.has(series.label) })),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: hasIntervals(content) ? 'y' : 'x', intersect: false },
      layout: { padding: { top: markers === 0 ? 8 : markers === 1 ? markerRoom / 2 : markerRoom, right: 8 } },
      scales: axes(content, part, theme),
      plugins: { tooltip: tooltip(content, theme) },
    },
  };
}

function dataset(series: Series, order: number, theme: Theme): ChartDataset<'bar' | 'line', Points> {
  const color = theme.series[series.color];
  const points = series.points.map(({ x, y }) => ({ x, y }));
  if (series.shape === 'bars') {
    return {
      type: 'bar',
      label: series.label,
      order,
      // An empty bin must not look like one.
      data: points.map((point) => (point.y === 0 ? { ...point, y: null } : point)),
      backgroundColor: theme.fill(color, 'bar'),
      hoverBackgroundColor: color,
      borderColor: color,
      borderWidth: theme.highContrast ? 1 : 0,
      barPercentage: 1,
      categoryPercentage: 0.92,
      grouped: false,
      // A bin with a single response must not vanish.
      minBarLength: 2,
    };
  }
  return {
    type: 'line',
    label: series.label,
    order,
    data: points,
    borderColor: color,
    backgroundColor: theme.fill(color, 'area'),
    borderWidth: theme.highContrast ? 2 : 1.5,
    borderDash: series.look === 'dashed' ? [5, 3] : [],
    fill: series.look === 'area' ? 'start' : false,
    stepped: series.shape === 'steps' ? 'before' : false,
    showLine: series.look !== 'dots',
    pointRadius: series.points.map((_, i) =>
      series.dots === true || series.look === 'dots' ? 3 : isLone(series.points, i) ? 2 : 0,
    ),
    pointHoverRadius: 4,
    pointBackgroundColor: color,
    tension: 0,
    // Half a dot at an end of an axis would look like none.
    clip: 5,
  };
}

/** Whether a point has no neighbor to draw a line to. */
const isLone = (points: readonly Point[], i: number): boolean =>
  [points[i - 1], points[i + 1]].every((beside) => beside === undefined || beside.y === null);

/** Fills the legend. With several series, a button shows or hides each one. */
function showLegend(
  legend: HTMLElement,
  series: readonly Series[],
  band: string | undefined,
  off: Set<string>,
  redraw: () => void,
): void {
  const wanted = [...series.map(({ label }) => label), band].join('\n');
  if (legend.dataset['shown'] === wanted) return;
  legend.dataset['shown'] = wanted;
  legend.replaceChildren(
    ...series.map(({ label, color, look }) => {
      const parts = [h('i', { class: `swatch ${look} ${color}` }), label];
      return h('li', {}, ...(series.length > 1 ? [seriesSwitch(label, parts, off, redraw)] : parts));
    }),
    ...(band === undefined ? [] : [h('li', {}, h('i', { class: 'swatch band' }), band)]),
  );
}

function seriesSwitch(label: string, parts: readonly Child[], off: Set<string>, redraw: () => void): HTMLElement {
  const press = h('button', { class: 'series', type: 'button', 'aria-pressed': String(!off.has(label)) }, ...parts);
  press.addEventListener('click', () => {
    if (!off.delete(label)) off.add(label);
    setAttributes(press, { 'aria-pressed': String(!off.has(label)) });
    redraw();
  });
  return press;
}
