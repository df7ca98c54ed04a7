import { callSize, contentText, thinkingSize } from './content.ts';
import { tellFinish, tellNullFinish, type Dialect } from './dialect.ts';
import { listIn, objectIn, sizeOf, textIn } from './json.ts';
import { usageIn } from './usage.ts';

// prettier-ignore
const types = new Set([
  'message', 'message_start', 'message_delta', 'message_stop', 'ping',
  'content_block_start', 'content_block_delta', 'content_block_stop',
]);

/** Messages of Anthropic's API. */
export const messages: Dialect = {
  finishMark: 'a stop_reason or message_stop',
  speaks: ({ type }) => typeof type === 'string' && types.has(type),
  read(json, whole, story) {
    const { type, delta, content_block: block, message } = json;
    const usage = usageIn(json['usage'] ?? objectIn(message)['usage']);
    if (usage !== undefined) story.usage(usage);
    if (type === 'content_block_delta') {
      const { text, thinking, partial_json: call } = objectIn(delta);
      const [reasoning, other] = [sizeOf(thinking), sizeOf(call)];
      if (sizeOf(text) + reasoning + other > 0) story.part(0, textIn(text), reasoning, other, 0);
    } else if (type === 'content_block_start') {
      const { text, thinking, name } = objectIn(block);
      const [reasoning, other] = [sizeOf(thinking), sizeOf(name)];
      if (sizeOf(text) + reasoning + other > 0) story.part(0, textIn(text), reasoning, other, 0);
    } else if (type === 'message') {
      const { content, stop_reason: reason } = json;
      const calls = listIn(content).reduce<number>((size, part) => size + callSize(part), 0);
      const [text, reasoning] = [contentText(content), thinkingSize(content)];
      if (text.length + reasoning + calls > 0) story.part(0, text, reasoning, calls, 0);
      if (whole) tellNullFinish('stop_reason', reason, story);
      tellFinish(0, reason, story);
    } else if (type === 'message_delta') tellFinish(0, objectIn(delta)['stop_reason'], story);
    else if (type === 'message_stop') story.finish();
  },
};
