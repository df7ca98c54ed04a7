import { createLateness, type Lateness } from './lateness.ts';

/** What the mock server counts. Requests to `/update_config`, `/health` and `/metrics` are in none of it. */
export interface MockStats {
  /** Requests being answered now. */
  readonly inFlight: number;
  /** The largest `inFlight` that is let in. */
  readonly limit: number;
  /** Requests answered since the start, 429s included. */
  readonly served: number;
  /** Requests whose client went away before the answer. */
  readonly abandoned: number;
  /** Requests whose connection was cut, as they had asked for. */
  readonly cut: number;
  /** `served` by status code. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** How exact the server was: written at, less told to be written at. */
export interface Exactness {
  /** Whole answers that had to wait. */
  readonly answer: Lateness;
  /** First pieces of streams. */
  readonly firstToken: Lateness;
  /** Gaps between the pieces of a stream. */
  readonly gap: Lateness;
}

/** Starts at zero. */
export const createExactness = (): Exactness => ({
  answer: createLateness(),
  firstToken: createLateness(),
  gap: createLateness(),
});

/** The statistics in Prometheus' text format, version 0.0.4. */
export function renderMetrics(stats: MockStats, exactness: Exactness): string {
  const metrics = [
    metric('mock_requests_in_flight', 'gauge', 'Requests in flight.', [` ${stats.inFlight}`]),
    metric(
      'mock_max_concurrent_requests',
      'gauge',
      'Maximum number of requests in flight. Requests above it get status 429.',
      [` ${stats.limit}`],
    ),
    metric(
      'mock_requests_total',
      'counter',
      'Responses by status code.',
      Object.entries(stats.byStatus).map(([status, count]) => `{status="${status}"} ${count}`),
    ),
    metric('mock_requests_abandoned_total', 'counter', 'Requests whose client disconnected before the response.', [
      ` ${stats.abandoned}`,
    ]),
    metric('mock_requests_cut_total', 'counter', 'Requests whose connection was closed early by cut_at.', [
      ` ${stats.cut}`,
    ]),
    exactness.answer.render('mock_answer_error_seconds', 'Complete responses: actual minus scheduled write time.'),
    exactness.firstToken.render(
      'mock_ttft_error_seconds',
      'First tokens of streams: actual minus scheduled write time.',
    ),
    exactness.gap.render('mock_icl_error_seconds', 'Inter-chunk latency of streams: actual minus scheduled.'),
  ];
  return `${metrics.join('\n')}\n`;
}

const metric = (name: string, type: 'gauge' | 'counter', help: string, lines: readonly string[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines.map((line) => name + line)].join('\n');
