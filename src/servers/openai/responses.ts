import { randomUUID } from 'node:crypto';

/** Fields that all parts of one response share. */
export interface AnswerHead {
  readonly kind: 'completion' | 'chat';
  readonly model: string;
  /** Identifies the server: for GPT-2, precision and whether weights are random. */
  readonly fingerprint: string;
}

/** A finished choice. */
export interface Choice {
  readonly text: string;
  /** Text of the reasoning before it, if any. */
  readonly reasoning?: string;
  readonly finishReason: 'stop' | 'length';
}

/** Token counts of a response. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
  /** Prompt tokens from the prefix cache; undefined without such a cache. */
  readonly cached?: number | undefined;
  /** Completion tokens that are reasoning; undefined if none can be. */
  readonly reasoning?: number | undefined;
}

/** Makes the bodies of one response, which share an id and a time. */
export interface AnswerWriter {
  whole(choices: readonly Choice[], usage: Usage): object;
  /** Returns the chunk before the first token of a choice, if any. */
  opening(index: number): object | undefined;
  /** @param soFar token counts up to this piece, for a client that asks for them in each chunk */
  piece(index: number, text: string, soFar?: Usage): object;
  reasoning(index: number, text: string): object;
  closing(index: number, reason: Choice['finishReason'], soFar?: Usage): object;
  usage(usage: Usage): object;
}

const usageBody = ({ prompt, completion, cached, reasoning }: Usage) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
  ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
});

/** Returns a writer of OpenAI's formats. With `includeUsage`, each chunk of a stream has `usage: null`. */
export function answerWriter(head: AnswerHead, includeUsage: boolean): AnswerWriter {
  const isChat = head.kind === 'chat';
  const id = `${isChat ? 'chatcmpl' : 'cmpl'}-${randomUUID().replaceAll('-', '')}`;
  const base = (object: string) => ({
    id,
    object,
    created,
    model: head.model,
    system_fingerprint: head.fingerprint,
  });
  const created = Math.floor(Date.now() / 1000);
  const chunkObject = isChat ? 'chat.completion.chunk' : 'text_completion';
  const noUsage = includeUsage ? { usage: null } : {};
  const chunk = (choice: object) => ({
    ...base(chunkObject),
    choices: [{ ...choice, logprobs: null }],
    ...noUsage,
  });
  const textChunk = (index: number, text: string, reason: Choice['finishReason'] | null) =>
    chunk({ index, text, finish_reason: reason });
  const deltaChunk = (index: number, delta: object, reason: Choice['finishReason'] | null) =>
    chunk({ index, delta, finish_reason: reason });
  return {
    whole: (choices, usage) => ({
      ...base(isChat ? 'chat.completion' : 'text_completion'),
      choices: choices.map(({ text, reasoning, finishReason }, index) => ({
        index,
        ...(isChat
          ? {
              message: {
                role: 'assistant',
                content: text,
                ...(reasoning && { reasoning_content: reasoning }),
                refusal: null,
              },
            }
          : { text }),
        logprobs: null,
        finish_reason: finishReason,
      })),
      usage: usageBody(usage),
    }),
    opening: (index) => (isChat ? deltaChunk(index, { role: 'assistant', content: '' }, null) : undefined),
    piece: (index, text, soFar) => ({
      ...(isChat ? deltaChunk(index, { content: text }, null) : textChunk(index, text, null)),
      ...(soFar && { usage: usageBody(soFar) }),
    }),
    reasoning: (index, text) => deltaChunk(index, { reasoning_content: text }, null),
    closing: (index, reason, soFar) => ({
      ...(isChat ? deltaChunk(index, {}, reason) : textChunk(index, '', reason)),
      ...(soFar && { usage: usageBody(soFar) }),
    }),
    usage: (usage) => ({ ...base(chunkObject), choices: [], usage: usageBody(usage) }),
  };
}
