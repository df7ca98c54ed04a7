import type { Trace } from './data/trace.ts';
import type * as v from 'valibot';
import type { Frozen } from '../schema.ts';
import type { Lengths } from '../values/llm/lengths.ts';
import type { TokenRange } from '../values/llm/token-range.ts';
import type { ThinkTime } from '../values/llm/think.ts';
import type { Turns } from '../values/llm/turns.ts';
import type { Conversation } from './data/conversations.ts';
import type { llmChoicesSchema } from './llm/llm-choices-schema.ts';
import type { FileOptionName, PlanValues } from '../values/plan-options.ts';
import type { Objective } from '../vocabulary.ts';

/** A position in a text: zero-based line and zero-based UTF-16 column, like editors. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** From `start` up to, but not including, `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A replacement for a part of the text. */
export interface Fix {
  readonly range: Range;
  readonly replacement: string;
}

/** A finding in an endpoints file. A file with an `error` runs nothing. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable kebab-case code, such as `bad-url`. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly hint: string;
  readonly range: Range;
  /** Automatic fix, if there is one. */
  readonly fix?: Fix;
}

/** Body of a request: text in the file, a file named by `@path` relative to the endpoints file, or both alternately. */
export type TargetBody =
  | {
      readonly kind: 'inline';
      readonly text: string;
      /** Sent without a content type unless a header sets one, like vegeta. */
      readonly untyped?: true;
    }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'parts'; readonly parts: readonly BodyPart[] };

/** A piece of a body of texts and files. */
export type BodyPart = { readonly text: string } | { readonly path: string };

/** Response formats of language model APIs. `sse`: any server-sent events. */
export const dialectNames = [
  'openai',
  'ollama',
  'responses',
  'messages',
  'llama-cpp',
  'tgi',
  'sglang',
  'gemini',
  'embeddings',
  'rerank',
  'sse',
] as const;
/** A response format of a language model API. */
export type DialectName = (typeof dialectNames)[number];

/** Order of prompts or conversations from a file: in turn, or random by the seed. */
export const promptOrders = ['rotate', 'random'] as const;

/** Value of `@output-tokens`: as many as the answer in the data set has. */
export const answerLengths = 'answers';

/** Whether the request for a stream also asks for token counts. */
export const usageChoices = ['on', 'off'] as const;

/** Generated prompts of a target, and the lengths of its responses. */
export interface Synthetic {
  /** Tokens of a prompt, without the shared prefix; absent: the prompts aren't generated. */
  readonly input?: Lengths;
  /** Tokens of a response; absent: not set. */
  readonly output?: Lengths;
  /** A start that prompts share: its tokens, and the number of different starts. */
  readonly prefix?: SharedPrefix;
  /** Words of the prompts, one token each; absent: those that are one token in the known vocabularies. */
  readonly words?: readonly string[];
  /** Lengths and shared starts of a trace, in its order, in place of the others. */
  readonly trace?: Trace;
}

/** A start that prompts share: its tokens, and the number of different starts. */
export interface SharedPrefix {
  readonly tokens: number;
  readonly of: number;
}

/** Conversations that are generated instead of read from a file. */
export interface GeneratedConversations {
  /** Number of turns; absent for the sessions of a trace. */
  readonly turns?: Turns;
  /** Tokens that each turn adds, and of the responses. */
  readonly synthetic: Synthetic;
  /** The delays of a trace are divided by this; absent: 1. */
  readonly speed?: number;
}

/** Conversations of a target, and how their requests are written. */
export interface Conversations {
  /** Those of a file; empty if they are generated. */
  readonly list: readonly Conversation[];
  readonly order: (typeof promptOrders)[number];
  /** Think time of turns that set none; absent: 0. */
  readonly think?: ThinkTime;
  /** Output tokens of turns of a file that set none; absent: not requested, and so for generated ones, which have their own. */
  readonly output?: Lengths;
  /**
   * Bodies with marks, see `synthetic-marks.ts`, by what the conversation sets itself: 0 nothing, 1 the system message, 2 the
   * number of output tokens, 3 both.
   */
  readonly bodies: readonly Uint8Array[];
  /** Absent for conversations of a file. */
  readonly generated?: GeneratedConversations;
}

/** Language model directives above a target; absent: not set. */
export type LlmChoices = Frozen<v.InferOutput<typeof llmChoicesSchema>>;

