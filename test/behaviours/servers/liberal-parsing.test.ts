import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { transportNames } from '../../../src/core/vocabulary.ts';
import { runOver } from '../../support/run-input.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const fine = 'Content-Length: 4\r\n\r\nfine';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const requests = 6;

/** What a response comes to: its status and bytes per response, or a failure whose text matches. */
interface Case {
  readonly what: string;
  /** Latin-1. */
  readonly sent: string;
  readonly status?: number;
  readonly bytes?: number;
  readonly fault?: RegExp;
  readonly notes?: readonly string[];
  /** Connections for two slots and six requests; 2 unless set. */
  readonly connections?: number;
  /** The server closes the connection after the response. */
  readonly closes?: boolean;
  readonly method?: string;
}

const cases: readonly Case[] = [
  { what: 'a regular response', sent: ok + fine },
  // Interim responses.
  {
    what: '100 Continue unasked',
    sent: `HTTP/1.1 100 Continue\r\n\r\n${ok}${fine}`,
    notes: ['sends 100 Continue without being asked'],
  },
  {
    what: 'several interim responses',
    sent: `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 199 X\r\n\r\n${ok}${fine}`,
  },
  {
    what: '101 without an upgrade',
    sent: 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    status: 101,
    bytes: 0,
    notes: ['switches protocols without being asked'],
    connections: requests,
  },
  // Status lines.
  { what: 'no reason phrase', sent: `HTTP/1.1 200 \r\n${fine}` },
  {
    what: 'no space after the code',
    sent: `HTTP/1.1 200\r\n${fine}`,
    notes: ['sends an irregular status line'],
  },
  { what: 'two spaces', sent: `HTTP/1.1  200 OK\r\n${fine}`, notes: ['sends an irregular status line'] },
  { what: 'lower case', sent: `http/1.1 200 OK\r\n${fine}`, notes: ['sends an irregular status line'] },
  {
    what: 'HTTP/2 over HTTP/1.1',
    sent: `HTTP/2 200 OK\r\n${fine}`,
    notes: ['names an HTTP version other than 1.0 and 1.1'],
    connections: requests,
  },
  {
    what: 'HTTP/1.2',
    sent: `HTTP/1.2 200 OK\r\n${fine}`,
    notes: ['names an HTTP version other than 1.0 and 1.1'],
  },
  { what: 'HTTP/1.0', sent: `HTTP/1.0 200 OK\r\n${fine}`, connections: requests },
  { what: 'HTTP/1.0 with keep-alive', sent: `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${fine}` },
  {
    what: 'HTTP/1.0 with chunks',
    sent: `${chunked.replace('1.1', '1.0')}4\r\nfine\r\n0\r\n\r\n`,
    connections: requests,
  },
  {
    what: 'empty lines before',
    sent: `\r\n\n\r\n${ok}${fine}`,
    notes: ['sends empty lines before the status line'],
  },
  { what: 'status 600', sent: `HTTP/1.1 600 X\r\n${fine}`, status: 600 },
  { what: 'status 999', sent: `HTTP/1.1 999 X\r\n${fine}`, status: 999 },
  { what: 'status 42', sent: `HTTP/1.1 042 X\r\n${fine}`, fault: /status code is less than 100/ },
  { what: 'status 2000', sent: `HTTP/1.1 2000 X\r\n${fine}`, fault: /isn't a status line/ },
  { what: 'no HTTP', sent: 'HELLO, no HTTP at all\r\n\r\n', fault: /isn't a status line/ },
  { what: 'another protocol', sent: 'SSH-2.0-OpenSSH\r\n', fault: /isn't a status line/ },
  // Lines.
  {
    what: 'LF alone',
    sent: 'HTTP/1.1 200 OK\nContent-Length: 4\n\nfine',
    notes: ['ends lines with LF alone'],
  },
  { what: 'an empty line of LF alone', sent: `${ok}Content-Length: 4\r\n\nfine`, notes: ['ends lines with LF alone'] },
  {
    what: 'LF alone around chunks',
    sent: `${chunked}4\nfine\n0\n\n`,
    notes: ['ends lines with LF alone'],
  },
  { what: 'CR CR LF', sent: `${ok}X: a\r\r\n${fine}`, notes: ['sends CR inside lines'] },
  { what: 'CR in a value', sent: `${ok}X: a\rb\r\n${fine}`, notes: ['sends CR inside lines'] },
  // Header lines.
  { what: 'a folded header', sent: `${ok}X: a\r\n  b\r\n\tc\r\n${fine}`, notes: ['folds headers'] },
  { what: 'a folded length', sent: `${ok}Content-Length:\r\n 4\r\n\r\nfine`, notes: ['folds headers'] },
  {
    what: 'a space before the colon',
    sent: `${ok}Content-Length : 4\r\n\r\nfine`,
    notes: ['puts spaces before the colon of a header'],
  },
  { what: 'a header without a name', sent: `${ok}: x\r\n${fine}`, notes: ['sends headers without a name'] },
  { what: 'a name with a space', sent: `${ok}X Y: x\r\n${fine}`, notes: ['sends invalid header names'] },
  { what: 'a name of other letters', sent: `${ok}X\xe9: x\r\n${fine}`, notes: ['sends invalid header names'] },
  { what: 'bytes over 0x7f in a value', sent: `${ok}X: \xc3\xa9\xff\r\n${fine}` },
  { what: 'control characters', sent: `${ok}X: a\x01\x7fb\r\n${fine}`, notes: ['sends control characters in headers'] },
  { what: 'NUL in a value', sent: `${ok}X: a\0b\r\n${fine}`, fault: /NUL/ },
  { what: 'a line without a colon', sent: `${ok}nonsense\r\n${fine}`, fault: /no colon/ },
  { what: 'a fold before any header', sent: `${ok} folded\r\n${fine}`, fault: /folded line follows no header/ },
  { what: 'a head of 20 kB', sent: `${ok}X: ${'x'.repeat(20_000)}\r\n${fine}` },
  { what: 'a head of 200 kB', sent: `${ok}${`Set-Cookie: ${'x'.repeat(4_000)}\r\n`.repeat(50)}${fine}` },
  { what: 'a head over the limit', sent: `${ok}X: ${'x'.repeat(300_000)}\r\n${fine}`, fault: /256 KiB.*--max-head/ },
  // Lengths.
  {
    what: 'the same length twice',
    sent: `${ok}Content-Length: 4\r\n${fine}`,
    notes: ['repeats Content-Length'],
  },
  { what: 'a list of one length', sent: `${ok}Content-Length: 4, 4\r\n\r\nfine`, notes: ['repeats Content-Length'] },
  {
    what: 'a length with a sign',
    sent: `${ok}Content-Length: +4\r\n\r\nfine`,
    notes: ['puts a sign before Content-Length'],
  },
  { what: 'a length with zeros', sent: `${ok}Content-Length: 0004\r\n\r\nfine` },
  { what: 'two lengths', sent: `${ok}Content-Length: 3\r\n${fine}`, fault: /conflicting Content-Length headers/ },
  {
    what: 'a list of two lengths',
    sent: `${ok}Content-Length: 4, 3\r\n\r\nfine`,
    fault: /conflicting Content-Length headers/,
  },
  { what: 'a negative length', sent: `${ok}Content-Length: -4\r\n\r\nfine`, fault: /Content-Length isn't a number/ },
  { what: 'an empty length', sent: `${ok}Content-Length:\r\n\r\nfine`, fault: /Content-Length isn't a number/ },
  { what: 'a huge length', sent: `${ok}Content-Length: ${'9'.repeat(23)}\r\n\r\nfine`, fault: /isn't a number/ },
  { what: 'a body that ends early', sent: `${ok}Content-Length: 40\r\n\r\nfine`, fault: /was closed/, closes: true },
  // Transfer codings.
  {
    what: 'chunks and a length',
    sent: `${chunked.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n')}4\r\nfine\r\n0\r\n\r\n`,
    notes: ['sends both Transfer-Encoding and Content-Length'],
    connections: requests,
  },
  {
    what: 'identity and a length',
    sent: `${ok}Transfer-Encoding: identity\r\n${fine}`,
    notes: ['sends Transfer-Encoding: identity'],
  },
  {
    what: 'identity and nothing else',
    sent: `${ok}Transfer-Encoding: identity\r\n\r\nfine`,
    closes: true,
    notes: ['sends Transfer-Encoding: identity'],
    connections: requests,
  },
  {
    what: 'an empty coding',
    sent: `${ok}Transfer-Encoding:\r\n${fine}`,
    notes: ['sends an empty Transfer-Encoding'],
  },
  { what: 'chunked with a tab', sent: `${chunked.replace('chunked', 'chunked\t')}4\r\nfine\r\n0\r\n\r\n` },
  {
    what: 'another coding',
    sent: `${ok}Transfer-Encoding: odd\r\n\r\nfine`,
    closes: true,
    notes: ['uses a transfer coding other than chunked'],
    connections: requests,
  },
  // Chunks.
  {
    what: 'padded chunk sizes',
    sent: `${chunked}4  \r\nfine\r\n0\t \r\n\r\n`,
    notes: ['pads chunk sizes with spaces'],
  },
  {
    what: 'a spaced extension',
    sent: `${chunked}4 ; a = b\r\nfine\r\n0\r\n\r\n`,
    notes: ['pads chunk sizes with spaces'],
  },
  { what: 'extensions', sent: `${chunked}4;a=b;c="d"\r\nfine\r\n0;last\r\n\r\n` },
  { what: 'zeros before a size', sent: `${chunked}${'0'.repeat(30)}4\r\nfine\r\n0000\r\n\r\n` },
  { what: 'trailers', sent: `${chunked}4\r\nfine\r\n0\r\nX-Sum: 1\r\n\r\n` },
  { what: 'a folded trailer', sent: `${chunked}4\r\nfine\r\n0\r\nX: 1\r\n 2\r\n\r\n`, notes: ['folds headers'] },
  {
    what: 'no empty line after the last chunk',
    sent: `${chunked}4\r\nfine\r\n0\r\n`,
    closes: true,
    notes: ['closes the connection without the empty line after the last chunk'],
    connections: requests,
  },
  { what: 'no last chunk', sent: `${chunked}4\r\nfine\r\n`, closes: true, fault: /was closed/ },
  { what: 'a chunk longer than its size', sent: `${chunked}3\r\nfine\r\n0\r\n\r\n`, fault: /longer than its size/ },
  { what: 'a size that is none', sent: `${chunked}x\r\nfine\r\n0\r\n\r\n`, fault: /size of a chunk isn't a number/ },
  { what: 'a size over all bounds', sent: `${chunked}${'f'.repeat(17)}\r\n`, fault: /too large/ },
  { what: 'a size without an end', sent: `${chunked}4;${'x'.repeat(20_000)}`, fault: /too long/ },
  // Bodies where none may be.
  {
    what: '204 with a body at once',
    sent: `HTTP/1.1 204 No Content\r\n${fine}`,
    status: 204,
    bytes: 0,
    notes: ['sends a body with a response that must not have one'],
    connections: requests,
  },
  { what: '304 with a length', sent: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n', status: 304, bytes: 0 },
  {
    what: 'HEAD with a body at once',
    sent: ok + fine,
    method: 'HEAD',
    bytes: 0,
    notes: ['sends a body with a response that must not have one'],
    connections: requests,
  },
  {
    what: 'bytes after the end',
    sent: `${ok}${fine} and more`,
    notes: ['sends bytes after the end of a response'],
    connections: requests,
  },
];

for (const transport of transportNames) {
  const run = runOver(transport);

  /** Of a server that closes by HTTP's own rules, and by none of what it sends wrong. */
  const closing = 'connections closed by the server after each request';

  describe(`odd responses over ${transport}`, () => {
    for (const { what, sent, fault, status = 200, bytes = 4, notes = [], closes, method = 'GET', ...more } of cases) {
      for (const cut of [false, true]) {
        // Large heads would only take time, and what follows a response would mix with the next one.
        if (cut && (sent.length > 2_000 || what.endsWith('at once') || what.endsWith('the end'))) continue;
        it(`${what}${cut ? ', byte by byte' : ''}`, async () => {
          const server = await startScriptedServer(async ({ socket }) => {
            const all = Buffer.from(sent, 'latin1');
            if (!cut) socket.write(all);
            for (const byte of cut ? all : []) {
              socket.write(Buffer.of(byte));
              await new Promise(setImmediate);
            }
            if (closes) socket.end();
          });
          const record = await run([{ method, url: server.url, headers: [] }], { plan: { requests, concurrency: 2 } });
          await server.close();
          assert.equal(server.requests, requests);
          if (fault) {
            assert.equal(record.responses, 0);
            assert.deepEqual(record.errors, { [closes ? 'prematureEnd' : 'parse']: requests });
            assert.match(record.failureSamples[0]?.text ?? '', fault);
            return;
          }
          assert.deepEqual([record.statusCodes, record.errors], [{ [status]: requests }, {}]);
          assert.equal(record.bytesReceived, bytes * requests);
          const told = record.server?.notes ?? [];
          assert.deepEqual(
            told.filter((note) => note !== closing),
            notes,
          );
          if (told.includes(closing)) assert.equal(server.connections, requests);
          assert.equal(server.connections, more.connections ?? 2);
        });
      }
    }

    for (const [what, head, method] of [
      ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 8\r\n\r\n', 'GET'],
      ['204 that does not say so', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET'],
      ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\n', 'GET'],
      ['HEAD', `${ok}Content-Length: 8\r\n\r\n`, 'HEAD'],
    ] as const) {
      it(`${what} with a late body isn't a failure`, async () => {
        const server = await startScriptedServer(async ({ socket, indexOnConnection }) => {
          // A few different delays, so that the body comes before, with and after the next request.
          socket.write(head);
          await sleep(indexOnConnection % 3);
          socket.write('HTTPlate');
        });
        const record = await run([{ method, url: server.url, headers: [] }], {
          plan: { requests: 60, concurrency: 3 },
        });
        await server.close();
        assert.deepEqual(record.errors, {});
        assert.deepEqual(record.server?.notes, ['sends a body with a response that must not have one']);
        if (what === '204') assert.equal(server.connections, 60);
      });
    }

    it('the maximum size of a head is an option', async () => {
      const server = await startScriptedServer(({ socket }) => {
        socket.write(`${ok}X: ${'x'.repeat(300_000)}\r\n${fine}`);
      });
      const most = await run([server.url], { plan: { requests: 4, maxHeadBytes: 1_048_576 } });
      const least = await run([server.url], { plan: { requests: 4, maxHeadBytes: 4_096 } });
      await server.close();
      assert.deepEqual(most.statusCodes, { 200: 4 });
      assert.deepEqual(least.errors, { parse: 4 });
      assert.match(least.failureSamples[0]?.text ?? '', /larger than 4 KiB\. Increase the limit/);
    });

    it('a location in raw UTF-8 is followed as curl does', async () => {
      const paths: string[] = [];
      const server = await startScriptedServer(({ socket, path }) => {
        paths.push(path);
        const head = path === '/' ? 'HTTP/1.1 302 Found\r\nLocation: /caf\xc3\xa9\r\n' : ok;
        socket.write(`${head}${fine}`, 'latin1');
      });
      const record = await run([server.url], { plan: { requests: 1, concurrency: 1, maxRedirects: 1 } });
      await server.close();
      assert.deepEqual(record.statusCodes, { 200: 1 });
      assert.deepEqual(paths, ['/', '/caf%C3%A9']);
      assert.deepEqual(record.server?.notes, ['sends unencoded bytes in Location']);
    });

    it('the values of folded headers are joined', async () => {
      const server = await startScriptedServer(({ socket, path }) => {
        const body = path === '/end' ? 'end' : '';
        const head = path === '/end' ? ok : 'HTTP/1.1 302 Found\r\nLocation: \r\n\t/end\r\n';
        socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
      });
      const record = await run([`${server.url}/start`], { plan: { requests: 4, maxRedirects: 1 } });
      await server.close();
      assert.deepEqual(record.statusCodes, { 200: 4 });
      assert.equal(record.bytesReceived, 12);
    });
  });
}
