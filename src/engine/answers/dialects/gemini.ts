import { callSize } from './content.ts';
import { tellFinish, type Dialect, type Story } from './dialect.ts';
import { isJson, listIn, objectIn, sizeOf, textIn, type Json } from './json.ts';
import { count, type Usage } from './usage.ts';

/** `generateContent` and `streamGenerateContent` of Google's Gemini. */
export const gemini: Dialect = {
  finishMark: 'a finishReason',
  speaks: (message) => 'candidates' in message || 'promptFeedback' in message || 'usageMetadata' in message,
  isPiece: () => true,
  read(message, _whole, story) {
    const { candidates, promptFeedback, usageMetadata } = message;
    if (isJson(usageMetadata)) story.usage(usageOf(usageMetadata));
    const { blockReason } = objectIn(promptFeedback);
    if (typeof blockReason === 'string') story.fail(`The server blocked the prompt: ${blockReason}.`);
    for (const candidate of listIn(candidates)) readCandidate(objectIn(candidate), story);
  },
};

function readCandidate({ content, finishReason, index = 0 }: Json, story: Story): void {
  let said = '';
  let reasoning = 0;
  let other = 0;
  for (const part of listIn(objectIn(content)['parts'])) {
    const { text, thought, functionCall } = objectIn(part);
    if (thought === true) reasoning += sizeOf(text);
    else said += textIn(text);
    other += callSize(functionCall);
  }
  if (said.length + reasoning + other > 0) story.part(index, said, reasoning, other, 0);
  tellFinish(index, finishReason, story);
}

/** Returns the counts. Gemini counts thoughts separately from candidates. */
function usageOf(metadata: Json): Usage {
  const tokens = count(metadata['candidatesTokenCount']);
  const reasoningTokens = count(metadata['thoughtsTokenCount']);
  return {
    source: 'usage',
    tokens: tokens === undefined ? undefined : tokens + (reasoningTokens ?? 0),
    reasoningTokens,
    inputTokens: count(metadata['promptTokenCount']),
    cachedTokens: count(metadata['cachedContentTokenCount']),
  };
}
