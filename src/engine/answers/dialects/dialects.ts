import type { Dialect } from './dialect.ts';
import { embeddings } from './embeddings.ts';
import { gemini } from './gemini.ts';
import type { Json } from './json.ts';
import { llamaCpp } from './llama-cpp.ts';
import { messages } from './messages.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { rerank } from './rerank.ts';
import { responses } from './responses.ts';
import { sglang } from './sglang.ts';
import { tgi } from './tgi.ts';

/** All dialects, the most common first. To add one, write its file and add it here. */
const dialects: readonly Dialect[] = [
  openai,
  responses,
  messages,
  sglang,
  tgi,
  llamaCpp,
  gemini,
  embeddings,
  rerank,
  ollama,
];

/**
 * Returns the dialect of a message. Independent of the request's API, because gateways pass on the format behind them.
 */
export const dialectOf = (message: Json): Dialect | undefined => dialects.find((dialect) => dialect.speaks(message));

/** Returns whether a message is one piece of a stream. */
export function isPiece(message: Json): boolean {
  const dialect = dialectOf(message);
  return dialect?.isPiece?.(message) === true && dialect.tokenless !== true;
}
