import type { Json } from './json.ts';
import type { Usage } from './usage.ts';

/** What the messages of a response say, one after the other. */
export interface Story {
  /**
   * A part of one of the response's choices. One without any text is a token that has none, such as half a letter.
   * @param choice which of several alternatives it belongs to
   * @param text content
   * @param reasoning characters of reasoning beside it
   * @param other characters of tool calls and the like beside it
   * @param listed tokens that the part lists, 0 when it lists none
   */
  part(choice: unknown, text: string, reasoning: number, other: number, listed: number): void;
  /**
   * Token counts so far. Called before the parts of the same message.
   * @param choice the one that these are the counts of, when each has its own
   */
  usage(usage: Usage, choice?: unknown): void;
  /** The reasoning that is streamed sums up what the model thought: it is none of the tokens that are counted. */
  summary(): void;
  /** The choice is finished; usage may follow. `bySelf`: the model ended it, so the last token may have no text. */
  finishChoice(choice: unknown, bySelf: boolean): void;
  /** The response is finished: nothing more is expected. */
  finish(): void;
  /** The server reports an error, in its own words. */
  fail(words: string): void;
  /** A whole response says that it isn't finished. */
  unfinished(words: string): void;
}

/** How an API of language models responds. Every message of a response is a JSON object. */
export interface Dialect {
  /** How it marks the end of a response. */
  readonly finishMark: string;
  /** Returns true for a message of this API. */
  speaks(message: Json): boolean;
  /** Returns true for a message that is one piece of a response also in a list in one JSON text; false unless there. */
  isPiece?(message: Json): boolean;
  /** Reads one message. `whole`: it is the whole response, not an event or a line of a stream. */
  read(message: Json, whole: boolean, story: Story): void;
}

/** Reasons to finish that mean a failure. */
const failures = new Set([
  'error',
  'abort',
  'aborted',
  'cancelled',
  'canceled',
  'failed',
  'network_error',
  'insufficient_system_resource',
]);

/** Reasons to finish that mean that the model ended its response. */
const ownEnds = new Set(['stop', 'end_turn', 'tool_calls', 'function_call', 'tool_use', 'eos_token', 'eos']);

/** Tells the story that a whole response isn't finished when its reason to finish is null; some servers leave it out. */
export function tellNullFinish(name: string, reason: unknown, story: Story): void {
  if (reason === null) story.unfinished(`The response has "${name}": null.`);
}

/** Tells the story how a choice ended; nothing for one that didn't. `words`: the server's, when it says why. */
export function tellFinish(choice: unknown, reason: unknown, story: Story, words?: string): void {
  if (typeof reason !== 'string' || reason === '') return;
  const known = reason.toLowerCase();
  if (failures.has(known)) story.fail(words ?? `The server ended the response with the finish reason “${reason}”.`);
  else story.finishChoice(choice, ownEnds.has(known));
}
