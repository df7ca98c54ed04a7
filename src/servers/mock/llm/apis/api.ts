import { eventText } from '../../../http.ts';
import type { ApiError } from '../../../openai/errors.ts';
import type { Usage } from '../../../openai/responses.ts';

/** A request as its API describes it. */
export interface Asked {
  readonly model: string | undefined;
  /** Tokens of the prompt. */
  readonly prompt: readonly string[];
  /** Limit of the output in tokens. */
  readonly maxTokens: number | undefined;
  readonly stream: boolean;
  /** Media type of the stream, unless it has server-sent events. */
  readonly streamType?: string;
  /** The response is a result of the prompt, without output tokens. */
  readonly pooled?: true;
  /** Returns the writer of the response; called when the request starts. */
  writer(result: Result): Writer;
}

/** The response to be written. */
export interface Result {
  readonly model: string;
  readonly finishReason: 'stop' | 'length';
  readonly usage: Usage;
  readonly text: string;
  /** Reasoning before the text; empty if none. */
  readonly reasoning: string;
}

/** Writes one response in the format of its API. */
export interface Writer {
  /** Returns the body of a complete response. */
  whole(): object;
  /** Returns the start of a stream, empty if it starts with the first token. */
  opening(): string;
  /** Returns tokens `from` up to, not including, `to`. */
  piece(text: string, from: number, to: number): string;
  /** Returns a piece of the reasoning; undefined if the API has none. */
  reasoning?(text: string): string;
  /** Returns the end of a stream. */
  closing(): string;
}

/** One API of the mock model. */
export interface LlmApi {
  /** Paths of its requests. */
  readonly path: RegExp;
  /** Returns false for a body of another API with the same path. */
  takes?(body: object): boolean;
  /** Query parameters of the API. */
  readonly query?: readonly string[];
  readonly hasReasoning?: true;
  /** Reads a request. Throws an ApiError that says what is wrong with it. */
  read(json: unknown, url: URL): Asked;
  /** Returns the body of an error, unless it's OpenAI's. */
  errorBody?(error: ApiError): object;
  /** Returns an error in a stream that has begun, unless it's an event with the body of the error. */
  errorText?(error: ApiError): string;
}

/** Returns a function that makes texts that differ in one string. Faster than JSON of each object. */
export function template(make: (text: string) => string): (text: string) => string {
  const mark = '\u0001';
  const [before = '', after = ''] = make(mark).split(JSON.stringify(mark));
  return (text) => before + JSON.stringify(text) + after;
}

/** Returns a server-sent event whose name is the type in its data. */
export const namedEvent = (type: string, body: object = {}): string =>
  `event: ${type}\n${eventText({ type, ...body })}`;

/** Returns the current time in seconds, as OpenAI's API has it. */
export const nowS = (): number => Math.floor(Date.now() / 1000);
