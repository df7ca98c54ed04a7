import type { LlmChoices } from '../endpoints/types.ts';
import type { ClientHealth, FailureSample, Summary } from '../metrics/types.ts';
import type { RunPlan } from '../plan/types.ts';
import type { Verdict } from '../vocabulary.ts';
import type { Calibration, SelfCalibration } from './calibration.ts';

/** Schema name of a run's record. */
export const recordSchema = 'loadlens.run/1';

/** `running` never occurs in a finished record. `crashed`: stopped unexpectedly, with partial results. */
export type RunStatus = 'completed' | 'cancelled' | 'crashed';

/** The machine that sent. */
export interface Environment {
  readonly host: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly loadlens: string;
  /** Measurement accuracy of this machine, if known. */
  readonly calibration?: Calibration;
  /** Client overhead right before the run; absent for a cold start. */
  readonly selfCalibration?: SelfCalibration;
}

/** Resources that a server started by Loadlens used during the run. Null if the system doesn't report them. */
export interface ServerUse {
  readonly pid: number;
  /** Its CPU time / elapsed time; 1 = one core. */
  readonly cpuShare: number | null;
  /** Resident memory at the start of the clock, at its end, and at most (read twice a second), MiB. */
  readonly rssStartMiB: number | null;
  readonly rssEndMiB: number | null;
  readonly rssMaxMiB: number | null;
}

/** Facts about the server of a run. The resource use is present only if Loadlens started the server. */
export interface ServerFacts extends Partial<ServerUse> {
  /** Remarks on the server's behavior, such as deviations from HTTP, without duplicates. Absent without remarks. */
  readonly notes?: readonly string[];
}

/** Tokens that generated requests asked for. */
export interface AskedTokens {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Use of a target's prompts, including the warm-up. */
export interface PromptUse {
  /** Number of different prompts. */
  readonly distinct: number;
  /** Number of prompts used by earlier runs of the session: the first is number `start` modulo `distinct`. */
  readonly start: number;
  /** Number of requests with a prompt. */
  readonly sent: number;
  /** Input tokens of generated prompts, shared prefix included. Absent for prompts that aren't generated. */
  readonly askedInput?: AskedTokens;
  /** Output tokens asked for by `@output-tokens`; absent without it. */
  readonly askedOutput?: AskedTokens;
}

/** Numbers of the requests, including the warm-up, that generate the values of dynamic variables. */
export interface ValueUse {
  /**
   * Number of values used by earlier runs of the session, and so the first number. The same seed and start give the
   * same values.
   */
  readonly start: number;
  /** Number of requests with such values. */
  readonly taken: number;
}

/** File of the targets, and its git state in a work tree. */
export interface Source {
  /** Path relative to the workspace or the working directory, with `/`. */
  readonly file: string;
  readonly gitCommit?: string;
  readonly gitDirty?: boolean;
}

/**
 * Plan, numbers, and provenance of one run: the JSON report and the history entry. Schema:
 * docs/loadlens.run-1.schema.json.
 */
export interface RunRecord extends Summary {
  readonly schema: typeof recordSchema;
  /** Sortable and unique: `20261122-201537-k3f9`. */
  readonly id: string;
  /** Name for people: the file or the single target. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly status: RunStatus;
  /** Why the run ended early, in one sentence, if the status doesn't say it; set mainly for `crashed`. */
  readonly stopReason?: string;
  readonly plan: RunPlan;
  /** As in the file, with unresolved placeholders. */
  readonly targets: readonly {
    readonly name: string;
    readonly method: string;
    readonly url: string;
    readonly weight: number;
    /** Language model directives; absent if there are none. */
    readonly llm?: LlmChoices;
    /** Absent for targets that aren't language models, and for bodies that are new for each request. */
    readonly prompts?: PromptUse;
  }[];
  /** Number of targets in the plan. `targets` has the first 10,000, and fewer in the history. */
  readonly targetCount: number;
  readonly warmupSent: number;
  /** Absent without dynamic variables. */
  readonly values?: ValueUse;
  /** Host as written, address connected to. */
  readonly addresses: readonly { readonly host: string; readonly address: string }[];
  /** Verdicts on the objectives of the plan and of the targets. */
  readonly objectives: readonly Verdict[];
  /** Failures of the run by status or error kind and text, the most frequent first. */
  readonly failureSamples: readonly FailureSample[];
  readonly client: ClientHealth;
  readonly environment: Environment;
  readonly source: Source | null;
  /** Absent if Loadlens neither started the server nor has remarks on it. */
  readonly server?: ServerFacts;
}
