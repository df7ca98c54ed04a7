/** A label and its point, in the units of the drawing. */
export interface PointName {
  readonly x: number;
  readonly y: number;
  /** Of the next point of the series; absent for the last. */
  readonly nextY?: number | undefined;
  readonly width: number;
}

/** Where a label is: its left end, its lower edge, and its width. */
export interface NamePlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * Returns where labels of points are, off the line and each other; undefined for a label without room. Farther from its
 * point, it would be read as another's.
 * @param taken other texts in the area
 * @param size height of a label
 */
export function placeNames(
  names: readonly PointName[],
  taken: readonly NamePlace[],
  area: { readonly left: number; readonly right: number; readonly bottom: number },
  size: number,
): (NamePlace | undefined)[] {
  const all = [...taken];
  return names.map(({ x: at, y: level, nextY, width }) => {
    const rises = nextY !== undefined && level - nextY > size && at - width - 5 > area.left;
    const left = rises || at + width + 8 > area.right;
    const sides = [at + 5, at - 5 - width];
    const places = [level - 3, level + size + 5].flatMap((y) =>
      (left ? sides.toReversed() : sides).map((x) => ({ x, y, width })),
    );
    const place = places.find(
      ({ x, y }) =>
        x >= area.left &&
        x + width <= area.right &&
        y <= area.bottom &&
        all.every((one) => Math.abs(one.y - y) >= size || one.x >= x + width || x >= one.x + one.width),
    );
    if (place !== undefined) all.push(place);
    return place;
  });
}
