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
  /** `served` by status code. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** The statistics in Prometheus' text format, version 0.0.4. */
export function renderMetrics(stats: MockStats): string {
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
  ];
  return `${metrics.join('\n')}\n`;
}

const metric = (name: string, type: 'gauge' | 'counter', help: string, lines: readonly string[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines.map((line) => name + line)].join('\n');
