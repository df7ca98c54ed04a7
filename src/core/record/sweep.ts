import type { SweepFigures } from '../metrics/levels.ts';
import type { CapacityResult, Trial } from '../plan/capacity.ts';
import type { Objective } from '../vocabulary.ts';
import type { RunRecord, RunStatus } from './run.ts';

/** Schema name of a sweep's record. */
export const sweepSchema = 'loadlens.sweep/1';

/** Search for the highest concurrency that meets the objectives. */
export interface CapacitySearch extends CapacityResult {
  readonly objectives: readonly Objective[];
  /** Range of levels to try. */
  readonly from: number;
  readonly to: number;
  /** In order of measurement. */
  readonly trials: readonly Trial[];
}

/** Runs of a sweep and their common figures. Schema: docs/loadlens.sweep-1.schema.json. */
export interface SweepRecord {
  readonly schema: typeof sweepSchema;
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `cancelled`, `crashed`: `levels` has the completed ones; `unfinished` is the one that was cut off. */
  readonly status: RunStatus;
  /** See `RunRecord.stopReason`. */
  readonly stopReason?: string;
  readonly planned: readonly number[];
  readonly coolDownMs: number;
  /** By concurrency. A capacity search may have several runs of a level. */
  readonly levels: readonly RunRecord[];
  /** The run that was cut off when the sweep ended early. In no figure. */
  readonly unfinished?: RunRecord;
  readonly figures: SweepFigures;
  /** Meaning of the levels in plain sentences. */
  readonly capacity: readonly string[];
  /** Capacity search only. */
  readonly search?: CapacitySearch;
}
