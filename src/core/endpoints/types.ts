import type { ArrivalProcess, Objective, Stage } from '../vocabulary.ts';

/** A place in a text: zero-based line and zero-based UTF-16 column, as editors count. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** From `start` up to, not including, `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** What to write in the place of a part of the text. */
export interface Fix {
  readonly range: Range;
  readonly replacement: string;
}

/** A finding in an endpoints file. A file with an `error` runs nothing. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable kebab-case name of the kind of finding, e.g. `bad-url`. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly hint: string;
  readonly range: Range;
  /** Does what to do, where that is to write something else. */
  readonly fix?: Fix;
}

/** What a request carries: text from the file itself, a file named by `@path`, relative to the endpoints file, or both in turn. */
export type TargetBody =
  | {
      readonly kind: 'inline';
      readonly text: string;
      /** True: sent without a content type unless a header has one, as vegeta does. */
      readonly untyped?: true;
    }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'parts'; readonly parts: readonly BodyPart[] };

/** A piece of a body that is put together from texts and files. */
export type BodyPart = { readonly text: string } | { readonly path: string };

/** APIs of language models whose answers are understood. `sse`: any stream of server-sent events. */
export const dialectNames = ['openai', 'ollama', 'responses', 'messages', 'llama-cpp', 'tgi', 'sglang', 'sse'] as const;
export type DialectName = (typeof dialectNames)[number];

/** How the prompts of a file are taken: one after the other, or at random by the seed. */
export const promptOrders = ['rotate', 'random'] as const;

/** Whether a stream is asked for its token counts. */
export const usageChoices = ['on', 'off'] as const;

/** What the directives above a target say about asking a language model; absent = not said. */
export interface LlmChoices {
  /** `plain`: an ordinary request, whatever its path looks like. */
  readonly dialect?: DialectName | 'plain';
  readonly stream?: boolean;
  readonly maxTokens?: number;
  /** A file of prompts, relative to the endpoints file. */
  readonly prompts?: string;
  readonly promptsOrder?: (typeof promptOrders)[number];
  /** `off`: a stream isn't asked for its token counts, for servers that refuse `stream_options`. */
  readonly usage?: (typeof usageChoices)[number];
}

/**
 * One request of the file. Each request line gives one unless it needs what Loadlens can't do, so that an editor can count on
 * them; all can be sent once the file has no error. File variables are already replaced. `{{$env NAME}}`, `{{$secret NAME}}`
 * and `{{$dotenv NAME}}` still stand in `url`, `headers` and `body`, so that a target can be kept and shown without showing
 * what it must not; so do `{{$guid}}` and its like, and the variables that are made of them.
 */
export interface Target {
  /** From `# @name`, otherwise `METHOD path?query`; unique in its file. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: TargetBody;
  /** Share in the random choice of targets, > 0; 1 unless set. */
  readonly weight: number;
  /** Objectives of this target alone. */
  readonly objectives: readonly Objective[];
  /** Absent when no directive above the target speaks of language models. */
  readonly llm?: LlmChoices;
  /** Variables that have another value for each request, by name; absent when it uses none. */
  readonly variables?: Readonly<Record<string, string>>;
  /** True: it or a variable that it uses has an error. */
  readonly broken?: boolean;
  /** Where the request line stands in the file. */
  readonly range: Range;
}

/** A target without its place in the file, which a run doesn't need and a large file has hundreds of thousands of. */
export type RunTarget = Omit<Target, 'range'>;

/** What a file sets for its runs (`# @requests 500` …); absent = not set. */
export interface RunDefaults {
  readonly requests?: number;
  readonly durationS?: number;
  readonly concurrency?: number;
  readonly ratePerS?: number;
  readonly stages?: readonly Stage[];
  readonly arrivals?: ArrivalProcess;
  readonly maxInFlight?: number;
  readonly timeoutMs?: number;
  readonly maxHeadBytes?: number;
  readonly insecure?: boolean;
  readonly seed?: number;
  readonly warmup?: number;
}

/** A parsed endpoints file. */
export interface EndpointsFile {
  readonly targets: readonly Target[];
  readonly problems: readonly Problem[];
  readonly defaults: RunDefaults;
  /** Objectives of the whole run (`# @slo` before the first target, apart from it by a blank line or other defaults). */
  readonly objectives: readonly Objective[];
  /** True: an error stands before the first target, and so in what holds for all of them. */
  readonly broken?: boolean;
}

/** A target ready to be sent: no placeholder left, the body as bytes. Holds secrets: never kept, never logged. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
  /** How its answer is read; absent for a request to anything but a language model. */
  readonly dialect?: DialectName;
  /** A stream was asked for. */
  readonly streams?: boolean;
  /** Placeholders whose values are new for each request; a token of `dynamic-parts.ts` stands where each belongs. */
  readonly dynamic?: readonly string[];
  /** A body for each prompt, sent in turn or picked at random by the seed; then `body` is the first of them. */
  readonly prompts?: { readonly bodies: readonly Uint8Array[]; readonly order: (typeof promptOrders)[number] };
  /** The body names no model: addresses that list the server's, the likeliest first. Absent when it names one. */
  readonly modelLists?: readonly string[];
}
