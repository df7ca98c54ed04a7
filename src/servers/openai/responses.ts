import { randomUUID } from 'node:crypto';

/** What all answers to one request have in common. */
export interface AnswerHead {
  readonly kind: 'completion' | 'chat';
  readonly model: string;
  /** Says precision and, where it is so, that the weights are random. */
  readonly fingerprint: string;
}

/** A finished choice. */
export interface Choice {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
}

/** Tokens of prompts and answers, as the model counted them. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
}

/** Builds the bodies of one answer; all share an id and a time. */
export interface AnswerWriter {
  whole(choices: readonly Choice[], usage: Usage): object;
  /** What comes before the first token of a choice; undefined where nothing does. */
  opening(index: number): object | undefined;
  /** @param soFar tokens until this piece, for a client that wants them with each */
  piece(index: number, text: string, soFar?: Usage): object;
  closing(index: number, reason: Choice['finishReason'], soFar?: Usage): object;
  usage(usage: Usage): object;
}

const usageBody = ({ prompt, completion }: Usage) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
});

/** The exact shapes of OpenAI's API. With `includeUsage` every piece of a stream carries `usage: null`. */
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
      choices: choices.map(({ text, finishReason }, index) => ({
        index,
        ...(isChat ? { message: { role: 'assistant', content: text, refusal: null } } : { text }),
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
    closing: (index, reason, soFar) => ({
      ...(isChat ? deltaChunk(index, {}, reason) : textChunk(index, '', reason)),
      ...(soFar && { usage: usageBody(soFar) }),
    }),
    usage: (usage) => ({ ...base(chunkObject), choices: [], usage: usageBody(usage) }),
  };
}
