/** Returns P(Z <= z) of the standard normal distribution, with an absolute error below 1e-14 (series and continued fraction). */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (x > 38) return z > 0 ? 1 : 0;
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const upper = x < 3 ? 0.5 - density * seriesOf(x) : density / fractionOf(x);
  return z > 0 ? 1 - upper : upper;
}

/** Returns x + x³/3 + x⁵/15 + …: the area from 0 to x, divided by the density at x. */
function seriesOf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** Returns x + 1/(x + 2/(x + 3/(x + …))), the denominator of Mills' ratio. */
function fractionOf(x: number): number {
  let fraction = x;
  // From x = 3 on, 50 terms are exact to 1e-15.
  for (let k = 50; k > 0; k -= 1) fraction = x + k / fraction;
  return fraction;
}

/** Returns the z below which the share `p` of the standard normal distribution lies, by bisection. `p` between 0 and 1. */
export function normalQuantile(p: number): number {
  let low = -40;
  let high = 40;
  for (let i = 0; i < 80; i += 1) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Returns the t below which the share `p` of Student's distribution lies (Abramowitz and Stegun, 26.7.5). Off by less than
 * 0.1% from 10 degrees of freedom on.
 * @param p between 0 and 1
 * @param degrees degrees of freedom, at least 10
 */
export function studentQuantile(p: number, degrees: number): number {
  const z = normalQuantile(p);
  const square = z * z;
  return (
    z +
    (z * (square + 1)) / (4 * degrees) +
    (z * (5 * square ** 2 + 16 * square + 3)) / (96 * degrees ** 2) +
    (z * (3 * square ** 3 + 19 * square ** 2 + 17 * square - 15)) / (384 * degrees ** 3)
  );
}
