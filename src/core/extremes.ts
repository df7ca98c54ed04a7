/**
 * Returns the largest of the values, -Infinity without any. `Math.max(...values)` takes each as an argument, and throws
 * a RangeError for tens of thousands.
 */
export function largestOf(values: Iterable<number>): number {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

/** Returns the smallest of the values, Infinity without any; see largestOf. */
export function smallestOf(values: Iterable<number>): number {
  let smallest = Infinity;
  for (const value of values) if (value < smallest) smallest = value;
  return smallest;
}
