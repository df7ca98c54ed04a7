/** An SLO: `p95 < 500ms`, `errors < 1%`. */
export interface Objective {
  /** `p50`, `p90`, `p95`, `p99`, `p99.9`, `mean`, `max` (of latency), the same of another time (`ttft.p95`), `errors`, `throughput`. */
  readonly metric: string;
  readonly operator: '<' | '<=' | '>' | '>=';
  /** In the metric's own unit: milliseconds, a ratio from 0 to 1, or requests per second. */
  readonly value: number;
  /** As the user wrote it, for display. */
  readonly text: string;
}

/** What became of an objective. Too few samples is never a pass. */
export interface Verdict {
  readonly objective: Objective;
  /** The target it belongs to; absent for an objective of the whole run. */
  readonly target?: string;
  readonly outcome: 'pass' | 'fail' | 'not enough data';
  /** The measured value in the objective's unit, if there is one. */
  readonly actual: number | null;
}

/** How the arrivals of an open loop follow its rate: with equal gaps, or at random (Poisson). */
export const arrivalProcesses = ['constant', 'poisson'] as const;
export type ArrivalProcess = (typeof arrivalProcesses)[number];

/** A stretch of an open loop, in which the arrival rate goes from one value to another in a straight line. */
export interface Stage {
  /** Requests per second, >= 0. */
  readonly fromPerS: number;
  readonly toPerS: number;
  /** Null: as long as the run goes on; then both rates are the same, and it is the last. */
  readonly durationS: number | null;
}

/** What sends: sockets of our own, or undici. */
export const transportNames = ['raw', 'undici'] as const;
export type TransportName = (typeof transportNames)[number];
