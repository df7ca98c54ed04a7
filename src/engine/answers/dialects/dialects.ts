import type { Dialect } from './dialect.ts';
import { gemini } from './gemini.ts';
import type { Json } from './json.ts';
import { llamaCpp } from './llama-cpp.ts';
import { messages } from './messages.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { responses } from './responses.ts';
import { sglang } from './sglang.ts';
import { tgi } from './tgi.ts';

/** Every dialect there is, the most common first. A new one is one file here and one line in this list. */
const dialects: readonly Dialect[] = [openai, responses, messages, sglang, tgi, llamaCpp, gemini, ollama];

/** Returns the dialect of a message, whatever API the request was meant for: gateways respond in the API behind them. */
export const dialectOf = (message: Json): Dialect | undefined => dialects.find((dialect) => dialect.speaks(message));
