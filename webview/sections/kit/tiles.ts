import type { Gauge } from '../../../src/core/report/tiles/gauge.ts';
import type { Trail } from '../../../src/core/report/tiles/trail.ts';
import { h, setAttributes, setText } from '../../dom.ts';
import { gauge } from './gauge.ts';
import { sparkline } from './sparkline.ts';

/** A large number, with what is needed to interpret it. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  /** Small print under the number. */
  readonly remark: string;
  /** One of the headline numbers. */
  readonly lead?: boolean;
  /** The number is unreliable, and the remark says why. */
  readonly unsure?: boolean;
  /** The objectives that judge the number. */
  readonly gauges?: readonly Gauge[];
  /** The number in earlier runs. */
  readonly trail?: Trail;
}

/** Rows of tiles that are brought up to date in place. */
export interface Tiles {
  readonly element: HTMLElement;
  update(tiles: readonly Tile[]): void;
}

/** Creates the tiles, with the headline ones in a separate row. Their number and the headline ones don't change. */
export function createTiles(tiles: readonly Tile[]): Tiles {
  const parts = tiles.map(() => ({
    label: h('dt'),
    value: h('dd'),
    remark: h('dd', { class: 'remark' }),
    more: h('dd', { class: 'more' }),
  }));
  const boxes = parts.map(({ label, value, remark }) => h('div', { class: 'tile' }, label, value, remark));

  function update(next: readonly Tile[]): void {
    for (const [i, tile] of next.entries()) {
      const part = parts[i];
      const box = boxes[i];
      if (part === undefined || box === undefined) continue;
      setText(part.label, tile.label);
      setText(part.value, tile.value);
      setText(part.remark, tile.remark);
      const { gauges = [], trail } = tile;
      part.more.replaceChildren(...gauges.map(gauge), ...(trail === undefined ? [] : [sparkline(trail)]));
      if (part.more.childElementCount > 0) box.append(part.more);
      else part.more.remove();
      setAttributes(box, { class: `tile${tile.lead === true ? ' lead' : ''}${tile.unsure === true ? ' unsure' : ''}` });
    }
  }

  update(tiles);
  const row = (lead: boolean): HTMLElement | null => {
    const its = boxes.filter((_, i) => (tiles[i]?.lead ?? false) === lead);
    return its.length === 0 ? null : h('dl', { class: lead ? 'tiles leading' : 'tiles' }, ...its);
  };
  return { element: h('div', { class: 'tile-rows' }, row(true), row(false)), update };
}
