import { errorWords, readObject, toolCallSize, type Dialect } from './dialect.ts';
import { objectIn, sizeOf } from './json.ts';
import { usageIn } from './usage.ts';

/** `/api/generate` and `/api/chat` of Ollama: a JSON object on each line. */
export const ollama: Dialect = {
  framing: 'lines',
  contentTypes: ['ndjson', 'jsonl'],
  read(data, _event, story) {
    if (data.trim() === '') return;
    const json = readObject(data, story);
    if (json === undefined) return;
    const { error, response, thinking, message } = json;
    if (error !== undefined && error !== null) {
      story.fail(errorWords(error));
      return;
    }
    const { content, thinking: thought, tool_calls: calls } = objectIn(message);
    const reasoning = sizeOf(thinking) + sizeOf(thought);
    const size = sizeOf(response) + sizeOf(content) + reasoning + toolCallSize(calls);
    if (size > 0) story.chunk(size, reasoning, undefined);
    const usage = usageIn(json);
    if (usage !== undefined) story.usage(usage);
    if (json['done'] === true) story.finish(true);
  },
};
