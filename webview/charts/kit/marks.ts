import type { Chart } from 'chart.js';
import type { Band, ChartContent, Limit, Marker, Series } from '../../../src/core/report/charts/content.ts';
import { placeNames } from '../../../src/core/report/charts/point-names.ts';
import type { Theme } from '../../theme.ts';

const rowHeight = 13;

/** Draws the markers; a name that would run into the one before moves a row up, beyond the end of its line. */
export function drawMarkers(chart: Chart, markers: readonly Marker[], theme: Theme): void {
  const { ctx, chartArea, scales } = chart;
  const scale = scales['x'];
  if (scale === undefined || markers.length === 0) return;
  ctx.save();
  ctx.font = `${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  ctx.strokeStyle = theme.foreground;
  ctx.fillStyle = theme.foreground;
  ctx.setLineDash([2, 3]);
  const ends = [-Infinity, -Infinity, -Infinity];
  for (const { x, label } of markers) {
    const at = scale.getPixelForValue(x);
    if (!Number.isFinite(at) || at < chartArea.left - 1 || at > chartArea.right + 1) continue;
    const half = ctx.measureText(label).width / 2 + 4;
    const middle = Math.min(Math.max(at, chartArea.left + half), chartArea.right - half);
    const free = ends.findIndex((end) => middle - half >= end);
    const row = Math.max(0, free);
    ctx.beginPath();
    ctx.moveTo(at, chartArea.bottom);
    ctx.lineTo(at, chartArea.top - 2);
    ctx.stroke();
    if (free < 0) continue;
    ends[row] = middle + half;
    ctx.fillText(label, middle, chartArea.top - 2 - row * rowHeight);
  }
  ctx.restore();
}

/** Draws the limits. */
export function drawLimits(chart: Chart, limits: readonly Limit[], theme: Theme): void {
  const { ctx, chartArea, scales } = chart;
  const scale = scales['y'];
  if (scale === undefined || limits.length === 0) return;
  ctx.save();
  ctx.font = `${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.strokeStyle = theme.series.red;
  ctx.fillStyle = theme.foreground;
  ctx.setLineDash([6, 3]);
  for (const { y, label } of limits) {
    const at = scale.getPixelForValue(y);
    if (!Number.isFinite(at) || at < chartArea.top - 1 || at > chartArea.bottom + 1) continue;
    ctx.beginPath();
    ctx.moveTo(chartArea.left, at);
    ctx.lineTo(chartArea.right, at);
    ctx.stroke();
    ctx.fillText(label, chartArea.left + 4, at - 2);
  }
  ctx.restore();
}

/** Draws the stretch of the x axis that is set apart. */
export function drawBand(chart: Chart, band: Band | undefined, theme: Theme): void {
  const { ctx, chartArea, scales } = chart;
  const scale = scales['x'];
  if (scale === undefined || band === undefined) return;
  const left = Math.max(chartArea.left, scale.getPixelForValue(band.from));
  const right = Math.min(chartArea.right, scale.getPixelForValue(band.to));
  if (right <= left) return;
  ctx.save();
  ctx.fillStyle = theme.band;
  ctx.fillRect(left, chartArea.top, right - left, chartArea.height);
  if (theme.highContrast) {
    ctx.strokeStyle = theme.foreground;
    ctx.strokeRect(left, chartArea.top, right - left, chartArea.height);
  }
  ctx.restore();
}

/** Draws the intervals of points. */
export function drawIntervals(chart: Chart, series: readonly Series[], theme: Theme): void {
  const { ctx, scales } = chart;
  const { x: across, y: up } = scales;
  if (across === undefined || up === undefined) return;
  ctx.save();
  ctx.lineWidth = 2;
  for (const [i, { points, color }] of series.entries()) {
    if (!chart.isDatasetVisible(i)) continue;
    ctx.strokeStyle = theme.series[color];
    ctx.beginPath();
    for (const { x, y, bottom, top, low, high } of points) {
      if (bottom !== undefined && top !== undefined) {
        const [at, from, to] = [across.getPixelForValue(x), up.getPixelForValue(bottom), up.getPixelForValue(top)];
        ctx.moveTo(at, from);
        ctx.lineTo(at, to);
        for (const end of [from, to]) {
          ctx.moveTo(at - 4, end);
          ctx.lineTo(at + 4, end);
        }
      }
      if (y === null || low === undefined || high === undefined) continue;
      const [from, to, level] = [across.getPixelForValue(low), across.getPixelForValue(high), up.getPixelForValue(y)];
      ctx.moveTo(from, level);
      ctx.lineTo(to, level);
      for (const end of [from, to]) {
        ctx.moveTo(end, level - 4);
        ctx.lineTo(end, level + 4);
      }
    }
    ctx.stroke();
  }
  ctx.restore();
}

/** Draws the label of a point next to it, if points have labels, off the line and other labels. */
export function drawPointNames(
  chart: Chart,
  { series, limits = [] }: Pick<ChartContent, 'series' | 'limits'>,
  theme: Theme,
): void {
  const { ctx, chartArea, scales } = chart;
  const size = Math.max(10, theme.fontSize - 2);
  ctx.save();
  ctx.font = `${size}px ${theme.fontFamily}`;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  ctx.fillStyle = theme.foreground;
  const widthOf = (text: string): number => ctx.measureText(text).width;
  const taken = limits.map(({ y, label }) => ({
    x: chartArea.left + 4,
    y: (scales['y']?.getPixelForValue(y) ?? 0) - 2,
    width: widthOf(label),
  }));
  const named = series.flatMap(({ points }, i) => {
    const { data } = chart.getDatasetMeta(i);
    return points.flatMap(({ name }, p) => {
      const point = data[p];
      return point === undefined || name === undefined
        ? []
        : [{ name, x: point.x, y: point.y, nextY: data[p + 1]?.y, width: widthOf(name) }];
    });
  });
  // The tooltip has a name without room.
  for (const [i, place] of placeNames(named, taken, chartArea, size).entries())
    if (place !== undefined) ctx.fillText(named[i]?.name ?? '', place.x, place.y);
  ctx.restore();
}
