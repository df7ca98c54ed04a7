import { callSize, contentText, thinkingSize, toolCallSize } from './content.ts';
import { tellFinish, tellNullFinish, type Dialect, type Story } from './dialect.ts';
import { isJson, listIn, objectIn, sizeOf, textIn, type Json } from './json.ts';
import { errorWords, isSaid } from './server-error.ts';
import { countsBeside, usageIn } from './usage.ts';

/** Completions and chat completions of OpenAI and compatible servers. */
export const openai: Dialect = {
  finishMark: 'a finish_reason or [DONE]',
  speaks: (message) => 'choices' in message,
  isPiece: (message) => listIn(message['choices']).some((choice) => 'delta' in objectIn(choice)),
  read(message, whole, story) {
    // Groq's streams have it in a member of their own.
    const usage =
      usageIn(message['usage'] ?? objectIn(message['x_groq'])['usage']) ?? (whole ? countsBeside(message) : undefined);
    if (usage !== undefined) story.usage(usage);
    for (const choice of listIn(message['choices'])) if (isJson(choice)) readChoice(choice, whole, story);
  },
};

function readChoice(choice: Json, whole: boolean, story: Story): void {
  const { index = 0, text, delta, message, logprobs, finish_reason: reason, error } = choice;
  if (isSaid(error)) {
    story.fail(errorWords(error));
    return;
  }
  let written = textIn(text);
  let thought = 0;
  let other = 0;
  let hasRole = false;
  // Loops over the members that exist, which is faster than looking up each possible one.
  const said = objectIn(delta ?? message);
  for (const name in said) {
    const value = said[name];
    if (name === 'content') {
      if (typeof value === 'string') written ||= value;
      else if (isJson(value)) {
        written ||= contentText(value);
        thought += thinkingSize(value);
      }
    } else if (name === 'role') hasRole = true;
    else if (name === 'refusal') {
      other += sizeOf(value);
      if (sizeOf(value) > 0) story.refused();
    } else if (name === 'tool_calls') other += toolCallSize(value);
    else if (name === 'function_call') other += callSize(value);
    else if (name === 'audio') other += audioSize(value);
    // Servers that send several members send the same text in each.
    else if (reasoningMembers.has(name)) thought = Math.max(thought, contentText(value).length);
  }
  // The first message of a choice has only the role, and the last one only the end. Each one between them is a token.
  const isToken = !whole && !hasRole && sizeOf(reason) === 0;
  if (written.length + thought + other > 0 || isToken) story.part(index, written, thought, other, listedIn(logprobs));
  // In a list of chunks, all but the last have a null reason.
  if (whole && delta === undefined) tellNullFinish('finish_reason', reason, story);
  tellFinish(index, reason, story);
}

const reasoningMembers = new Set(['reasoning_content', 'reasoning', 'thinking', 'reasoning_details']);

function audioSize(audio: unknown): number {
  return isJson(audio) ? sizeOf(audio['transcript']) || sizeOf(audio['data']) : 0;
}

function listedIn(logprobs: unknown): number {
  if (!isJson(logprobs)) return 0;
  return listIn(logprobs['content'] ?? logprobs['tokens']).length;
}
