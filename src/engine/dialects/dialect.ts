import { isJson, objectIn, sizeOf, type Json } from './json.ts';
import type { Usage } from './usage.ts';

/** What the events of a stream tell, one after the other. */
export interface StreamStory {
  /**
   * A chunk of content, reasoning or a tool call, so many characters together and `reasoning` of them of reasoning.
   * `tokens`: how many the stream has brought with it, if it says.
   */
  chunk(size: number, reasoning: number, tokens: number | undefined): void;
  usage(usage: Usage): void;
  /** The response is finished; `last`: nothing more is expected, otherwise usage may follow. */
  finish(last: boolean): void;
  /** The server says that something went wrong. */
  fail(text: string): void;
}

/** How an API of language models streams its answers. */
export interface Dialect {
  /** Server-sent events, or a JSON text on each line. */
  readonly framing: 'events' | 'lines';
  /** Content types of its streams contain one of these. */
  readonly contentTypes: readonly string[];
  /** Reads the data of one event or one line; `event` is the event's type, empty unless given. */
  read(data: string, event: string, story: StreamStory): void;
}

/** The JSON object in a text; undefined, and the story failed, when it is none. */
export function readObject(data: string, story: StreamStory): Json | undefined {
  try {
    const json: unknown = JSON.parse(data);
    if (isJson(json)) return json;
  } catch {
    // Said below.
  }
  story.fail(`An event of the stream is no JSON object: ${data}`);
  return undefined;
}

/** What an error member says. */
export function errorWords(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message } = objectIn(error);
  return typeof message === 'string' && message !== '' ? message : JSON.stringify(error);
}

/** Characters of the calls of tools in a list of them: names and arguments. */
export function toolCallSize(calls: unknown): number {
  if (!Array.isArray(calls)) return 0;
  let size = 0;
  for (const call of calls) {
    const { name, arguments: given } = objectIn(objectIn(call)['function']);
    size += sizeOf(name) + (typeof given === 'object' && given !== null ? JSON.stringify(given).length : sizeOf(given));
  }
  return size;
}
