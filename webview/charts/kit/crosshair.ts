import type { Chart } from 'chart.js';
import type { Theme } from '../../theme.ts';

/** A line at the time under the pointer, in every chart over time at once. */
export interface Crosshair {
  readonly draw: (chart: Chart, theme: Theme) => void;
  readonly dispose: () => void;
}

/** The time under the pointer, s; null without a pointer over a chart over time. */
let atS: number | null = null;
const redraws = new Set<() => void>();

function move(to: number | null): void {
  if (to === atS) return;
  atS = to;
  for (const redraw of redraws) redraw();
}

/**
 * Watches the pointer over a canvas.
 * @param isOn whether the chart is over time
 */
export function watchCrosshair(canvas: HTMLCanvasElement, chart: () => Chart, isOn: () => boolean): Crosshair {
  const redraw = (): void => {
    if (isOn()) chart().draw();
  };
  redraws.add(redraw);
  canvas.addEventListener('pointermove', ({ offsetX }) => {
    if (!isOn()) return;
    const { chartArea, scales } = chart();
    const isOver = offsetX >= chartArea.left && offsetX <= chartArea.right;
    move(isOver ? (scales['x']?.getValueForPixel(offsetX) ?? null) : null);
  });
  canvas.addEventListener('pointerleave', () => move(null));
  return {
    draw: ({ ctx, chartArea, scales }, theme) => {
      const at = atS === null || !isOn() ? undefined : scales['x']?.getPixelForValue(atS);
      if (at === undefined || !(at >= chartArea.left && at <= chartArea.right)) return;
      ctx.save();
      ctx.strokeStyle = theme.dim;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(at, chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
    dispose: () => void redraws.delete(redraw),
  };
}
