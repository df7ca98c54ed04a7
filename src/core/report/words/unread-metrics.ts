import type { RunRecord } from '../../record/run.ts';

/** Metrics that were asked for and give no figure: their address, and why, unless all their series are unknown. */
interface Unread {
  readonly url: string;
  readonly failure?: string;
  /** Another address than that of the server. */
  readonly isFurther?: boolean;
}

function unreadOf({ serverMetrics }: RunRecord): readonly Unread[] {
  if (serverMetrics === undefined) return [];
  const { url, server, atMs, failure, series = [], unread = [] } = serverMetrics;
  const isKnown = server !== null || series.some(({ values }) => values.some((value) => value !== null));
  return [
    ...(atMs.length === 0 || !isKnown ? [{ url, ...(atMs.length === 0 && failure !== undefined && { failure }) }] : []),
    ...unread.map((other) => ({ url: other.url, failure: other.failure, isFurther: true })),
  ];
}

/** Returns warnings about server metrics that were asked for, and that no run with responses could read. */
export function unreadMetricsSentences(runs: readonly RunRecord[]): string[] {
  const [first = [], ...others] = runs
    .filter(({ plan, responses }) => plan.metricsUrl !== undefined && responses > 0)
    .map(unreadOf);
  return first
    .filter(({ url }) => others.every((unread) => unread.some((other) => other.url === url)))
    .map((unread) => `${causeOf(unread)}${unread.isFurther ? '' : ' Without them, no bottleneck is named.'}`);
}

function causeOf({ url, failure }: Unread): string {
  if (failure === undefined)
    return `Server metrics at ${url} have no known series. Correct the address (--server-metrics, @metrics), or name series (--series, @series).`;
  const todo = failure.startsWith('status ')
    ? 'Correct the address (--server-metrics, @metrics), or start the server with metrics (SGLang: --enable-metrics, llama.cpp: --metrics).'
    : 'Check the address (--server-metrics, @metrics).';
  return `Server metrics at ${url} couldn't be read: ${failure}. ${todo}`;
}
