import type { ChartOptions, Scale, TooltipItem } from 'chart.js';
import type { ChartAxis, ChartContent, Point } from '../../../src/core/report/charts/content.ts';
import type { Theme } from '../../theme.ts';
import type { Range } from './zoom.ts';

type Options = ChartOptions<'bar' | 'line'>;

/** Two linear axes with quiet grid lines across only; of the x axis the part that is looked at. */
export function axes({ x, y }: ChartContent, part: Range | null, theme: Theme): NonNullable<Options['scales']> {
  const font = { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) };
  const axis = (text: ChartAxis, { min, max }: Range, ticks: readonly number[]) => ({
    type: 'linear' as const,
    title: { display: text.title !== '', text: text.title, color: theme.dim, font, padding: 2 },
    border: { color: theme.axis },
    min,
    max,
    afterBuildTicks: (scale: Scale) => void (scale.ticks = ticks.map((value) => ({ value }))),
  });
  const ticks = (text: ChartAxis) => ({
    color: theme.dim,
    font,
    maxRotation: 0,
    autoSkipPadding: 16,
    callback: (value: string | number) => text.tick(Number(value)),
  });
  return {
    x: {
      ...axis(x, part ?? x, part === null ? x.ticks : (x.ticksOf?.(part.min, part.max) ?? x.ticks)),
      offset: false,
      grid: { display: false },
      ticks: ticks(x),
    },
    y: {
      ...axis(y, y, y.ticks),
      grid: { color: theme.grid, drawTicks: false },
      ticks: { ...ticks(y), autoSkip: false, padding: 6 },
    },
  };
}

/** Content of the tooltip: all series at that position, with a note on each point. */
export function tooltip(content: ChartContent, theme: Theme): NonNullable<NonNullable<Options['plugins']>['tooltip']> {
  const { x, y, series } = content;
  const font = { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 1) };
  const pointOf = (item: TooltipItem<'bar' | 'line'> | undefined): Point | undefined =>
    item === undefined ? undefined : series[item.datasetIndex]?.points[item.dataIndex];
  const isRows = hasIntervals(content);
  const label = (item: TooltipItem<'bar' | 'line'>): string => {
    const { note } = pointOf(item) ?? {};
    const name = item.dataset.label ?? '';
    if (isRows) return ` ${note ?? ''}`;
    return ` ${name}: ${y.text(item.parsed.y ?? 0)}${note === undefined ? '' : ` (${note})`}`;
  };
  return {
    animation: false,
    mode: sharesX(content) ? 'index' : 'nearest',
    axis: isRows ? 'y' : 'x',
    intersect: false,
    backgroundColor: theme.tooltipBackground,
    titleColor: theme.tooltipForeground,
    bodyColor: theme.tooltipForeground,
    borderColor: theme.tooltipBorder,
    borderWidth: 1,
    cornerRadius: 2,
    padding: 8,
    titleFont: { ...font, weight: 'normal' },
    bodyFont: font,
    boxWidth: 8,
    boxHeight: 8,
    callbacks: {
      title: ([item]: TooltipItem<'bar' | 'line'>[]) =>
        isRows ? (item?.dataset.label ?? '') : x.text(item?.parsed.x ?? 0),
      label,
    },
  };
}

/** Whether points have intervals: then each row is a thing, not a value. */
export const hasIntervals = ({ series }: ChartContent): boolean =>
  series.some(({ points }) => points.some(({ low }) => low !== undefined));

/** Whether the points of all series have the same positions. */
function sharesX({ series }: ChartContent): boolean {
  const [first, ...others] = series;
  return others.every(
    ({ points }) => points.length === first?.points.length && points.every(({ x }, i) => x === first.points[i]?.x),
  );
}
