import type { Json } from './json.ts';
import type { Usage } from './usage.ts';

/** Receives the content of a response message by message. */
export interface Story {
  /**
   * A part of one choice. A part without text is a token without text, such as half a character.
   * @param choice the alternative it belongs to
   * @param text content
   * @param reasoning number of reasoning characters besides the text
   * @param other number of other characters, such as tool calls
   * @param listed number of tokens that the part lists, 0 if none
   */
  part(choice: unknown, text: string, reasoning: number, other: number, listed: number): void;
  /**
   * Token counts so far. Called before the parts of the same message.
   * @param choice the choice with these counts, if each has its own
   */
  usage(usage: Usage, choice?: unknown): void;
  /** The model says that it refuses to answer. */
  refused(): void;
  /** The streamed reasoning is a summary, so it isn't part of the counted tokens. */
  summary(): void;
  /** The choice is finished; usage may follow. `bySelf`: the model ended it, so the last token may have no text. */
  finishChoice(choice: unknown, bySelf: boolean): void;
  /** The response is finished; nothing more is expected. */
  finish(): void;
  /** The server reports an error in these words. */
  fail(words: string): void;
  /** Set for a complete response that reports that it isn't finished. */
  unfinished(words: string): void;
}

/** Response format of an API for language models. Every message is a JSON object. */
export interface Dialect {
  /** Text that marks the end of a response. */
  readonly finishMark: string;
  /** Responses have no output tokens. */
  readonly tokenless?: true;
  /** Returns true for a message in this format. */
  speaks(message: Json): boolean;
  /**
   * Returns true for a message that is one piece of a response, also within a list in one JSON text (default: false).
   */
  isPiece?(message: Json): boolean;
  /** Reads one message. `whole`: it is the complete response, not an event or a line of a stream. */
  read(message: Json, whole: boolean, story: Story): void;
}

/** Finish reasons that mean a failure. */
const failures = new Set([
  'error',
  'abort',
  'aborted',
  'cancelled',
  'canceled',
  'failed',
  'network_error',
  'insufficient_system_resource',
  // A filter ended the response: OpenAI, Anthropic, Bedrock, GLM, and Gemini.
  'content_filter',
  'refusal',
  'content_filtered',
  'guardrail_intervened',
  'sensitive',
  'safety',
  'recitation',
  'language',
  'blocklist',
  'prohibited_content',
  'spii',
  'image_safety',
  'image_prohibited_content',
  'image_recitation',
]);

/** Finish reasons that mean that the model ended its response. */
const ownEnds = new Set(['stop', 'end_turn', 'tool_calls', 'function_call', 'tool_use', 'eos_token', 'eos']);

/** Reports that a complete response isn't finished if its finish reason is null. Some servers leave it out. */
export function tellNullFinish(name: string, reason: unknown, story: Story): void {
  if (reason === null) story.unfinished(`The response has "${name}": null.`);
}

/**
 * Reports how a choice ended, if it did.
 * @param words the server's explanation, if any
 */
export function tellFinish(choice: unknown, reason: unknown, story: Story, words?: string): void {
  if (typeof reason !== 'string' || reason === '') return;
  const known = reason.toLowerCase();
  if (failures.has(known)) story.fail(words ?? `The server ended the response with the finish reason “${reason}”.`);
  else story.finishChoice(choice, ownEnds.has(known));
}
