import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../../src/core/endpoints/parse.ts';
import { prepareTarget } from '../../../../src/core/endpoints/prepare.ts';
import type { PreparedRequest } from '../../../../src/core/endpoints/types.ts';

/** Images of each type whose other bytes have every value, longer than what is converted at once. */
const images = Object.fromEntries(
  Object.entries({
    'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    'image/jpeg': [0xff, 0xd8, 0xff, 0xe0],
    'image/webp': [...Buffer.from('RIFF'), 1, 2, 3, 4, ...Buffer.from('WEBP')],
  }).map(([type, head]) => [type, Uint8Array.from({ length: 100_001 }, (_, i) => head[i] ?? (i * 7) % 256)]),
);

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const files: Readonly<Record<string, Uint8Array>> = {
  'p.txt': bytesOf('Once upon a time\n'),
  'a.gif': bytesOf('GIF89a…'),
  'a.txt': bytesOf('text'),
  ...images,
};

const nothing = (): undefined => undefined;

function prepared(text: string): PreparedRequest {
  const [target] = parseEndpoints(text).targets;
  assert.ok(target);
  return prepareTarget(target, { env: nothing, secret: nothing, bodyFile: (path) => files[path], shownAs: 'e.txt' });
}
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const jsonOf = (bytes: Uint8Array | undefined): unknown => JSON.parse(textOf(bytes));

const chat = 'POST http://a/v1/chat/completions';

const withImage = (text: string): unknown => jsonOf(prepared(`# @image a.gif\nPOST http://a${text}`).body);

const imageOf =
  (path: string, json: string): (() => unknown) =>
  () =>
    prepared(`# @image ${path}\n${chat}\n${json}`);

describe('images', () => {
  const image = Buffer.from('GIF89a…').toString('base64');
  const url = `data:image/gif;base64,${image}`;
  const messages = '{"model": "m", "messages": [{"role": "user", "content": "What is it?"}]}';

  it('follow the text of the last user message, in the format of each API', () => {
    assert.deepEqual(withImage(`/v1/chat/completions\n${messages}`), {
      model: 'm',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    assert.deepEqual(withImage('/v1/responses\n{"input": "What?"}'), {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What?' },
            { type: 'input_image', image_url: url },
          ],
        },
      ],
    });
    assert.deepEqual(withImage('/v1/messages\n{"max_tokens": 5, "messages": [{"role": "user", "content": "What?"}]}'), {
      max_tokens: 5,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: image } },
          ],
        },
      ],
    });
    assert.deepEqual(withImage('/api/chat\n{"messages": [{"role": "user", "content": "What?"}]}'), {
      messages: [{ role: 'user', content: 'What?', images: [image] }],
    });
    assert.deepEqual(withImage('/v1beta/models/m:generateContent\n{"contents": [{"parts": [{"text": "What?"}]}]}'), {
      contents: [{ parts: [{ text: 'What?' }, { inlineData: { mimeType: 'image/gif', data: image } }] }],
    });
  });

  it('are sent byte for byte, with the type of their first bytes', () => {
    for (const [type, bytes] of Object.entries(images)) {
      const { body } = prepared(`# @image ${type}\nPOST http://a/api/generate\n{"prompt": "What?"}`);
      const base64 = Buffer.from(bytes).toString('base64');
      assert.deepEqual(jsonOf(body), { prompt: 'What?', images: [base64] });
      const chatBody = textOf(prepared(`# @image ${type}\n${chat}\n${messages}`).body);
      assert.ok(chatBody.includes(`"image_url":{"url":"data:${type};base64,${base64}"}`), type);
    }
  });

  it('are combined with the prompts of a file', () => {
    const { prompts } = prepared(`# @image a.gif\n# @prompts p.txt\n${chat}\n{"messages": []}`);
    assert.deepEqual(jsonOf(prompts?.bodies[0]), {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Once upon a time' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
  });

  it('need an image file and a user message', () => {
    assert.throws(imageOf('a.txt', messages), /a\.txt isn't an image/);
    assert.throws(imageOf('none.png', messages), /Can't read image file none\.png/);
    assert.throws(imageOf('a.gif', '{"messages": []}'), /needs a message of the user/);
  });
});
