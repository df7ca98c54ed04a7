import type { Objective } from '../../vocabulary.ts';
import type { LlmChoices, Range, RunDefaults } from '../types.ts';

/** Directives above a target. */
export interface Pending {
  name?: { readonly text: string; readonly range: Range };
  weight?: number;
  llm?: { -readonly [K in keyof LlmChoices]: LlmChoices[K] };
  objectives: Objective[];
  /** First objective of each directive that only a whole run can have, and its range. */
  ofRunAlone: { readonly text: string; readonly range: Range }[];
  /** Range of the last directive; absent without any. */
  range?: Range;
  /** Zero-based line of the first directive. */
  firstLine?: number;
}

/** Returns a collection without directives. */
export const nothingPending = (): Pending => ({ objectives: [], ofRunAlone: [] });

/** Options of the run while a file is read. */
export type Defaults = { -readonly [K in keyof RunDefaults]: RunDefaults[K] };

/** What a directive sets: an option of the run, or a property of the next target. */
export interface DirectiveScope {
  readonly pending: Pending;
  readonly defaults: Defaults;
}
