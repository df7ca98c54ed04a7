import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { eventText } from '../../../http.ts';
import { check } from '../../../openai/check.ts';
import type { ApiError } from '../../../openai/errors.ts';
import { maybe } from '../../../openai/fields.ts';
import type { LlmApi, Result, Writer } from './api.ts';
import { contentField, contentTokens, outputLimit } from './content.ts';

const content = v.looseObject({ parts: contentField });
const schema = v.looseObject({
  contents: v.pipe(v.array(content), v.minLength(1)),
  systemInstruction: maybe(content),
  generationConfig: maybe(v.looseObject({ maxOutputTokens: outputLimit })),
});

/** Google's Gemini. Its streams are server-sent events with `alt=sse` only. */
export const gemini: LlmApi = {
  path: /^\/v1(?:beta)?\/models\/([^/:]+):(?:g|streamG)enerateContent$/,
  query: ['alt', 'key'],
  hasReasoning: true,
  read: (json, { pathname, searchParams }) => {
    const body = check(schema, json);
    const all = [...(body.systemInstruction ? [body.systemInstruction] : []), ...body.contents];
    const isEvents = searchParams.get('alt') === 'sse';
    return {
      model: gemini.path.exec(pathname)?.[1],
      prompt: contentTokens(all.map(({ parts }) => parts)),
      maxTokens: body.generationConfig?.maxOutputTokens ?? undefined,
      stream: pathname.includes(':stream'),
      ...(!isEvents && { streamType: 'application/json' }),
      writer: (result) => writerOf(result, isEvents),
    };
  },
  errorBody: ({ status, message }: ApiError) => ({ error: { code: status, message, status: statusNames[status] } }),
};

const statusNames: Partial<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

function writerOf({ model, finishReason, usage, text, reasoning }: Result, isEvents: boolean): Writer {
  const responseId = randomUUID();
  const body = (parts: readonly object[], isLast: boolean, output: number) => ({
    candidates: [
      {
        content: { parts, role: 'model' },
        ...(isLast && { finishReason: finishReason === 'stop' ? 'STOP' : 'MAX_TOKENS' }),
        index: 0,
      },
    ],
    usageMetadata: usageOf(usage, output),
    modelVersion: model,
    responseId,
  });
  let isFirst = true;
  const chunk = (message: object): string => {
    if (isEvents) return eventText(message);
    const before = isFirst ? '[' : ',\r\n';
    isFirst = false;
    return before + JSON.stringify(message);
  };
  let thoughts = 0;
  return {
    whole: () => body([...(reasoning ? [thought(reasoning)] : []), { text }], true, usage.completion),
    opening: () => '',
    reasoning: (piece) => chunk(body([thought(piece)], false, ++thoughts)),
    piece: (piece, _from, to) => chunk(body([{ text: piece }], false, to)),
    closing: () => chunk(body([{ text: '' }], true, usage.completion)) + (isEvents ? '' : ']'),
  };
}

const thought = (piece: string) => ({ text: piece, thought: true });

/** Returns the counts after a number of output tokens. Gemini counts thoughts separately. */
function usageOf({ prompt, cached, reasoning = 0 }: Result['usage'], output: number): object {
  const thoughts = Math.min(reasoning, output);
  return {
    promptTokenCount: prompt,
    ...(cached !== undefined && { cachedContentTokenCount: cached }),
    candidatesTokenCount: output - thoughts,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    totalTokenCount: prompt + output,
  };
}
