import * as v from 'valibot';
import { doneEvent, eventText } from '../../../http.ts';
import { check } from '../../../openai/check.ts';
import { ApiError } from '../../../openai/errors.ts';
import { generationFields, messagesField, type Prompt, promptField, promptsOf } from '../../../openai/fields.ts';
import { answerWriter } from '../../../openai/responses.ts';
import { tokensOf } from '../text.ts';
import { type Asked, type LlmApi, template, type Writer } from './api.ts';
import { chatMessage, contentTokens } from './content.ts';

const completion = v.looseObject({ ...generationFields, prompt: promptField });
const chat = v.looseObject({ ...generationFields, messages: messagesField(chatMessage) });

/** OpenAI's Completions. */
export const completions: LlmApi = {
  path: /^\/v1\/completions$/,
  query: ['api-version'],
  read: (json) => {
    const body = check(completion, json);
    return asked('completion', body, promptTokens(body.prompt));
  },
};

/** OpenAI's Chat Completions. */
export const chatCompletions: LlmApi = {
  path: /^\/v1\/chat\/completions$/,
  query: ['api-version'],
  hasReasoning: true,
  read: (json) => {
    const body = check(chat, json);
    return asked('chat', body, contentTokens(body.messages.map(({ content }) => content)));
  },
};

type Body = Pick<v.InferOutput<typeof completion>, 'model' | 'n' | 'stream' | 'stream_options'>;

function asked(kind: 'completion' | 'chat', body: Body, prompt: readonly string[]): Asked {
  if ((body.n ?? 1) !== 1) throw wrong('n', 'must be 1. This server returns one choice.');
  const includeUsage = body.stream_options?.include_usage ?? false;
  const continuous = includeUsage && body.stream_options?.continuous_usage_stats === true;
  return {
    model: body.model ?? undefined,
    prompt,
    // Its limits may also be in the query.
    maxTokens: undefined,
    stream: body.stream ?? false,
    writer: (result): Writer => {
      const { model, finishReason, usage } = result;
      const writer = answerWriter({ kind, model, fingerprint: 'loadlens-mock' }, includeUsage);
      const soFar = (completionTokens: number) =>
        continuous ? { prompt: usage.prompt, completion: completionTokens } : undefined;
      const plain = template((piece) => eventText(writer.piece(0, piece)));
      return {
        whole: () => writer.whole([result], usage),
        opening: () => {
          const opening = writer.opening(0);
          return opening ? eventText(opening) : '';
        },
        piece: (piece, _from, to) => (continuous ? eventText(writer.piece(0, piece, soFar(to))) : plain(piece)),
        reasoning: (piece) => eventText(writer.reasoning(0, piece)),
        closing: () => {
          const counts = includeUsage ? eventText(writer.usage(usage)) : '';
          return eventText(writer.closing(0, finishReason, soFar(usage.completion))) + counts + doneEvent;
        },
      };
    },
  };
}

function promptTokens(prompt: v.InferOutput<typeof promptField>): readonly string[] {
  const [first, ...others]: readonly Prompt[] = promptsOf(prompt);
  if (first === undefined || others.length > 0) {
    throw wrong('prompt', 'must be one prompt. This server returns one choice.');
  }
  return typeof first === 'string' ? tokensOf(first) : first.map(String);
}

const wrong = (param: string, complaint: string): ApiError => new ApiError(400, `${param} ${complaint}`, { param });
