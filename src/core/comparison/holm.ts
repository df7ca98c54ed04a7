/**
 * Returns the divisor of the level for each of several metrics, such that all together keep the level (Holm, 1979).
 * The smallest p-value gets level / m, the next level / (m − 1) …; after the first that isn't significant, the divisor stays.
 * @param pValues two-sided p-values, one for each metric
 * @param isSignificant returns true if a metric is significant at level / divisor
 */
export function holmDivisors(
  pValues: readonly number[],
  isSignificant: (index: number, divisor: number) => boolean,
): number[] {
  const divisors = pValues.map(() => pValues.length);
  const order = pValues.map((_, index) => index).toSorted((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  let divisor = pValues.length;
  for (const index of order) {
    divisors[index] = divisor;
    if (divisor > 1 && isSignificant(index, divisor)) divisor -= 1;
  }
  return divisors;
}
