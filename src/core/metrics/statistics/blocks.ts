/** Returns the mean of values; NaN without one. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Returns the means of a number of blocks of equal length, which depend on each other less than single values do, and that
 * length. Values at the start that fill no block are ignored. Null with fewer values than blocks.
 */
export function blockMeans(
  values: readonly number[],
  blocks: number,
): { readonly length: number; readonly means: readonly number[] } | null {
  const length = Math.floor(values.length / blocks);
  if (length === 0) return null;
  const first = values.length - blocks * length;
  const means = Array.from({ length: blocks }, (_, i) =>
    meanOf(values.slice(first + i * length, first + (i + 1) * length)),
  );
  return { length, means };
}
