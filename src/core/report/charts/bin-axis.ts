import { stretchedBins } from '../../metrics/bins.ts';
import { formatMs, withoutZeros } from '../../format.ts';
import type { ChartAxis } from './content.ts';

// Bins may differ in width: they grow with the latency, and the outermost reach to the extremes. A chart draws all of
// them with the same width: edge i is at i on its axis.

/** A label below an axis of bins. */
export interface BinLabel {
  readonly at: number;
  readonly text: string;
}

/**
 * Edges at regular distances, about the requested number. A bin that was stretched to an outlier has its own label, `>
 * 12.5 ms`, because a label at its end would make the axis look regular.
 */
export function binLabels(edgesMs: readonly number[], most: number): BinLabel[] {
  const bins = edgesMs.length - 1;
  const edge = edgeFormat(edgesMs);
  const { first, last } = stretchedBins(edgesMs);
  const step = [1, 2, 5].find((nice) => bins / nice <= most) ?? 10;
  // Labels in the middle of a bin keep their distance from those at edges.
  const offset = roundEdge(edgesMs, step);
  const from = first ? 0.5 + 0.7 * step : 0;
  const to = last ? bins - 0.5 - 0.7 * step : bins;
  return [
    ...(first ? [{ at: 0.5, text: `< ${withoutZeros(edge(1))}` }] : []),
    ...edgesMs.flatMap((_, i) =>
      i % step === offset && i >= from && i <= to ? [{ at: i, text: withoutZeros(edge(i)) }] : [],
    ),
    ...(last ? [{ at: bins - 0.5, text: `> ${withoutZeros(edge(bins - 1))}` }] : []),
  ];
}

/** The first edge that is a multiple of a step of several bins, so that labels are round; 0 for bins of different widths. */
function roundEdge(edges: readonly number[], step: number): number {
  const [, from = 0, to = 0] = edges;
  const width = to - from;
  if (edges.length < 4 || Math.abs((edges[3] ?? 0) - to - width) > 1e-6 * width) return 0;
  const place = (edges[2] ?? 0) / width;
  const bins = Math.round(place);
  if (Math.abs(place - bins) > 1e-3) return 0;
  return (((2 - bins) % step) + step) % step;
}

/** Formats edges with enough digits to distinguish them. */
export function edgeFormat(edges: readonly number[]): (index: number) => string {
  const digits = [3, 4, 5].find((d) => new Set(edges.map((edge) => formatMs(edge, d))).size === edges.length) ?? 6;
  return (index) => {
    const edge = edges[index];
    return edge === undefined ? '' : formatMs(edge, digits);
  };
}

/** Returns the position of a time on the axis of bins. */
export function binPosition(edges: readonly number[], ms: number): number {
  const i = Math.max(
    0,
    Math.min(
      edges.length - 2,
      edges.findLastIndex((edge) => edge <= ms),
    ),
  );
  const from = edges[i] ?? 0;
  const to = edges[i + 1] ?? from;
  return to === from ? i : i + Math.min(1, Math.max(0, (ms - from) / (to - from)));
}

/** Returns the axis of bins. */
export function binAxis(title: string, edgesMs: readonly number[]): ChartAxis {
  const bins = Math.max(1, edgesMs.length - 1);
  const edge = edgeFormat(edgesMs);
  const labels = binLabels(edgesMs, 6);
  return {
    title,
    min: 0,
    max: bins,
    ticks: labels.map(({ at }) => at),
    tick: (place) => labels.find(({ at }) => at === place)?.text ?? '',
    text: (place) => {
      const bin = Math.min(bins - 1, Math.floor(place));
      return `${edge(bin)} to ${edge(bin + 1)}`;
    },
  };
}
