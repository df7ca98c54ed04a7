/** A bound on a measured value. */
interface Bound {
  readonly operator: '<' | '<=' | '>' | '>=' | '=';
  readonly value: number;
}

/** Returns whether a measured value is within a bound. */
export function isWithinBound(actual: number, { operator, value }: Bound): boolean {
  switch (operator) {
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
    case '>':
      return actual > value;
    case '>=':
      return actual >= value;
    case '=':
      return actual === value;
  }
}
