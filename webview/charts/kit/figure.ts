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
import { h, setAttributes, setText, type Child } from '../../dom.ts';
import { createTable, tableTwin, type Cell, type Column } from '../../table.ts';
import { readTheme, type SeriesColor, type Theme } from '../../theme.ts';
import { axes, tooltip, type AxisText } from './options.ts';
import { drawLimits, drawMarkers, drawPointNames, type Limit, type Marker } from './markers.ts';

Chart.register(BarController, BarElement, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

type Points = { x: number; y: number | null }[];

/** One series of a chart: how the legend names and draws it, and its points. Later series are drawn over earlier ones. */
export interface Series {
  readonly label: string;
  readonly color: SeriesColor;
  /** Told apart by more than colour: a filled area, a line, a dashed line. */
  readonly look: 'area' | 'line' | 'dashed';
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
  /** `bars`: each point is the middle of a bar; `steps`: the value holds up to the next point; `curve`: a line without corners. */
  readonly shape?: 'bars' | 'steps' | 'curve';
  /** Each point is drawn: there are few, and they are what was measured. */
  readonly dots?: boolean;
  /** Written beside the points. */
  readonly pointNames?: readonly string[];
}

/** Everything a chart shows at one moment, in words and in numbers. */
export interface ChartContent {
  /** The chart in one sentence, for those who do not see it. */
  readonly summary: string;
  readonly series: readonly Series[];
  readonly x: AxisText;
  readonly y: AxisText;
  readonly markers?: readonly Marker[];
  readonly limits?: readonly Limit[];
  /** Small print below the chart. */
  readonly remark?: string;
  /** Rows of the table twin. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A chart with its title, legend and table twin. */
export interface ChartFigure {
  readonly element: HTMLElement;
  update(content: ChartContent): void;
  recolor(): void;
  dispose(): void;
}

/** Draws a chart. Nothing in it moves: snapshots replace one another without animation. */
export function chartFigure(title: string, columns: readonly Column[], first: ChartContent): ChartFigure {
  let content = first;
  const canvas = h('canvas', { role: 'img' });
  const legend = h('ul', { class: 'legend', 'aria-label': `Series of ${title}` });
  /** Labels of the series that the reader has switched off. */
  const off = new Set<string>();
  const remark = h('p', { class: 'remark' });
  const table = createTable(title, columns);
  const twin = tableTwin(title, table);
  const element = h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, h('h3', {}, title), legend),
    h('div', { class: 'canvas-box' }, canvas),
    remark,
    twin,
  );
  let theme = readTheme();
  const markers = {
    id: 'markers',
    afterDatasetsDraw: (drawn: Chart) => {
      drawMarkers(drawn, content.markers ?? [], theme);
      drawLimits(drawn, content.limits ?? [], theme);
      drawPointNames(
        drawn,
        content.series.map(({ pointNames }) => pointNames),
        theme,
      );
    },
  };
  const chart = new Chart(canvas, { type: 'line', ...drawing(content, theme, off), plugins: [markers] });

  function update(next: ChartContent): void {
    content = next;
    setAttributes(canvas, { 'aria-label': `${title}. ${content.summary}` });
    showLegend(legend, content.series, off, recolor);
    setText(remark, content.remark ?? '');
    if (twin.open) table.update(content.rows);
    recolor();
  }

  function recolor(): void {
    theme = readTheme();
    const { data, options } = drawing(content, theme, off);
    chart.data = data;
    chart.options = options;
    chart.update('none');
  }

  twin.addEventListener('toggle', () => {
    if (twin.open) table.update(content.rows);
  });
  update(first);
  return { element, update, recolor, dispose: () => chart.destroy() };
}

interface Drawing {
  readonly data: ChartData<'bar' | 'line', Points>;
  readonly options: ChartOptions<'bar' | 'line'>;
}

function drawing(content: ChartContent, theme: Theme, off: ReadonlySet<string>): Drawing {
  return {
    data: {
      datasets: content.series.map((series, i) => ({ ...dataset(series, -i, theme), hidden: off.has(series.label) })),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { top: (content.markers ?? []).length === 0 ? 6 : 42, right: 8 } },
      scales: axes(content.x, content.y, theme),
      plugins: { tooltip: tooltip(content.x, content.y, theme) },
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
      data: points,
      backgroundColor: theme.fill(color, 'bar'),
      hoverBackgroundColor: color,
      borderColor: color,
      borderWidth: theme.highContrast ? 1 : 0,
      barPercentage: 1,
      categoryPercentage: 0.92,
      grouped: false,
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
    fill: series.look === 'area' ? 'origin' : false,
    stepped: series.shape === 'steps' ? 'before' : false,
    pointRadius: series.dots === true || points.filter(({ y }) => y !== null).length === 1 ? 3 : 0,
    pointHoverRadius: 4,
    pointBackgroundColor: color,
    spanGaps: true,
    tension: 0,
    ...(series.shape === 'curve' ? { cubicInterpolationMode: 'monotone' as const } : {}),
  };
}

/** Fills the legend; where there are several series, each is switched on and off by a button. */
function showLegend(legend: HTMLElement, series: readonly Series[], off: Set<string>, redraw: () => void): void {
  const wanted = series.map(({ label }) => label).join('\n');
  if (legend.dataset['shown'] === wanted) return;
  legend.dataset['shown'] = wanted;
  legend.replaceChildren(
    ...series.map(({ label, color, look }) => {
      const parts = [h('i', { class: `swatch ${look} ${color}` }), label];
      return h('li', {}, ...(series.length > 1 ? [seriesSwitch(label, parts, off, redraw)] : parts));
    }),
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
