import assert from 'node:assert/strict';
import { requestBytes } from '../../../../src/engine/transport/raw/request-bytes.ts';
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
});
