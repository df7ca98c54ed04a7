import { formatCount, formatMs, formatPercent } from '../../format.ts';
import { isSaturated } from '../../metrics/client/client-readings.ts';
import { succeeds } from '../../metrics/levels.ts';
import { hasStreams } from '../../metrics/streams.ts';
import {
  changeOf,
  prefixHitShare,
  serverE2eMs,
  serverQueueMs,
  serverTtftMs,
  type ServerMetrics,
} from '../../metrics/server/server-metrics.ts';
import type { ServerFigure } from '../../metrics/server/known-series.ts';
import type { Distribution } from '../../metrics/types.ts';
import type { RunRecord } from '../../record/run.ts';
import { isTime, splitMetric } from '../../values/objective-metrics.ts';

/** What limited a run against a language model server. */
export interface Bottleneck {
  readonly name: 'client' | 'kv-cache' | 'queue' | 'refusals' | 'network' | 'prefill' | 'decode';
  /** One sentence with the evidence. */
  readonly sentence: string;
}

/** Share of the readings during the load in which a condition must be true to count. */
const mostOf = 0.5;
/** KV cache use from which new sequences have to wait, however small they are. */
const fullCache = 0.9;
/** Statuses with which servers refuse requests that are too many. */
const busyStatuses = ['429', '503'] as const;
/** Mean time in the queue below which it isn't what makes a time long, as a share of the mean of that time. */
const leastQueue = 0.05;
/** Time between client and server below which it's never the bottleneck, ms. */
const leastWayMs = 5;
/** Share of the end-to-end latency from which on a delay of the client is the bottleneck. */
const clientShare = 0.2;

/**
 * Returns what limited a run, by rules on the server's metrics and the client's times; null without enough data. The
 * first rule that applies counts: a saturated client hides everything else, a full KV cache causes a queue, and a queue
 * hides the rest. Without a queue in most of the readings, it's where most of the time of a request goes. Readings miss queues
 * that are shorter than the time between two of them, so the server's own times in the queue count as well.
 */
