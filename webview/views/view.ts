import type { PanelState } from '../../src/panel-protocol.ts';
import type { ChartFigure } from '../charts/kit/figure.ts';

/** One kind of state on the screen. */
export interface View {
  readonly element: HTMLElement;
  readonly charts: readonly ChartFigure[];
  /** Shows a later state of the same kind in place. Absent if it never changes. */
  update?(state: PanelState): void;
}

/** A state of one kind. */
export type StateOf<K extends PanelState['kind']> = Extract<PanelState, { readonly kind: K }>;
