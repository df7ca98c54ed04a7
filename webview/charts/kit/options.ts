import type { ChartOptions, Scale, TooltipItem } from 'chart.js';
import type { Theme } from '../../theme.ts';

/** An axis in words: its title, and how a value on it is written. */
export interface AxisText {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly min?: number;
  readonly max?: number;
  /** Ticks at whole numbers only. */
  readonly wholeSteps?: boolean;
  /** Ticks at just these values. */
  readonly ticks?: readonly number[];
  /** How the tooltip names a point, where that is not how the axis writes it. */
  readonly pointed?: (value: number) => string;
}

type Options = ChartOptions<'bar' | 'line'>;

/** Two linear axes with quiet grid lines across only. */
export function axes(x: AxisText, y: AxisText, theme: Theme): NonNullable<Options['scales']> {
  const font = { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) };
  const axis = (text: AxisText) => ({
    type: 'linear' as const,
    title: { display: true, text: text.title, color: theme.dim, font, padding: 2 },
    border: { color: theme.axis },
    ...(text.min === undefined ? {} : { min: text.min }),
    ...(text.max === undefined ? {} : { max: text.max }),
    ...(text.ticks === undefined
      ? {}
      : { afterBuildTicks: (scale: Scale) => void (scale.ticks = (text.ticks ?? []).map((value) => ({ value }))) }),
  });
  const ticks = (text: AxisText) => ({
    color: theme.dim,
    font,
    maxRotation: 0,
    autoSkipPadding: 16,
    ...(text.wholeSteps === true ? { precision: 0 } : {}),
    includeBounds: text.max === undefined,
    callback: (value: string | number) => tick(Number(value), text),
  });
  return {
    x: {
      ...axis(x),
      offset: false,
      grid: { display: false },
      ticks: { ...ticks(x), maxTicksLimit: x.ticks === undefined ? 7 : 20 },
    },
    y: {
      ...axis(y),
      beginAtZero: true,
      grid: { color: theme.grid, drawTicks: false },
      ticks: { ...ticks(y), maxTicksLimit: 5, padding: 6 },
    },
  };
}

/** The words of a value without the zeros that an axis does not need: `5 req/s`, not `5.00 req/s`. */
function tick(value: number, { format, wholeSteps, ticks }: AxisText): string {
  if (ticks !== undefined) return format(value);
  if (value === 0 && wholeSteps !== true) return '0';
  return format(value).replace(/(\.\d*?)0+(?!\d)/, (_, kept: string) => (kept === '.' ? '' : kept));
}

/** What stands beside the pointer: all series at that x. */
export function tooltip(
  x: AxisText,
  y: AxisText,
  theme: Theme,
): NonNullable<NonNullable<Options['plugins']>['tooltip']> {
  const font = { family: theme.fontFamily, size: Math.max(10, theme.fontSize - 1) };
  return {
    animation: false,
    mode: 'index',
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
      title: ([item]: TooltipItem<'bar' | 'line'>[]) => (x.pointed ?? x.format)(item?.parsed.x ?? 0),
      label: (item: TooltipItem<'bar' | 'line'>) => ` ${item.dataset.label ?? ''}: ${y.format(item.parsed.y ?? 0)}`,
    },
  };
}
