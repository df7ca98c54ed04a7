import type { SweepFigures } from '../metrics/levels.ts';
import type { CapacityResult, Trial } from '../plan/capacity.ts';
import type { Objective } from '../vocabulary.ts';
import type { RunRecord, RunStatus } from './run.ts';

export const sweepSchema = 'loadlens.sweep/1';

/** How the largest concurrency that meets objectives was looked for. */
export interface CapacitySearch extends CapacityResult {
  readonly objectives: readonly Objective[];
  /** The levels it was allowed to try. */
  readonly from: number;
  readonly to: number;
  /** In the order they were made. */
  readonly trials: readonly Trial[];
}

/** The runs of a sweep and what they say together. Schema: docs/loadlens.sweep-1.schema.json. */
export interface SweepRecord {
  readonly schema: typeof sweepSchema;
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `cancelled`, `crashed`: `levels` has those that had ended; the one that was cut off is `unfinished`. */
  readonly status: RunStatus;
  /** As of a run. */
  readonly stopReason?: string;
  readonly planned: readonly number[];
  readonly coolDownMs: number;
  /** By concurrency; a search may have more than one of a level. */
  readonly levels: readonly RunRecord[];
  /** The run that was cut off when the sweep ended early; in no figure. */
  readonly unfinished?: RunRecord;
  readonly figures: SweepFigures;
  /** What the levels mean, in plain sentences. */
  readonly capacity: readonly string[];
  /** Only of a search for capacity. */
  readonly search?: CapacitySearch;
}
