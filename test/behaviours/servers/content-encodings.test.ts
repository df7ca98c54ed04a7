import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { runOver } from '../../support/run-input.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

const json = (size: number): string => JSON.stringify({ filler: 'x'.repeat(size), output_tokens: 7 });
const completion = (size: number): string =>
  JSON.stringify({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(size) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 7, total_tokens: 8 },
  });
const garbage = Buffer.from('and garbage');

/** What a body in an encoding comes to: output tokens per response, or none and a remark. */
const cases: readonly {
  readonly what: string;
  readonly encoding: string;
  readonly body: Buffer;
  readonly tokens: number;
  readonly note?: RegExp;
}[] = [
  { what: 'gzip', encoding: 'gzip', body: zlib.gzipSync(json(10)), tokens: 7 },
  { what: 'capitals', encoding: ' GZip ', body: zlib.gzipSync(json(10)), tokens: 7 },
  { what: 'identity', encoding: 'identity', body: Buffer.from(json(10)), tokens: 7 },
  { what: 'more than 1 MiB in gzip', encoding: 'gzip', body: zlib.gzipSync(json(3_000_000)), tokens: 7 },
  { what: 'more than 1 MiB in brotli', encoding: 'br', body: zlib.brotliCompressSync(json(3_000_000)), tokens: 7 },
  { what: 'zstd', encoding: 'zstd', body: zlib.zstdCompressSync(json(3_000_000)), tokens: 7 },
  {
    what: 'garbage after gzip',
    encoding: 'gzip',
    body: Buffer.concat([zlib.gzipSync(json(10)), garbage]),
    tokens: 7,
  },
  {
    what: 'more than 64 MiB once decoded',
    encoding: 'gzip',
    body: zlib.gzipSync(json(70_000_000)),
    tokens: 0,
    note: /compressed bodies of more than 64 MiB/,
  },
  { what: 'another encoding', encoding: 'odd', body: garbage, tokens: 0, note: /can't decode/ },
  { what: 'broken gzip', encoding: 'gzip', body: garbage, tokens: 0, note: /can't be decoded/ },
  {
    what: 'a large body without an encoding',
    encoding: '',
    body: Buffer.from(json(300_000)),
    tokens: 0,
    note: /256 KiB/,
  },
];

/** Starts a server of one JSON body. */
const serve = (body: Buffer, encoding: string) =>
  startScriptedServer(({ socket }) => {
    const line = encoding === '' ? '' : `Content-Encoding: ${encoding}\r\n`;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${line}Content-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  });

for (const transport of transportNames) {
  const run = runOver(transport);
  describe(`content encodings over ${transport}`, () => {
    for (const { what, encoding, body, tokens, note } of cases) {
      it(`${what}: ${tokens === 0 ? 'no tokens, and the reason' : 'the tokens are read'}`, async () => {
        const server = await serve(body, encoding);
        const record = await run([server.url], { plan: { requests: 2 } });
        await server.close();
        assert.deepEqual(record.statusCodes, { 200: 2 });
        assert.equal(record.bytesReceived, 2 * body.length);
        assert.equal(record.outputTokens, 2 * tokens);
        if (note) assert.match(record.server?.notes?.join('\n') ?? '', note);
        else assert.equal(record.server, undefined);
      });
    }

    it("are decoded for a language model's response larger than 1 MiB", async () => {
      const server = await serve(zlib.gzipSync(completion(3_000_000)), 'gzip');
      const request = {
        method: 'POST',
        url: `${server.url}/v1/chat/completions`,
        headers: [],
        dialect: 'openai',
      } as const;
      const record = await run([request], { plan: { requests: 2 } });
      await server.close();
      assert.deepEqual([record.statusCodes, record.errors], [{ 200: 2 }, {}]);
      assert.equal(record.outputTokens, 14);
    });
  });
}
