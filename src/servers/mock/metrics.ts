import { counter, type Family, gauge } from '../prometheus.ts';
import { createLateness, type Lateness } from './lateness.ts';

/** Counts of the mock server. Requests to `/update_config`, `/health`, and `/metrics` aren't included. */
export interface MockStats {
  /** Requests in flight. */
  readonly inFlight: number;
  /** Maximum of `inFlight`. */
  readonly limit: number;
  /** Responses since the start, including those with status 429. */
  readonly served: number;
  /** Requests whose client disconnected before the response. */
  readonly abandoned: number;
  /** Requests whose connection was closed early by `cut_at`. */
  readonly cut: number;
  /** `served` by status code. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** How exact the server was: actual minus scheduled write times. */
export interface Exactness {
  /** Complete responses with a delay. */
  readonly answer: Lateness;
  /** First chunks of streams. */
  readonly firstToken: Lateness;
  /** Gaps between the chunks of a stream. */
  readonly gap: Lateness;
}

/** Returns empty records. */
export const createExactness = (): Exactness => ({
  answer: createLateness(),
  firstToken: createLateness(),
  gap: createLateness(),
});

/** Returns the metrics of the server itself. */
export const mockMetrics = (stats: MockStats, exactness: Exactness): Family[] => [
  gauge('mock_requests_in_flight', 'Requests in flight.', [{}, stats.inFlight]),
  gauge('mock_max_concurrent_requests', 'Maximum number of requests in flight. Requests above it get status 429.', [
    {},
    stats.limit,
  ]),
  counter(
    'mock_requests_total',
    'Responses by status code.',
    ...Object.entries(stats.byStatus).map(([status, count]) => [{ status }, count] as const),
  ),
  counter('mock_requests_abandoned_total', 'Requests whose client disconnected before the response.', [
    {},
    stats.abandoned,
  ]),
  counter('mock_requests_cut_total', 'Requests whose connection was closed early by cut_at.', [{}, stats.cut]),
  exactness.answer.family('mock_answer_error_seconds', 'Complete responses: actual minus scheduled write time.'),
  exactness.firstToken.family('mock_ttft_error_seconds', 'First tokens of streams: actual minus scheduled write time.'),
  exactness.gap.family('mock_icl_error_seconds', 'Inter-chunk latency of streams: actual minus scheduled.'),
];
