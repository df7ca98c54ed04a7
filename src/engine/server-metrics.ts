import { maskedUrl } from '../core/endpoints/credentials.ts';
import { createServerMetrics, type ServerMetrics } from '../core/metrics/server/server-metrics.ts';
import { isLoopback } from '../core/endpoints/hosts.ts';
import { LoadlensError } from '../core/errors.ts';
import type { RunInput } from '../core/plan/types.ts';
import { getText, textClient } from './transport/get-text.ts';

/** Reads a server's metrics during a run. */
export interface Scraper {
  /** Takes the first reading, before the clock starts. */
  start(): Promise<void>;
  /** Sets the start of the clock, `performance.now()`. Readings follow from then on: four a second at first, then one. */
  clock(startMs: number): void;
  /** Takes the last reading and returns all of them, undefined without any. Further calls return the same. */
  stop(): Promise<ServerMetrics | undefined>;
}

/** Time between readings, ms: short at first, so that a short run has some. */
const everyMs = { first: 250, later: 1_000 } as const;
/** Length of the time at first, ms. */
const firstMs = 5_000;
/** Timeout of one reading, and maximum number of characters read. */
const most = { ms: 2_000, characters: 8_000_000 } as const;

/**
 * Returns the URL of the server's metrics: that of the plan, or `/metrics` of a language model server that Loadlens
 * started; undefined if none are read. Suites read none, because each of their many runs would.
 * @param ours Loadlens started the server
 * @throws LoadlensError if the URL has a host that isn't allowed
 */
export function metricsUrlOf(
  { plan: { metricsUrl }, requests, file }: Pick<RunInput, 'plan' | 'requests' | 'file'>,
  ours: boolean,
): string | undefined {
  if (metricsUrl === undefined) {
    const model = ours && file !== null ? requests.find(({ dialect }) => dialect !== undefined) : undefined;
    return model && `${new URL(model.url).origin}/metrics`;
  }
  const { hostname } = new URL(metricsUrl);
  if (!isLoopback(hostname) && !requests.some(({ url }) => new URL(url).hostname === hostname)) {
    throw new LoadlensError(`Metrics of ${hostname} can't be read: it isn't the host of a target.`, {
      hint: 'Use a URL on this machine or on the host of a target.',
    });
  }
  return metricsUrl;
}

/** Creates a scraper of Prometheus' text format. Readings never overlap, and one that fails doesn't end the others. */
export function createScraper(url: string, { insecure = false }: { readonly insecure?: boolean }): Scraper {
  const { origin, pathname, search } = new URL(url);
  const client = textClient(origin, insecure);
  const collector = createServerMetrics();
  let startMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let busy: Promise<void> | undefined;
  const early: { readonly atMs: number; readonly text: string }[] = [];

  const read = async (): Promise<void> => {
    const atMs = performance.now();
    try {
      const text = await getText(client, {
        path: pathname + search,
        headers: ['accept', 'text/plain'],
        signal: AbortSignal.timeout(most.ms),
        most: most.characters,
        what: 'response',
      });
      if (startMs === undefined) early.push({ atMs, text });
      else collector.add(atMs - startMs, text);
    } catch (error) {
      collector.failed(error instanceof Error && error.message !== '' ? error.message : String(error));
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
  let stopped: Promise<ServerMetrics | undefined> | undefined;
  const stop = async (): Promise<ServerMetrics | undefined> => {
    clearTimeout(timer);
    await busy;
    if (startMs !== undefined) await readOnce();
    await client.destroy();
    return collector.result(maskedUrl(url));
  };

  return {
    start: readOnce,
    clock(atMs) {
      startMs = atMs;
      for (const reading of early) collector.add(reading.atMs - atMs, reading.text);
      schedule();
    },
    stop: () => (stopped ??= stop()),
  };
}
