import { maskedUrl } from '../core/endpoints/credentials.ts';
import { createGpuMetrics, readDcgm, type GpuMetrics } from '../core/metrics/server/gpu-metrics.ts';
import { parseSeries } from '../core/metrics/server/other-series.ts';
import { isPrometheus } from '../core/metrics/server/prometheus.ts';
import { createUnreadTime } from '../core/metrics/server/unread-time.ts';
import { createServerMetrics, type ServerMetrics } from '../core/metrics/server/server-metrics.ts';
import { isLoopback } from '../core/endpoints/hosts.ts';
import { isCredentialHeader } from '../core/endpoints/known-words.ts';
import type { RunInput } from '../core/plan/types.ts';
import { findNvidiaSmi, watchGpus, type GpuWatch } from './machine/nvidia-smi.ts';
import { getText, reasonOf, textClient } from './transport/get-text.ts';

/** What the metrics of a run say. */
export interface Scraped {
  readonly serverMetrics?: ServerMetrics;
  readonly gpuMetrics?: GpuMetrics;
}

/** Reads a server's metrics during a run. */
export interface Scraper {
  /** Takes the first reading, before the clock starts. */
  start(): Promise<void>;
  /** Sets the start of the clock, `performance.now()`. Readings follow from then on: four a second at first, then one. */
  clock(startMs: number): void;
  /** Takes the last reading and returns all of them. Further calls return the same. */
  stop(): Promise<Scraped>;
}

/** Time between readings, ms: short at first, so that a short run has some. */
const everyMs = { first: 250, later: 1_000 } as const;
/** Length of the time at first, ms. */
const firstMs = 5_000;
/** Timeout of one reading, and maximum number of bytes read. */
const most = { ms: 2_000, bytes: 8_000_000 } as const;

/**
 * Returns the URL of the server's metrics: that of the plan, or `/metrics` of a language model server that Loadlens
 * started; undefined if none are read. Suites read none, because each of their many runs would.
 * @param ours Loadlens started the server
 */
export function metricsUrlsOf(
  { plan: { metricsUrl }, requests, file }: Pick<RunInput, 'plan' | 'requests' | 'file'>,
  ours: boolean,
): string[] {
  if (metricsUrl === undefined) {
    const model = ours && file !== null ? requests.find(({ dialect }) => dialect !== undefined) : undefined;
    return model === undefined ? [] : [`${new URL(model.url).origin}/metrics`];
  }
  return metricsUrl.trim().split(/\s+/);
}

/** Returns the credentials of a target with the origin of a URL, for servers that protect their metrics, too. */
function credentialsFor(url: string, requests: RunInput['requests']): string[] {
  const { origin } = new URL(url);
  const headers = requests.find((request) => new URL(request.url).origin === origin)?.headers ?? [];
  return headers.filter(([name]) => isCredentialHeader(name)).flat();
}

/**
 * Creates a scraper of all addresses, and of this machine's `nvidia-smi` for language models on it unless an address has the GPUs.
 * @param readsGpus false for suites and slices of comparisons, whose many runs have no room for readings
 */
export function createScrapers(
  urls: readonly string[],
  { requests, plan }: Pick<RunInput, 'requests' | 'plan'>,
  readsGpus: boolean,
): Scraper {
  const scrapers = urls.map((url) => createScraper(url, plan, credentialsFor(url, requests)));
  const isLocalModel = requests.some(({ dialect, url }) => dialect !== undefined && isLoopback(new URL(url).hostname));
  const nvidiaSmi = readsGpus && isLocalModel ? findNvidiaSmi() : undefined;
  let gpus: GpuWatch | undefined;
  return {
    async start() {
      await Promise.all(scrapers.map((scraper) => scraper.start()));
      gpus = nvidiaSmi === undefined ? undefined : watchGpus(nvidiaSmi);
    },
    clock(startMs) {
      gpus?.clock(startMs);
      for (const scraper of scrapers) scraper.clock(startMs);
    },
    async stop() {
      const own = gpus?.stop();
      const scraped = await Promise.all(scrapers.map((scraper) => scraper.stop()));
      const gpuMetrics = scraped.find((each) => each.gpuMetrics !== undefined)?.gpuMetrics ?? own;
      // An exporter of GPU metrics is no server.
      const servers = scraped.filter(
        (each) => each.gpuMetrics === undefined || typeof each.serverMetrics?.server === 'string',
      );
      const known = servers.flatMap(({ serverMetrics }) => serverMetrics ?? []);
      const serverMetrics = withSeries(known.find(({ server }) => server !== null) ?? known[0], scraped);
      return { ...(serverMetrics && { serverMetrics }), ...(gpuMetrics && { gpuMetrics }) };
    },
  };
}

