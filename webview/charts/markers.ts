import type { Chart } from 'chart.js';
import type { Theme } from '../theme.ts';

/** A vertical line at a value of the x axis, with its name above. */
export interface Marker {
  readonly x: number;
  readonly label: string;
}

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
