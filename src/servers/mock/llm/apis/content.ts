import * as v from 'valibot';
import { maybe, whole } from '../../../openai/fields.ts';
import { maxTokens } from '../schedule.ts';
import { tokensOf } from '../text.ts';

/** Part of a message; only its text counts. */
const part = v.looseObject({ text: maybe(v.string()) });

/** Content of a message. */
export const contentField = v.union([v.string(), v.array(part)], 'must be a string or a list of parts');

/** Message of a chat. Each is at least one token. */
export const chatMessage = v.looseObject({ role: v.string(), content: v.nullable(contentField) });

type Content = v.InferOutput<typeof contentField> | null | undefined;

/** Returns the tokens of contents, one after another. */
export function contentTokens(contents: readonly Content[]): readonly string[] {
  const tokens: string[] = [];
  // `flatMap` takes several times as long, and streams wait while a prompt of 100,000 tokens is read.
  for (const content of contents) for (const token of tokensOf(contentText(content))) tokens.push(token);
  return tokens;
}

const contentText = (content: Content): string =>
  Array.isArray(content) ? content.map(({ text }) => text ?? '').join(' ') : (content ?? '');

/** Limit of the output in an API's own field. */
export const outputLimit = maybe(v.pipe(whole, v.minValue(1), v.maxValue(maxTokens)));
