import { countedTargets } from './counters.ts';

/** Detail kept of a target: `counts` has no quantiles, `quantiles` does, and `row` also has a row in every record. */
export const targetDetail = { counts: 0, quantiles: 1, row: 2 } as const;

/** Maximum number of targets with a histogram and a timeline in a record. */
const mostCharted = 5;

/** Returns the number of targets with their own histogram and timeline. A single one has those of the run. */
export const chartedTargets = (targets: number): number => (targets > 1 && targets <= mostCharted ? targets : 0);

/** Maximum number of targets with quantiles, and of targets with rows in a record. */
export const mostDetailed = 10_000;

/**
 * Returns the `targetDetail` of each target of a large file. Targets with their own objectives come first, then those
 * with the largest weights, then the first in the file. Every loop of a run gets the same result. Returns undefined if
 * all targets fit.
 */
export function detailOf(
  targets: readonly { readonly objectives: readonly unknown[]; readonly weight: number }[],
  most = mostDetailed,
): Uint8Array | undefined {
  if (targets.length <= most) return undefined;
  const ranks = Float64Array.from(targets, ({ objectives, weight }) => (objectives.length > 0 ? Infinity : weight));
  const order = Uint32Array.from(targets.keys()).toSorted((a, b) => compare(ranks[b] ?? 0, ranks[a] ?? 0) || a - b);
  const detail = new Uint8Array(targets.length);
  // These are sent as counters; see `countersOf`.
  detail.fill(targetDetail.quantiles, 0, countedTargets);
  for (const target of order.subarray(0, most))
    detail[target] = ranks[target] === Infinity ? targetDetail.row : targetDetail.quantiles;
  return detail;
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
