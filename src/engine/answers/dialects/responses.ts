import { callSize, contentText, thinkingSize } from './content.ts';
import { tellFinish, type Dialect, type Story } from './dialect.ts';
import { isJson, listIn, objectIn, textIn, type Json } from './json.ts';
import { errorWords } from './server-error.ts';
import { usageIn } from './usage.ts';

/** Responses of OpenAI's API. */
export const responses: Dialect = {
  finishMark: 'response.completed',
  speaks: ({ type, object }) => object === 'response' || (typeof type === 'string' && type.startsWith('response.')),
  read(json, _whole, story) {
    const type = textIn(json['type']);
    if (json['object'] === 'response') {
      readOutput(json, story);
      readEnd(json, story);
    } else if (type.endsWith('.delta')) {
      const text = textIn(json['delta']);
      const isReasoning = type.includes('reasoning');
      const isText = type === 'response.output_text.delta';
      const other = isText || isReasoning ? 0 : text.length;
      if (type.includes('summary')) story.summary();
      if (type.includes('refusal')) story.refused();
      story.part(0, isText ? text : '', isReasoning ? text.length : 0, other, 0);
    } else if (isJson(json['response'])) readEnd(json['response'], story);
  },
};

/** Reads the output of a complete response. An event at the end of a stream repeats it. */
function readOutput({ output }: Json, story: Story): void {
  let text = '';
  let reasoning = 0;
  let other = 0;
  for (const item of listIn(output)) {
    const { content, summary } = objectIn(item);
    text += contentText(content);
    if (listIn(content).some((part) => isJson(part) && 'refusal' in part)) story.refused();
    reasoning += thinkingSize(content) + contentText(summary).length;
    other += callSize(item);
  }
  if (text.length + reasoning + other > 0) story.part(0, text, reasoning, other, 0);
}

function readEnd(response: Json, story: Story): void {
  const { status, usage, error } = response;
  const counted = usageIn(usage);
  if (counted !== undefined) story.usage(counted);
  if (status === 'failed' || status === 'cancelled') {
    story.fail(isJson(error) ? errorWords(error) : `The server ended the response with the status “${status}”.`);
  } else if (status === 'completed' || status === 'incomplete') {
    tellFinish(
      0,
      status === 'completed' ? 'stop' : (objectIn(response['incomplete_details'])['reason'] ?? status),
      story,
    );
    story.finish();
  } else if (status === 'in_progress' || status === 'queued')
    story.unfinished(`The response has the status “${status}”.`);
}