export function bottleneckOf(record: RunRecord): Bottleneck | null {
  const { serverMetrics: metrics, client } = record;
  if (metrics === undefined || record.responses === 0) return null;
  if (client.bound === 'client' && isSaturated(record)) {
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
  if (queued >= mostOf && !isBrief(serverQueueMs(metrics), record)) {
    return {
      name: 'queue',
      sentence: `Bottleneck: the server's queue. Requests were queued in ${formatPercent(queued)} of the readings, up to ${formatCount(mostAt('waiting'))}, while at most ${formatCount(mostAt('running'))} ran.`,
    };
  }
  // The times of the others say nothing about what the server lacks.
  return succeeds(record) ? byTimes(record, metrics, queued) : refusalsOf(record);
}

/** Returns whether the server itself says that requests hardly wait in its queue, although it's rarely empty. */
const isBrief = (queueMs: number | null, { e2eMs }: RunRecord): boolean =>
  queueMs !== null && typeof e2eMs?.mean === 'number' && queueMs < leastQueue * e2eMs.mean;

/** Returns the refusals of a server that limits its load; null if requests failed for other reasons. */
function refusalsOf({ statusCodes, requestsSent, successes }: RunRecord): Bottleneck | null {
  const counts = busyStatuses.flatMap((status) => {
    const count = statusCodes[status] ?? 0;
    return count > 0 ? [{ status, count }] : [];
  });
  const refused = counts.reduce((sum, { count }) => sum + count, 0);
  if (refused < mostOf * (requestsSent - successes)) return null;
  return {
    name: 'refusals',
    sentence: `Bottleneck: the server's own limit. It refused ${formatPercent(refused / requestsSent)} of the requests (status ${counts.map(({ status }) => status).join(' and ')}).`,
  };
}

/** Returns whether the KV cache has no room for another sequence of the mean size of those that run. */
function isFull({ figures }: ServerMetrics, index: number): boolean {
  const [used, running] = [figures.kvCacheUse?.[index] ?? null, figures.running?.[index] ?? null];
  if (used === null) return false;
  return used >= fullCache || (running !== null && running > 0 && used + used / running > 1);
}

/** Returns the bottleneck of a server that rarely has a queue, from where the time of a request goes. */
function byTimes(record: RunRecord, metrics: ServerMetrics, queued: number): Bottleneck | null {
  if (!hasStreams(record)) return null;
  const { ttftMs, e2eMs, client } = record;
  if (ttftMs.mean === null || e2eMs.mean === null || e2eMs.mean === 0) return null;
  const way = wayOf(record, metrics);
  const isDelayed = client.bound === 'client' && (way === null || way.ms > clientShare * e2eMs.mean);
  if (way === null) {
    if (isDelayed) return { name: 'client', sentence: 'Bottleneck: the client. It added delay, see client health.' };
  } else if (isDelayed || isLargest(way, record, metrics)) {
    const late = Math.max(client.eventLoopDelayP99Ms ?? 0, client.idleDelayP99Ms ?? 0, client.dispatchGapP99Ms ?? 0);
    // A stopped or starved client is late by itself. A network isn't in its delays.
    if (isDelayed || late >= way.ms) {
      return {
        name: 'client',
        sentence: `Bottleneck: the client. ${way.words} Its event loop was late by ${formatMs(late)} (p99).`,
      };
    }
    return { name: 'network', sentence: `Bottleneck: the way to the server. ${way.words}` };
  }
  const queueMs = serverQueueMs(metrics) ?? 0;
  if (queueMs > Math.max(ttftMs.mean - queueMs, e2eMs.mean - ttftMs.mean)) {
    return {
      name: 'queue',
      sentence: `Bottleneck: the server's queue. Requests spend ${formatMs(queueMs)} (mean) of a TTFT of ${formatMs(ttftMs.mean)} in it.`,
    };
  }
  if (missesOnlyTtft(record)) return ofTtft(ttftMs, queueMs);
  const prefill = ttftMs.mean / e2eMs.mean;
  const queue = queued > 0 ? `with requests queued in ${formatPercent(queued)} of the readings` : 'without a queue';
  if (prefill > mostOf) {
    const hits = prefixHitShare(metrics);
    const cache = hits === null ? '' : ` The prefix cache had ${formatPercent(hits)} of the prompt tokens.`;
    return {
      name: 'prefill',
      sentence: `Bottleneck: prefill. TTFT is ${formatPercent(prefill)} of the end-to-end latency, ${queue}.${cache}`,
    };
  }
  return {
    name: 'decode',
    sentence: `Bottleneck: decode. Generating tokens takes ${formatPercent(1 - prefill)} of the end-to-end latency, ${queue}.`,
  };
}

/** Returns whether TTFT misses its objective and no other time does: then decode is not to blame. */
function missesOnlyTtft({ objectives }: RunRecord): boolean {
  const missed = objectives.filter(({ outcome, objective }) => outcome === 'fail' && isTime(objective.metric));
  return missed.length > 0 && missed.every(({ objective }) => splitMetric(objective.metric)?.time === 'ttft');
}

/** Returns what makes the first token late. Where its tail is far from its median, requests wait for others. */
function ofTtft({ mean, median, p95 }: Distribution, queueMs: number): Bottleneck {
  if (queueMs > leastQueue * (mean ?? 0) && (p95 ?? 0) > 2 * (median ?? 0)) {
    return {
      name: 'queue',
      sentence: `Bottleneck: the server's queue. Requests spend ${formatMs(queueMs)} (mean) in it, and TTFT is ${formatMs(median)} at p50, but ${formatMs(p95)} at p95.`,
    };
  }
  return {
    name: 'prefill',
    sentence: `Bottleneck: prefill. Without the queue, TTFT is ${formatMs((mean ?? 0) - queueMs)} (mean).`,
  };
}

/** Time that requests spend between client and server, with the evidence in one sentence. */
interface Way {
  readonly ms: number;
  readonly words: string;
}

/** Returns the mean time of a request outside the server; null if the server reports no times. */
function wayOf({ ttftMs, e2eMs }: RunRecord, metrics: ServerMetrics): Way | null {
  const times = [
    { name: 'end-to-end latency', atClient: e2eMs?.mean ?? null, atServer: serverE2eMs(metrics) },
    { name: 'TTFT', atClient: ttftMs?.mean ?? null, atServer: serverTtftMs(metrics) },
  ];
  const ways = times.flatMap(({ name, atClient, atServer }) =>
    atClient === null || atServer === null
      ? []
      : [
          {
            ms: atClient - atServer,
            words: `Mean ${name} is ${formatMs(atClient)} at the client, but ${formatMs(atServer)} at the server.`,
          },
        ],
  );
  // Where the tail is slow, too, the difference grows up to the last token.
  return ways.length === 0 ? null : ways.reduce((a, b) => (b.ms > a.ms ? b : a));
}

/** Returns whether requests spend more time outside the server than on prefill, and than on decode. */
function isLargest({ ms }: Way, { ttftMs, e2eMs }: RunRecord, metrics: ServerMetrics): boolean {
  const [firstMs, lastMs] = [ttftMs?.mean ?? 0, e2eMs?.mean ?? 0];
  const atServerMs = serverTtftMs(metrics) ?? firstMs;
  // Without the latency at the server, everything after the first token counts as decode.
  const decodeMs = (serverE2eMs(metrics) ?? lastMs - firstMs + atServerMs) - atServerMs;
  return ms > leastWayMs && ms > atServerMs && ms > decodeMs;
}

/** Returns the indexes of the readings while requests were in flight: neither the first, before the start, nor the last. */
function loadedReadings({ atMs, figures }: ServerMetrics, totalMs: number): number[] {
  return atMs.flatMap((ms, index) =>
    ms > 0 && ms < totalMs && (figures.running?.[index] ?? figures.waiting?.[index] ?? null) !== null ? [index] : [],
  );
}
