import assert from 'node:assert/strict';
import { nobody } from '../../../../src/engine/transport/lane.ts';
import { createRawTransport } from '../../../../src/engine/transport/raw/raw-transport.ts';
import { discardBytes, prepareBytes, requestBytes } from '../../../../src/engine/transport/raw/request-bytes.ts';
import type { WireRequest } from '../../../../src/engine/transport/transport.ts';

const originOf = (host: string) => ({ url: `http://${host}`, secure: false, hostname: host, port: 80 });
const a = originOf('a.test');
const headers = ['accept', '*/*'];
const get = (path: string, more: Partial<WireRequest> = {}): WireRequest => ({
  origin: a,
  method: 'GET',
  path,
  headers,
  body: null,
  ...more,
});
const textOf = (request: WireRequest): string => requestBytes(request).start.toString('latin1');
const head = (start: string, host: string, rest = ''): string =>
  `${start} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\naccept: */*\r\n${rest}\r\n`;

describe('the bytes of a request', () => {
  it('are separate even if requests share their headers', () => {
    assert.equal(textOf(get('/1')), head('GET /1', 'a.test'));
    assert.equal(textOf(get('/2', { origin: originOf('b.test') })), head('GET /2', 'b.test'));
    assert.equal(textOf(get('/3', { method: 'POST' })), head('POST /3', 'a.test', 'content-length: 0\r\n'));
    const body = Buffer.from('{}');
    assert.equal(textOf(get('/4', { method: 'PUT', body })), `${head('PUT /4', 'a.test', 'content-length: 2\r\n')}{}`);
    assert.equal(textOf(get('/5')), head('GET /5', 'a.test'));
  });

  it('have the specified Host header and connection header', () => {
    const closing = get('/', { headers: ['Connection', 'close', 'Host', 'other.test'] });
    assert.equal(textOf(closing), 'GET / HTTP/1.1\r\nhost: other.test\r\nConnection: close\r\n\r\n');
    assert.equal(requestBytes(closing).closes, true);
    assert.equal(requestBytes(get('/', { headers: ['Connection', 'close, te'] })).closes, true);
    assert.equal(requestBytes(get('/')).closes, false);
  });

  it('contain no copy of a long body', () => {
    const body = Buffer.alloc(16_385);
    const bytes = requestBytes(get('/', { method: 'POST', body }));
    assert.equal(bytes.start.toString('latin1'), head('POST /', 'a.test', 'content-length: 16385\r\n'));
    assert.equal(bytes.body, body);
  });

  it('are cached for frequent requests, and rebuilt for one of very many', () => {
    const many = Array.from({ length: 30_000 }, (_, i) => get(`/${i}`));
    const often = get('/often');
    const first = requestBytes(often);
    const early = many.map((request, i) => {
      if (i % 1_000 === 0) assert.equal(requestBytes(often), first);
      return requestBytes(request);
    });
    assert.notEqual(requestBytes(many[0] ?? often), early[0]);
    assert.equal(textOf(many[0] ?? often), head('GET /0', 'a.test'));
    assert.equal(requestBytes(many.at(-1) ?? often), early.at(-1));
  });

  describe('with a body in pieces', () => {
    /** A fourth of the memory for such requests, which follows the longest of them. */
    const piece = Buffer.alloc(3_000_000, 'a');
    const long = (path: string): WireRequest => get(path, { method: 'POST', body: [piece, Buffer.from(path)] });
    const wholeOf = (path: string): string =>
      head(`POST ${path}`, 'a.test', `content-length: ${3_000_000 + path.length}\r\n`) + String(piece) + path;

    it('stay as they are until they are freed', () => {
      const requests = ['/1', '/2', '/3', '/4', '/5', '/6'].map(long);
      for (const request of requests) prepareBytes(request);
      const all = requests.map(requestBytes);
      for (const [index, { start }] of all.entries())
        assert.equal(start.toString('latin1') === wholeOf(`/${index + 1}`), true);
      // Memory of their own, because the others have all of it.
      assert.deepEqual(
        all.map(({ free }) => free !== undefined),
        [true, true, true, true, false, false],
      );
      for (const { free } of all) free?.();
      const again = requestBytes(long('/7'));
      assert.notEqual(again.free, undefined);
      again.free?.();
    });

    it('are freed if they are discarded', () => {
      for (let i = 0; i < 20; i += 1) {
        const request = long(`/${i}`);
        prepareBytes(request);
        discardBytes(request);
      }
      const { free } = requestBytes(long('/last'));
      assert.notEqual(free, undefined);
      free?.();
    });

    it('are freed if the request fails before it is sent', async () => {
      const closed = { url: 'http://127.0.0.1:1', secure: false, hostname: '127.0.0.1', port: 1 };
      const transport = createRawTransport({ keptPerLane: 2, note() {}, maxHeadBytes: 16_384, insecure: false });
      for (let i = 0; i < 20; i += 1) {
        const request = { ...long(`/${i}`), origin: closed };
        transport.prepare?.(request);
        await new Promise<void>((resolve) => transport.lane().send(request, { ...nobody, failed: () => resolve() }));
      }
      transport.close();
      const { free } = requestBytes(long('/last'));
      assert.notEqual(free, undefined);
      free?.();
    });
  });
});
