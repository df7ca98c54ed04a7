import { contentText, toolCallSize } from './content.ts';
import type { Dialect } from './dialect.ts';
import { isJson, objectIn, sizeOf, textIn } from './json.ts';
import { countsBeside } from './usage.ts';

/** `/api/generate` and `/api/chat` of Ollama: a JSON object per line, or a single one. */
export const ollama: Dialect = {
  finishMark: '"done": true',
  speaks: ({ done, response, message, type }) =>
    type === undefined && (typeof done === 'boolean' || typeof response === 'string' || isJson(message)),
  read(json, whole, story) {
    const { response, thinking, done, done_reason: reason } = json;
    const { content, thinking: thought, tool_calls: calls } = objectIn(json['message']);
    const usage = countsBeside(json);
    if (usage !== undefined) story.usage(usage);
    const text = textIn(response) || contentText(content);
    const reasoning = sizeOf(thinking) + sizeOf(thought);
    const other = toolCallSize(calls);
    if (text.length + reasoning + other > 0 || (done === false && !whole)) story.part(0, text, reasoning, other, 0);
    if (done === true) {
      story.finishChoice(0, reason === 'stop');
      story.finish();
    } else if (whole && done === false) story.unfinished('The response says "done": false.');
  },
};
