import type { LlmChoices } from '../endpoints/types.ts';
import type { ClientHealth, FailureSample, Summary } from '../metrics/types.ts';
import type { RunPlan } from '../plan/types.ts';
import type { Verdict } from '../vocabulary.ts';
import type { Calibration, SelfCalibration } from './calibration.ts';

export const recordSchema = 'loadlens.run/1';

/** `running` never stands in a finished record. `crashed`: what sent stopped unexpectedly, what it had measured is kept. */
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
  /** How exact this machine was found to measure, when that is known. */
  readonly calibration?: Calibration;
  /** What this machine itself added to a latency right before the run; absent for a cold start. */
  readonly selfCalibration?: SelfCalibration;
}

/** The server that Loadlens started itself, while the run went on. Null = the system does not tell. */
export interface ServerUse {
  readonly pid: number;
  /** Its CPU time / elapsed time; 1 = one core. */
  readonly cpuShare: number | null;
  /** Resident memory when the clock started, when it ended, and the most seen (looked at twice a second). */
  readonly rssStartMiB: number | null;
  readonly rssEndMiB: number | null;
  readonly rssMaxMiB: number | null;
}

/** Facts about the server of a run. The resource use is present only if Loadlens started the server. */
export interface ServerFacts extends Partial<ServerUse> {
  /** Remarks on the server's behavior, such as deviations from HTTP; each once. Absent without remarks. */
  readonly notes?: readonly string[];
}

/** How a target's prompts were used, those of the warm-up included. */
export interface PromptUse {
  /** Prompts that differ. */
  readonly distinct: number;
  /** How many earlier runs of the session took: the first is number `start` modulo `distinct`. */
  readonly start: number;
  /** How many requests took one. */
  readonly sent: number;
}

/** Numbers of the requests, those of the warm-up included, that the values of dynamic variables were made from. */
export interface ValueUse {
  /** How many earlier runs of the session took: the first number. The same seed and start give the same values. */
  readonly start: number;
  /** How many requests took one. */
  readonly taken: number;
}

/** The file the targets came from, and its git state when it lies in a work tree. */
export interface Source {
  /** Path relative to the workspace or the working directory, with `/`. */
  readonly file: string;
  readonly gitCommit?: string;
  readonly gitDirty?: boolean;
}

/** Plan, numbers and provenance of one run: the JSON report and what history keeps. Schema: docs/loadlens.run-1.schema.json. */
export interface RunRecord extends Summary {
  readonly schema: typeof recordSchema;
  /** Sortable and unique: `20261122-201537-k3f9`. */
  readonly id: string;
  /** Name for people: the file, or the one target's name. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly status: RunStatus;
  /** Why it ended early, in one sentence, where the status alone does not say it: above all of `crashed`. */
  readonly stopReason?: string;
  readonly plan: RunPlan;
  /** As in the file, placeholders unresolved. */
  readonly targets: readonly {
    readonly name: string;
    readonly method: string;
    readonly url: string;
    readonly weight: number;
    /** What its directives say about asking a language model; absent when they say nothing. */
    readonly llm?: LlmChoices;
    /** Absent for a target that is no language model, or whose body is new for each request. */
    readonly prompts?: PromptUse;
  }[];
  /** How many targets the plan has. `targets` has the first 10,000 of them, a history copy fewer. */
  readonly targetCount: number;
  readonly warmupSent: number;
  /** Absent where no target has dynamic variables. */
  readonly values?: ValueUse;
  /** Host as written, address connected to. */
  readonly addresses: readonly { readonly host: string; readonly address: string }[];
  /** What became of the objectives of the plan and of the targets. */
  readonly objectives: readonly Verdict[];
  /** The failures of the run, one per status or kind of error and text, the most frequent first. */
  readonly failureSamples: readonly FailureSample[];
  readonly client: ClientHealth;
  readonly environment: Environment;
  readonly source: Source | null;
  /** Absent if Loadlens neither started the server nor has remarks on it. */
  readonly server?: ServerFacts;
}
