import { formatCount, formatMs, formatPercent } from '../../format.ts';
import { hasStreams } from '../../metrics/streams.ts';
import { changeOf, prefixHitShare, serverTtftMs, type ServerMetrics } from '../../metrics/server/server-metrics.ts';
import type { ServerFigure } from '../../metrics/server/known-series.ts';
import type { RunRecord } from '../../record/run.ts';

/** What limited a run against a language model server. */
export interface Bottleneck {
  readonly name: 'client' | 'kv-cache' | 'queue' | 'network' | 'prefill' | 'decode';
  /** One sentence with the evidence. */
  readonly sentence: string;
}

/** Share of the readings during the load in which a condition must be true to count. */
const mostOf = 0.5;
/** KV cache use from which new sequences have to wait, however small they are. */
const fullCache = 0.9;
/** TTFT at the client beyond that at the server: as a factor, and in ms. Both must be exceeded. */
const farAway = { factor: 1.5, ms: 5 } as const;

/**
 * Returns what limited a run, by rules on the server's metrics and the client's times; null without enough data. The
 * first rule that applies counts, because a slow client hides everything else, a full KV cache causes a queue, and a
 * queue hides the rest.
 */
export function bottleneckOf(record: RunRecord): Bottleneck | null {
  const { serverMetrics: metrics, client } = record;
  if (metrics === undefined || record.responses === 0) return null;
  if (client.bound === 'client') {
    return { name: 'client', sentence: 'Bottleneck: the client. Its own limit was reached, see client health.' };
  }
  const loaded = loadedReadings(metrics, record.totalMs);
  if (loaded.length < 2) return null;
  const share = (figure: ServerFigure, holds: (value: number) => boolean): number =>
    loaded.filter((index) => {
      const value = metrics.figures[figure]?.[index];
      return typeof value === 'number' && holds(value);
    }).length / loaded.length;
  const mostAt = (figure: ServerFigure): number =>
    Math.max(0, ...loaded.map((index) => metrics.figures[figure]?.[index] ?? 0));
  const preemptions = changeOf(metrics, 'preemptions') ?? 0;
  const queued = share('waiting', (value) => value > 0);
  const full = loaded.filter((index) => isFull(metrics, index)).length / loaded.length;
  if (full >= mostOf && (queued >= mostOf || preemptions > 0)) {
    const evicted = preemptions > 0 ? ` ${formatCount(preemptions)} preemptions.` : '';
    return {
      name: 'kv-cache',
      sentence: `Bottleneck: the KV cache. In ${formatPercent(full)} of the readings it had no room for another request, with up to ${formatPercent(mostAt('kvCacheUse'))} in use and ${formatCount(mostAt('waiting'))} requests queued.${evicted}`,
    };
  }
  if (queued >= mostOf) {
    return {
      name: 'queue',
      sentence: `Bottleneck: the server's queue. Requests were queued in ${formatPercent(queued)} of the readings, up to ${formatCount(mostAt('waiting'))}, while at most ${formatCount(mostAt('running'))} ran.`,
    };
  }
  return byTimes(record, metrics);
}

/** Returns whether the KV cache has no room for another sequence of the mean size of those that run. */
function isFull({ figures }: ServerMetrics, index: number): boolean {
  const [used, running] = [figures.kvCacheUse?.[index] ?? null, figures.running?.[index] ?? null];
  if (used === null) return false;
  return used >= fullCache || (running !== null && running > 0 && used + used / running > 1);
}

/** Returns the bottleneck of a server without a queue, from where the time of a request goes. */
function byTimes(record: RunRecord, metrics: ServerMetrics): Bottleneck | null {
  if (!hasStreams(record)) return null;
  const { ttftMs, e2eMs } = record;
  if (ttftMs.mean === null || e2eMs.mean === null || e2eMs.mean === 0) return null;
  const atServerMs = serverTtftMs(metrics);
  if (
    atServerMs !== null &&
    ttftMs.mean > farAway.factor * atServerMs &&
    ttftMs.mean - atServerMs > farAway.ms &&
    ttftMs.mean - atServerMs > (e2eMs.mean - ttftMs.mean) * mostOf
  ) {
    return {
      name: 'network',
      sentence: `Bottleneck: the way to the server. Mean TTFT is ${formatMs(ttftMs.mean)} at the client, but ${formatMs(atServerMs)} at the server.`,
    };
  }
  const prefill = ttftMs.mean / e2eMs.mean;
  if (prefill > mostOf) {
    const hits = prefixHitShare(metrics);
    const cache = hits === null ? '' : ` The prefix cache had ${formatPercent(hits)} of the prompt tokens.`;
    return {
      name: 'prefill',
      sentence: `Bottleneck: prefill. TTFT is ${formatPercent(prefill)} of the end-to-end latency, without a queue.${cache}`,
    };
  }
  return {
    name: 'decode',
    sentence: `Bottleneck: decode. Generating tokens takes ${formatPercent(1 - prefill)} of the end-to-end latency, without a queue.`,
  };
}

/** Returns the indexes of the readings while requests were in flight: neither the first, before the start, nor the last. */
function loadedReadings({ atMs, figures }: ServerMetrics, totalMs: number): number[] {
  return atMs.flatMap((ms, index) =>
    ms > 0 && ms < totalMs && (figures.running?.[index] ?? figures.waiting?.[index] ?? null) !== null ? [index] : [],
  );
}
