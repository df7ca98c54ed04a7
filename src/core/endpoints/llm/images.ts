import type { DialectName } from '../types.ts';
import { isObject, objectOr, type Json } from '../json.ts';

type Fail = (message: string, hint: string) => never;

/** An image as it is sent. */
interface Image {
  readonly type: string;
  readonly base64: string;
}

/** First bytes of each kind of image; the first that fits counts. */
const kinds: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^\u0089PNG\r\n/],
  ['image/jpeg', /^\u00FF\u00D8\u00FF/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
];

/** Bytes per call of `fromCharCode`, whose number of arguments is limited. */
const portion = 0x8000;

/** Reads an image. `fail` is called with what is wrong and what to do. */
export function readImage(path: string, bytes: Uint8Array | undefined, fail: Fail): Image {
  if (bytes === undefined) {
    return fail(`Can't read image file ${path}.`, 'Check the path (relative to the endpoints file).');
  }
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  const type = kinds.find(([, pattern]) => pattern.test(start))?.[0];
  if (type === undefined) return fail(`${path} isn't an image.`, 'Expected a PNG, JPEG, GIF, or WebP file.');
  let text = '';
  for (let at = 0; at < bytes.length; at += portion) text += String.fromCharCode(...bytes.subarray(at, at + portion));
  return { type, base64: btoa(text) };
}

/** Returns the last message of the user with an image after its text, in the form of each API. */
export function withImage(json: Json, dialect: DialectName, image: Image, fail: Fail): Json {
  const { type, base64 } = image;
  const url = `data:${type};base64,${base64}`;
  if (dialect === 'ollama' && !('messages' in json)) return { ...json, images: [...listOf(json['images']), base64] };
  if (dialect === 'responses') {
    const input = typeof json['input'] === 'string' ? [{ role: 'user', content: json['input'] }] : json['input'];
    return { ...json, input: inLast(input, 'input_text', { type: 'input_image', image_url: url }, fail) };
  }
  if (dialect === 'gemini') {
    const contents = listOf(json['contents']);
    const last = contents.findLastIndex((content) => objectOr(content)['role'] !== 'model');
    const content = objectOr(contents[last]);
    if (last < 0) return noPlace(fail);
    const parts = [...listOf(content['parts']), { inlineData: { mimeType: type, data: base64 } }];
    return { ...json, contents: contents.with(last, { ...content, parts }) };
  }
  if (!Array.isArray(json['messages'])) return noPlace(fail);
  if (dialect === 'ollama') {
    const messages = listOf(json['messages']);
    const last = lastOfUser(messages);
    const message = objectOr(messages[last]);
    if (last < 0) return noPlace(fail);
    return {
      ...json,
      messages: messages.with(last, { ...message, images: [...listOf(message['images']), base64] }),
    };
  }
  const part =
    dialect === 'messages'
      ? { type: 'image', source: { type: 'base64', media_type: type, data: base64 } }
      : { type: 'image_url', image_url: { url } };
  return { ...json, messages: inLast(json['messages'], 'text', part, fail) };
}

const noPlace = (fail: Fail): never =>
  fail('@image needs a message of the user.', 'Add one to the body, or a prompt with # @prompts or # @input-tokens.');

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const lastOfUser = (messages: readonly unknown[]): number =>
  messages.findLastIndex((message) => objectOr(message)['role'] === 'user');

/** Returns messages with a part after the content of the last message of the user. */
function inLast(value: unknown, textType: string, part: Json, fail: Fail): readonly unknown[] {
  const messages = listOf(value);
  const last = lastOfUser(messages);
  const message = messages[last];
  if (!isObject(message)) return noPlace(fail);
  const { content } = message;
  const before = typeof content === 'string' ? [{ type: textType, text: content }] : listOf(content);
  return messages.with(last, { ...message, content: [...before, part] });
}
