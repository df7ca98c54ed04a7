import type { Chart } from 'chart.js';
import { button } from '../../controls.ts';
import { h } from '../../dom.ts';
import type { Theme } from '../../theme.ts';

/** A part of an axis. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Zooms the x axis: drag to select a part; Escape, a double-click, or the button shows everything again. */
export interface Zoom {
  /** Contains the button that shows everything again while only a part is shown. */
  readonly reset: HTMLElement;
  readonly part: () => Range | null;
  /** Draws the part that is being chosen. */
  readonly draw: (chart: Chart, theme: Theme) => void;
}

/** Minimum length of a drag, pixels. A shorter one is a click. */
const shortest = 6;

/**
 * Watches the pointer over a canvas.
 * @param isOn whether the chart has an axis that can be zoomed
 */
export function watchZoom(
  canvas: HTMLCanvasElement,
  chart: () => Chart,
  isOn: () => boolean,
  redraw: () => void,
): Zoom {
  let part: Range | null = null;
  let drag: { readonly from: number; to: number } | null = null;
  const reset = h('span', { class: 'reset' });

  const placeOf = (event: PointerEvent): number => {
    const { left, right } = chart().chartArea;
    return Math.min(right, Math.max(left, event.offsetX));
  };
  const set = (next: Range | null): void => {
    if (next === null && part === null) return;
    // The button goes away: what had the focus keeps it in the figure.
    if (next === null && reset.contains(document.activeElement)) canvas.focus();
    part = next;
    if (part === null) reset.replaceChildren();
    else if (reset.childElementCount === 0) reset.append(button('Reset Zoom', () => set(null)).element);
    redraw();
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (!isOn() || event.button !== 0) return;
    drag = { from: placeOf(event), to: placeOf(event) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (drag === null) return;
    drag.to = placeOf(event);
    chart().draw();
  });
  canvas.addEventListener('pointerup', () => {
    const chosen = drag;
    drag = null;
    const scale = chart().scales['x'];
    if (chosen === null || scale === undefined) return;
    if (Math.abs(chosen.to - chosen.from) < shortest) {
      chart().draw();
      return;
    }
    const [low, high] = [chosen.from, chosen.to]
      .map((at) => scale.getValueForPixel(at))
      .toSorted((a, b) => (a ?? 0) - (b ?? 0));
    if (low !== undefined && high !== undefined) set({ min: low, max: high });
  });
  canvas.addEventListener('pointercancel', () => {
    drag = null;
    chart().draw();
  });
  canvas.addEventListener('dblclick', () => set(null));
  canvas.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') set(null);
  });

  return {
    reset,
    part: () => (isOn() ? part : null),
    draw: ({ ctx, chartArea }, theme) => {
      if (drag === null) return;
      ctx.save();
      ctx.fillStyle = theme.selection;
      ctx.strokeStyle = theme.foreground;
      const [left, width] = [Math.min(drag.from, drag.to), Math.abs(drag.to - drag.from)];
      ctx.fillRect(left, chartArea.top, width, chartArea.height);
      ctx.strokeRect(left, chartArea.top, width, chartArea.height);
      ctx.restore();
    },
  };
}