/**
 * One request of the file. Every request line has one, unless it needs an unsupported feature, so that an editor can
 * rely on them. All can be sent once the file has no error. File variables are already replaced. `{{$env NAME}}`,
 * `{{$secret NAME}}`, and `{{$dotenv NAME}}` remain in `url`, `headers`, and `body`, so that a target can be stored and
 * shown without secrets. `{{$guid}}` and similar placeholders remain, too, with the variables that contain them.
 */
export interface Target {
  /** From `# @name`, otherwise `METHOD path?query`; unique in its file. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: TargetBody;
  /** Weight in the random choice of targets, > 0 (default: 1). */
  readonly weight: number;
  /** Objectives of this target only. */
  readonly objectives: readonly Objective[];
  /** Absent without language model directives. */
  readonly llm?: LlmChoices;
  /** Variables with a new value for each request, by name; absent without any. */
  readonly variables?: Readonly<Record<string, string>>;
  /** First error found in the target or in a variable that it uses; absent: it can be sent. */
  readonly problem?: Problem;
  /** Range of the request line in the file. */
  readonly range: Range;
}

/**
 * A target without its position in the file, which a run doesn't need. A large file has hundreds of thousands of
 * targets.
 */
export type RunTarget = Omit<Target, 'range'>;

/** Run options in a file (`# @requests 500` …); absent: not set. */
export type RunDefaults = Partial<Pick<PlanValues, FileOptionName>> & {
  /** Name of the baseline of relative objectives. */
  readonly baseline?: string;
};

/** A parsed endpoints file. */
export interface EndpointsFile {
  readonly targets: readonly Target[];
  readonly problems: readonly Problem[];
  readonly defaults: RunDefaults;
  /**
   * Objectives of the whole run (`# @slo` before the first target, separated from it by a blank line or other
   * defaults).
   */
  readonly objectives: readonly Objective[];
  /** An error precedes the first target, and so affects all targets. */
  readonly broken?: boolean;
}

/** Prompts of a file. */
export interface Prompts {
  readonly bodies: readonly Uint8Array[];
  readonly order: (typeof promptOrders)[number];
  /** Number of output tokens that each body asks for; absent if not set. */
  readonly askedTokens?: readonly number[];
  /** Absent for prompts that aren't from a file. */
  readonly dataSet?: DataSet;
  /** What a tokenizer has to count before the prompts can be sent; absent: nothing. */
  readonly uncounted?: UncountedPrompts;
}

/** The file of prompts. */
export interface DataSet {
  /** As written, relative to the endpoints file. */
  readonly file: string;
  /** SHA-256 of its bytes in hexadecimal; absent if unknown. */
  readonly sha256?: string | undefined;
  /** Number of its entries. */
  readonly entries: number;
  /** Tokens of the prompts that are used, and of their answers, if they were counted. */
  readonly counts?: { readonly input: TokenSpread; readonly output?: TokenSpread };
}

/** Mean, minimum, and maximum of numbers of tokens. */
export interface TokenSpread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Texts of prompts, by body. */
export interface UncountedPrompts {
  readonly texts: readonly string[];
  /** Only prompts with this many tokens are used; absent: all. */
  readonly range?: TokenRange;
  /**
   * Answers, whose tokens replace the mark of `synthetic-marks.ts` in the bodies. Prompts without one aren't used.
   * Absent: the bodies have no such mark.
   */
  readonly answers?: readonly (string | undefined)[];
}

/**
 * A target ready to be sent, without placeholders and with its body as bytes. Contains secrets: never stored, never
 * logged.
 */
export interface PreparedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
  /** Response format; absent unless the target is a language model. */
  readonly dialect?: DialectName;
  /** The request asks for a stream. */
  readonly streams?: boolean;
  /** Placeholders with new values for each request. A token of `dynamic-parts.ts` marks the position of each. */
  readonly dynamic?: readonly string[];
  /** One body per prompt, sent in turn or at random by the seed. `body` is the first of them. */
  readonly prompts?: Prompts;
  /** Generated prompts and lengths. `synthetic-marks.ts` has their placeholders in the bodies. */
  readonly synthetic?: Synthetic;
  /** Times at which the requests are sent, and their lengths. */
  readonly trace?: Trace;
  /** Conversations that are sent turn by turn, each in a request with all before it. `body` is a part of them. */
  readonly conversations?: Conversations;
  /** URLs that may list the server's models, the most likely first. Absent if the body names a model. */
  readonly modelLists?: readonly string[];
}
