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
    metric('mock_requests_in_flight', 'gauge', 'Requests being answered now.', [` ${stats.inFlight}`]),
    metric('mock_max_concurrent_requests', 'gauge', 'Requests in flight above this get 429.', [` ${stats.limit}`]),
    metric(
      'mock_requests_total',
      'counter',
      'Requests answered, by status code.',
      Object.entries(stats.byStatus).map(([status, count]) => `{status="${status}"} ${count}`),
    ),
    metric('mock_requests_abandoned_total', 'counter', 'Requests whose client went away before the answer.', [
      ` ${stats.abandoned}`,
    ]),
    metric('mock_requests_cut_total', 'counter', 'Requests whose connection was cut, as they had asked for.', [
      ` ${stats.cut}`,
    ]),
    exactness.answer.render('mock_answer_error_seconds', 'Whole answers: written at, less told to be written at.'),
    exactness.firstToken.render('mock_ttft_error_seconds', 'First tokens of streams: written at, less told to be.'),
    exactness.gap.render('mock_icl_error_seconds', 'Gaps between the chunks of a stream: written, less told.'),
  ];
  return `${metrics.join('\n')}\n`;
}

const metric = (name: string, type: 'gauge' | 'counter', help: string, lines: readonly string[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines.map((line) => name + line)].join('\n');
