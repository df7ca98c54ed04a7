import { countedTargets } from './counters.ts';

/** How much is kept of a target: `counts`, without quantiles; `quantiles`; `row`, with a row in every record, too. */
export const targetDetail = { counts: 0, quantiles: 1, row: 2 } as const;

/** Targets with quantiles of their own, and targets with rows in a record, at most. */
export const mostDetailed = 10_000;

/**
 * Returns how much is kept of each target of a large file, see targetDetail: most of those with objectives of their own, then of
 * those with the largest weights, then of the first in the file. Every loop of a run comes to the same. Undefined if there is
 * room for all.
 */
export function detailOf(
  targets: readonly { readonly objectives: readonly unknown[]; readonly weight: number }[],
  most = mostDetailed,
): Uint8Array | undefined {
  if (targets.length <= most) return undefined;
  const ranks = Float64Array.from(targets, ({ objectives, weight }) => (objectives.length > 0 ? Infinity : weight));
  const order = Uint32Array.from(targets.keys()).toSorted((a, b) => compare(ranks[b] ?? 0, ranks[a] ?? 0) || a - b);
  const detail = new Uint8Array(targets.length);
  // These travel as counters, see countersOf.
  detail.fill(targetDetail.quantiles, 0, countedTargets);
  for (const target of order.subarray(0, most))
    detail[target] = ranks[target] === Infinity ? targetDetail.row : targetDetail.quantiles;
  return detail;
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
