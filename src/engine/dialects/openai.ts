import { callSize, contentText, thinkingSize, toolCallSize } from './content.ts';
import { tellFinish, type Dialect, type Story } from './dialect.ts';
import { isJson, listIn, objectIn, sizeOf, type Json } from './json.ts';
import { errorIn } from './server-error.ts';
import { countsBeside, usageIn } from './usage.ts';

/** Completions and chat completions of OpenAI and the many servers that speak like it. */
export const openai: Dialect = {
  finishMark: 'a finish_reason or [DONE]',
  speaks: (message) => 'choices' in message,
  read(message, whole, story) {
    const usage = usageIn(message['usage']) ?? (whole ? countsBeside(message) : undefined);
    if (usage !== undefined) story.usage(usage);
    for (const choice of listIn(message['choices'])) if (isJson(choice)) readChoice(choice, whole, story);
  },
};

function readChoice(choice: Json, whole: boolean, story: Story): void {
  const { index = 0, text, delta, message, logprobs, finish_reason: reason } = choice;
  const words = errorIn(choice);
  if (words !== undefined) {
    story.fail(words);
    return;
  }
  const said = objectIn(delta ?? message);
  const { content, role } = said;
  const written = typeof text === 'string' ? text : contentText(content);
  const thought = reasoningSize(said) + thinkingSize(content);
  const other =
    sizeOf(said['refusal']) + toolCallSize(said['tool_calls']) + callSize(said['function_call']) + audioSize(said);
  // The first message of a choice tells the role alone, and the last the end: every other one stands for a token.
  const isToken = !whole && role === undefined && sizeOf(reason) === 0;
  if (written.length + thought + other > 0 || isToken) story.part(index, written, thought, other, listedIn(logprobs));
  tellFinish(index, reason, story);
}

/** Servers that send several members send the same text in each. */
function reasoningSize(said: Json): number {
  return (
    sizeOf(said['reasoning_content']) ||
    sizeOf(said['reasoning']) ||
    sizeOf(said['thinking']) ||
    contentText(said['reasoning_details']).length
  );
}

function audioSize({ audio }: Json): number {
  return isJson(audio) ? sizeOf(audio['transcript']) || sizeOf(audio['data']) : 0;
}

function listedIn(logprobs: unknown): number {
  if (!isJson(logprobs)) return 0;
  return listIn(logprobs['content'] ?? logprobs['tokens']).length;
}
