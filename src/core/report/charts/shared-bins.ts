import { latencyBinsOf } from '../../metrics/bins.ts';
import { rankedSamples } from '../../metrics/statistics/quantiles.ts';
import type { LatencyBins } from '../../metrics/types.ts';

/** Two histograms over the same bins, as shares of their responses: runs of different length can be laid over each other. */
export interface SharedBins {
  readonly edgesMs: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Brings two histograms onto common bins, taking responses as evenly spread within each bin. */
export function sharedBins(before: LatencyBins, after: LatencyBins): SharedBins {
  const samples = [before, after].flatMap(spread).toSorted((a, b) => a - b);
  const { edgesMs } = latencyBinsOf(rankedSamples(samples), samples[0] ?? 0, samples.at(-1) ?? 0);
  return { edgesMs, before: shares(before, edgesMs), after: shares(after, edgesMs) };
}

const spreadInto = 400;

/** Latencies that represent a histogram: its quantiles at equal distances. */
function spread(bins: LatencyBins): number[] {
  if (count(bins) === 0) return [];
  return Array.from({ length: spreadInto + 1 }, (_, i) => binnedQuantile(bins, i / spreadInto));
}

/** Returns the value below which a share of the binned values lies, if they are evenly distributed in each bin. */
export function binnedQuantile({ edgesMs, counts }: LatencyBins, share: number): number {
  const rank = share * counts.reduce((sum, inBin) => sum + inBin, 0);
  let below = 0;
  for (const [i, inBin] of counts.entries()) {
    const from = edgesMs[i] ?? 0;
    if (inBin > 0 && below + inBin >= rank) return from + ((rank - below) / inBin) * ((edgesMs[i + 1] ?? from) - from);
    below += inBin;
  }
  return edgesMs.at(-1) ?? 0;
}

function shares(bins: LatencyBins, edges: readonly number[]): number[] {
  const total = count(bins);
  if (total === 0) return edges.slice(1).map(() => 0);
  const last = edges.length - 1;
  const below = edges.map((edge, i) => (i === last ? total : shareBelow(bins, edge)));
  return below.slice(1).map((upTo, i) => (upTo - (i === 0 ? 0 : (below[i] ?? 0))) / total);
}

function shareBelow({ edgesMs, counts }: LatencyBins, limit: number): number {
  let below = 0;
  for (const [i, inBin] of counts.entries()) {
    const from = edgesMs[i] ?? 0;
    const to = edgesMs[i + 1] ?? from;
    if (limit >= to) below += inBin;
    else if (limit > from) below += (inBin * (limit - from)) / (to - from);
  }
  return below;
}

function count({ counts }: LatencyBins): number {
  return counts.reduce((sum, inBin) => sum + inBin, 0);
}
