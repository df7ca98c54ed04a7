import type { Snapshot } from './core/metrics/types.ts';
import type { RunPlan } from './core/plan/types.ts';
import type { LatencySuite, MemorySuite, ThroughputSuite } from './core/record/suites/suite.ts';
import type { ComparisonRecord } from './core/record/comparisons/comparison.ts';
import type { SweepRecord } from './core/record/sweeps/sweep.ts';
import type { RunRecord } from './core/record/run.ts';
import type { Trend } from './core/report/tables/trend-runs.ts';
import type { TwoRunsFormat } from './core/report/comparisons/two-runs-reports.ts';
import type { EarlierRuns } from './core/report/tiles/earlier-runs.ts';

/** The result of any suite; `suite` says which. */
export type SuiteRecord = ThroughputSuite | LatencySuite | MemorySuite;

/** The user's label and note for a result in the history. */
export interface ResultMark {
  /** Shown instead of the result's own name. */
  readonly name?: string;
  readonly note?: string;
}

/** Facts about a result besides its record. */
interface Kept {
  /** No folder is open, so the result is lost when the window closes. */
  readonly keptForSession: boolean;
  /** Absent unless the user has added something. */
  readonly mark?: ResultMark;
}

/** State of the results panel; always complete, never a difference. */
export type PanelState =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'running';
      readonly name: string;
      readonly plan: RunPlan;
      /** Null until the process that sends has spoken. */
      readonly snapshot: Snapshot | null;
      readonly cancelling: boolean;
    }
  | ({
      readonly kind: 'run';
      readonly record: RunRecord;
      /** Absent if nothing is known of earlier runs. */
      readonly earlier?: EarlierRuns;
    } & Kept)
  | { readonly kind: 'compare'; readonly before: RunRecord; readonly after: RunRecord }
  /** An A/B comparison: interleaved slices, or kept runs of both sides. */
  | ({ readonly kind: 'comparison'; readonly comparison: ComparisonRecord } & Kept)
  | ({ readonly kind: 'sweep'; readonly sweep: SweepRecord } & Kept)
  | {
      readonly kind: 'sweepRunning';
      readonly name: string;
      /** Plan of the level under way; absent if unknown. */
      readonly plan?: RunPlan;
      /** Concurrency of each level; empty for a search, whose levels depend on their outcomes. */
      readonly levels: readonly number[];
      /** Target rate of each level, requests/s; null: all requests at once. Absent for levels of concurrency. */
      readonly rates?: readonly (number | null)[];
      /** Rates that aren't measured, because a lower one was over-saturated. */
      readonly skipped?: readonly number[];
      /** A capacity search, in words. */
      readonly search?: {
        /** Text on what it looks for. */
        readonly wanted: string;
        /** Why it tries the level under way. */
        readonly reason: string;
        /** Its runs with their outcomes; empty at the start. */
        readonly tried: string;
      };
      /** Index in `levels` of the one under way; for a search, the number of completed runs. */
      readonly current: number;
      /** The levels that have ended. */
      readonly done: readonly RunRecord[];
      /** Of the level under way; null while none sends. */
      readonly snapshot: Snapshot | null;
      readonly cancelling: boolean;
    }
  | {
      readonly kind: 'comparing';
      readonly name: string;
      /** Plan of each slice. */
      readonly plan: RunPlan;
      /** Text that distinguishes the sides. */
      readonly sides: { readonly a: string; readonly b: string };
      /** Maximum number of pairs. */
      readonly pairs: number;
      /** Current activity other than measuring, such as starting a server; null while slices are sent. */
      readonly stage: string | null;
      /** The pair under way, from 1; 0 before the first. */
      readonly pair: number;
      readonly side: 'a' | 'b';
      readonly elapsedMs: number;
      /** Result of the complete pairs; null before the first is complete. */
      readonly record: ComparisonRecord | null;
      readonly cancelling: boolean;
    }
  | ({ readonly kind: 'suite'; readonly suite: SuiteRecord } & Kept)
  /** A metric over the runs of a file. */
  | { readonly kind: 'trend'; readonly trend: Trend }
  /** The run that the panel showed is no longer in the history. */
  | { readonly kind: 'missing'; readonly id: string };

export type ExportFormat = 'json' | 'csv' | 'html' | 'markdown' | 'vllm';

/** From the extension to the panel. `init` is the reply to `ready`. */
export type ToPanel =
  { readonly type: 'init'; readonly state: PanelState } | { readonly type: 'state'; readonly state: PanelState };

/** From the panel to the extension. An `id` is that of the record shown: a run, a sweep, a suite, or a comparison. */
export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'run' }
  | { readonly type: 'runAgain'; readonly id: string }
  /** Asks what to compare the run with this id with. */
  | { readonly type: 'compareWith'; readonly id: string }
  /** Requests a sweep of the same file at levels above those of the sweep with this id. */
  | { readonly type: 'sweepHigher'; readonly id: string }
  | { readonly type: 'export'; readonly id: string; readonly format: ExportFormat; readonly to: 'file' | 'clipboard' }
  /** Asks for a report of the two runs with these ids. */
  | {
      readonly type: 'exportCompared';
      readonly before: string;
      readonly after: string;
      readonly format: TwoRunsFormat;
      readonly to: 'file' | 'clipboard';
    }
  | { readonly type: 'openSource'; readonly id: string }
  /** Asks for the two runs shown in the other order. */
  | { readonly type: 'swapRuns' }
  /** Asks for a run of the history. */
  | { readonly type: 'openRun'; readonly id: string }
  /** Asks for the trend of a run's file. */
  | { readonly type: 'showTrend'; readonly id: string }
  | { readonly type: 'showHistory' };

/** State that the panel keeps across a reload: the run, the two runs, the sweep, or the suite it shows. */
export interface PersistedPanel {
  readonly runIds: readonly string[];
  /** The trend of the run's file instead of the run. */
  readonly isTrend?: true;
}
