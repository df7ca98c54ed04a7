import type { LlmApi } from './api.ts';
import { chatCompletions, completions } from './completions.ts';
import { embeddings } from './embeddings.ts';
import { gemini } from './gemini.ts';
import { llamaCpp } from './llama-cpp.ts';
import { messages } from './messages.ts';
import { ollamaChat, ollamaGenerate } from './ollama.ts';
import { rerank } from './rerank.ts';
import { responses } from './responses.ts';
import { sglang } from './sglang.ts';
import { tgi } from './tgi.ts';

/** All APIs of the mock model. To add one, write its file and add it here. */
const apis: readonly LlmApi[] = [
  chatCompletions,
  completions,
  responses,
  messages,
  embeddings,
  rerank,
  gemini,
  tgi,
  sglang,
  llamaCpp,
  ollamaGenerate,
  ollamaChat,
];

/** Returns the APIs of a path. */
export const apisAt = (path: string): readonly LlmApi[] => apis.filter((api) => api.path.test(path));
