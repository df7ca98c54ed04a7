import { isJson, listIn, objectIn, sizeOf, textIn } from './json.ts';

/** Returns the text of a content, which is a text, a part, or a list of parts. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!isJson(content)) return '';
  if (!Array.isArray(content))
    return textIn(content['text']) || textIn(content['content']) || textIn(content['refusal']);
  return content.map(contentText).join('');
}

/** Returns the number of reasoning characters in a list of parts. Their text may be a list, too. */
export function thinkingSize(content: unknown): number {
  let size = 0;
  for (const part of listIn(content)) {
    const { thinking, reasoning, summary } = objectIn(part);
    const said = thinking ?? reasoning ?? summary;
    if (said !== undefined) size += contentText(said).length;
  }
  return size;
}

/** Returns the number of characters in a list of tool calls: names and arguments. */
export function toolCallSize(calls: unknown): number {
  let size = 0;
  for (const call of listIn(calls)) {
    const { function: ofFunction, custom } = objectIn(call);
    size += callSize(ofFunction ?? custom ?? call);
  }
  return size;
}

/** Returns the number of characters in one call: name and arguments. */
export function callSize(call: unknown): number {
  if (!isJson(call)) return 0;
  const { name, arguments: given, input, args } = call;
  const said = given ?? input ?? args;
  return sizeOf(name) + (isJson(said) ? JSON.stringify(said).length : sizeOf(said));
}
