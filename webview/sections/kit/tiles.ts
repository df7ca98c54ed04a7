import { h, setAttributes, setText } from '../../dom.ts';

/** One number in large print, and what it takes to read it right. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  /** Small print under the number. */
  readonly remark: string;
  /** One of the numbers to look at first. */
  readonly lead?: boolean;
  /** The number is not reliable; the remark says why. */
  readonly unsure?: boolean;
}

/** A row of tiles that is brought up to date in place. */
export interface Tiles {
  readonly element: HTMLElement;
  update(tiles: readonly Tile[]): void;
}

/**
 * Makes the tiles; their number stays.
 * @param layout `flowing`: as many in a row as fit, where their number isn't known
 */
export function createTiles(tiles: readonly Tile[], layout: 'set' | 'flowing' = 'set'): Tiles {
  const parts = tiles.map(() => ({ label: h('dt'), value: h('dd'), remark: h('dd', { class: 'remark' }) }));
  const boxes = parts.map(({ label, value, remark }) => h('div', { class: 'tile' }, label, value, remark));

  function update(next: readonly Tile[]): void {
    for (const [i, tile] of next.entries()) {
      const part = parts[i];
      const box = boxes[i];
      if (part === undefined || box === undefined) continue;
      setText(part.label, tile.label);
      setText(part.value, tile.value);
      setText(part.remark, tile.remark);
      setAttributes(box, { class: `tile${tile.lead === true ? ' lead' : ''}${tile.unsure === true ? ' unsure' : ''}` });
    }
  }

  update(tiles);
  return { element: h('dl', { class: layout === 'flowing' ? 'tiles flowing' : 'tiles' }, ...boxes), update };
}
