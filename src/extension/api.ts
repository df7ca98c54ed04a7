import type { ResultRecord } from '../core/report/formats/results.ts';
import type { RunRecord } from '../core/record/run.ts';

/** Result of activation: a read-only view for tests and other extensions. */
export interface LoadlensApi {
  /** Runs and sweeps of this workspace, newest first. */
  readonly results: () => readonly ResultRecord[];
  /** The runs among them. */
  readonly runs: () => readonly RunRecord[];
  /** Resolves when no run is under way. */
  readonly whenIdle: () => Promise<void>;
}
