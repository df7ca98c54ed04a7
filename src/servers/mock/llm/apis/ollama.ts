import * as v from 'valibot';
import { check } from '../../../openai/check.ts';
import { maybe, messagesField } from '../../../openai/fields.ts';
import { tokensOf } from '../text.ts';
import { type Asked, type LlmApi, type Result, template, type Writer } from './api.ts';
import { chatMessage, contentTokens, outputLimit } from './content.ts';

const fields = {
  model: maybe(v.string()),
  // Ollama streams by default.
  stream: maybe(v.boolean()),
  options: maybe(v.looseObject({ num_predict: outputLimit })),
};
const generate = v.looseObject({ ...fields, prompt: v.string(), system: maybe(v.string()) });
const chat = v.looseObject({ ...fields, messages: messagesField(chatMessage) });

const common: Pick<LlmApi, 'hasReasoning' | 'errorBody' | 'errorText'> = {
  hasReasoning: true,
  errorBody: ({ message }) => ({ error: message }),
  errorText: ({ message }) => `${JSON.stringify({ error: message })}\n`,
};

/** Ollama's generate. */
export const ollamaGenerate: LlmApi = {
  ...common,
  path: /^\/api\/generate$/,
  read: (json) => {
    const body = check(generate, json);
    const system = body.system ? tokensOf(body.system) : [];
    return asked(body, [...system, ...tokensOf(body.prompt)], (text, thinking) => ({ response: text, thinking }));
  },
};

/** Ollama's chat. */
export const ollamaChat: LlmApi = {
  ...common,
  path: /^\/api\/chat$/,
  read: (json) => {
    const body = check(chat, json);
    return asked(body, contentTokens(body.messages.map(({ content }) => content)), (content, thinking) => ({
      message: { role: 'assistant', content, thinking },
    }));
  },
};

type Body = Pick<v.InferOutput<typeof generate>, keyof typeof fields>;
type Said = (text: string, thinking: string | undefined) => object;

const asked = ({ model, stream, options }: Body, prompt: readonly string[], said: Said): Asked => ({
  model: model ?? undefined,
  prompt,
  maxTokens: options?.num_predict ?? undefined,
  stream: stream ?? true,
  streamType: 'application/x-ndjson',
  writer: (result) => writerOf(result, said),
});

function writerOf({ model, finishReason, usage, text, reasoning }: Result, said: Said): Writer {
  const line = (of: object, end: object): object => ({
    model,
    created_at: new Date().toISOString(),
    ...of,
    ...end,
  });
  const end = {
    done: true,
    done_reason: finishReason,
    prompt_eval_count: usage.prompt,
    eval_count: usage.completion,
  };
  const lineText = (of: object, rest: object): string => `${JSON.stringify(line(of, rest))}\n`;
  return {
    whole: () => line(said(text, reasoning || undefined), end),
    opening: () => '',
    reasoning: (piece) => lineText(said('', piece), { done: false }),
    piece: template((piece) => lineText(said(piece, undefined), { done: false })),
    closing: () => lineText(said('', undefined), end),
  };
}