/**
 * Returns the metrics of one address with the other series of all, each from the first address that has it, and the other
 * addresses that couldn't be read.
 */
function withSeries(metrics: ServerMetrics | undefined, scraped: readonly Scraped[]): ServerMetrics | undefined {
  const all = scraped.flatMap(({ serverMetrics }) => serverMetrics ?? []);
  const chosen = metrics ?? all.find(({ series }) => series !== undefined);
  const series = chosen?.series?.map(
    (own, index) =>
      all.flatMap((each) => each.series?.[index] ?? []).find(({ values }) => values.some((value) => value !== null)) ??
      own,
  );
  const unread = all.flatMap(({ url, atMs, failure }) =>
    url !== chosen?.url && atMs.length === 0 && failure !== undefined ? [{ url, failure }] : [],
  );
  return chosen && { ...chosen, ...(unread.length > 0 && { unread }), ...(series && { series }) };
}

/**
 * Creates a scraper of Prometheus' text format. Readings never overlap, and one that fails doesn't end the others. A server that
 * doesn't respond delays neither the start nor the end of a run by more than the timeout.
 * @param headers credentials for the server, names and values alternating
 */
function createScraper(
  address: string,
  { insecure, series = '' }: Pick<RunInput['plan'], 'insecure' | 'series'>,
  headers: readonly string[],
): Scraper {
  const url = new URL(address);
  const client = textClient(url.origin, insecure);
  const collector = createServerMetrics(parseSeries(series));
  const gpus = createGpuMetrics();
  const unread = createUnreadTime();
  let failures = 0;
  let startMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let busy: Promise<void> | undefined;
  let current = new AbortController();
  /** How the last reading ended. */
  let last: 'read' | 'failed' | 'timeout' = 'failed';
  const early: { readonly atMs: number; readonly text: string }[] = [];

  const add = (atMs: number, text: string): void => {
    collector.add(atMs, text);
    unread.read(atMs);
    gpus.add(atMs, readDcgm(text));
  };
  const read = async (): Promise<void> => {
    const atMs = performance.now();
    const timeout = AbortSignal.timeout(most.ms);
    current = new AbortController();
    try {
      const text = await getText(client, {
        url,
        headers: ['accept', 'text/plain', ...headers],
        signal: AbortSignal.any([timeout, current.signal]),
        most: most.bytes,
        what: 'response',
      });
      if (!isPrometheus(text)) throw new Error("the response isn't Prometheus text");
      last = 'read';
      if (startMs === undefined) early.push({ atMs, text });
      else add(atMs - startMs, text);
    } catch (error) {
      last = timeout.aborted || current.signal.aborted ? 'timeout' : 'failed';
      failures += 1;
      unread.failed();
      collector.failed(last === 'timeout' ? `no response within ${most.ms / 1_000} s` : reasonOf(error));
    }
  };
  const readOnce = (): Promise<void> => (busy ??= read().finally(() => (busy = undefined)));

  const schedule = (): void => {
    const every = performance.now() - (startMs ?? 0) < firstMs ? everyMs.first : everyMs.later;
    timer = setTimeout(() => {
      void readOnce();
      schedule();
    }, every).unref();
  };
  /** Takes the reading after the run, unless the server doesn't respond. */
  const finish = async (): Promise<void> => {
    if (last === 'timeout') current.abort();
    const deadline = setTimeout(() => current.abort(), most.ms);
    await busy;
    if (last !== 'timeout') await readOnce();
    clearTimeout(deadline);
  };
  let stopped: Promise<Scraped> | undefined;
  const stop = async (): Promise<Scraped> => {
    clearTimeout(timer);
    const endMs = performance.now() - (startMs ?? 0);
    if (startMs !== undefined) await finish();
    else await busy;
    await client.destroy();
    const isPartial = failures > 0 && (last !== 'read' || early.length === 0);
    const serverMetrics = collector.result(maskedUrl(address), isPartial);
    const gpuMetrics = gpus.result('DCGM exporter', failures);
    const unreadMs = startMs === undefined ? 0 : unread.ms(endMs);
    const time = unreadMs > 0 && { unreadMs };
    return {
      ...(serverMetrics && { serverMetrics: { ...serverMetrics, ...time } }),
      ...(gpuMetrics && { gpuMetrics: { ...gpuMetrics, ...time } }),
    };
  };

  return {
    start: readOnce,
    clock(atMs) {
      startMs = atMs;
      for (const reading of early) add(reading.atMs - atMs, reading.text);
      schedule();
    },
    stop: () => (stopped ??= stop()),
  };
}
