import assert from 'node:assert/strict';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { LoadlensError } from '../../../src/core/errors.ts';
import { parseOrigin, toWire } from '../../../src/engine/transport/wire.ts';

const wire = (request: Partial<PreparedRequest>) =>
  toWire(
    [{ method: 'GET', url: 'http://localhost:5000/a?b=1#c', headers: [], ...request }],
    [{ name: 'it' }],
    'ua/1',
  )[0];

describe('toWire', () => {
  it('splits the URL and adds the default headers', () => {
    assert.deepEqual(wire({}), {
      origin: { url: 'http://localhost:5000', secure: false, hostname: 'localhost', port: 5000 },
      method: 'GET',
      path: '/a?b=1',
      headers: ['accept', '*/*', 'user-agent', 'ua/1'],
      body: null,
    });
  });

  it('keeps the headers of the request in any case', () => {
    const headers = [
      ['User-Agent', 'mine'],
      ['ACCEPT', 'text/html'],
      ['X-A', '1'],
    ] as const;
    assert.deepEqual(wire({ headers })?.headers, headers.flat());
  });

  it('turns user and password of the URL into a header', () => {
    assert.deepEqual(wire({ url: 'http://me:p%40ss%zz@localhost/' })?.headers.slice(4), [
      'authorization',
      `Basic ${Buffer.from('me:p@ss%zz').toString('base64')}`,
    ]);
  });

  it('drops a correct Content-Length, because the transport counts', () => {
    const body = new TextEncoder().encode('abc');
    const request = wire({ method: 'post', body, headers: [['Content-Length', '3']] });
    assert.deepEqual(request?.headers, ['accept', '*/*', 'user-agent', 'ua/1']);
    assert.equal(request?.method, 'POST');
    assert.equal(request?.body?.toString(), 'abc');
  });

  it('shares the origin of requests', () => {
    const request = { method: 'GET', headers: [] };
    const [a, b, c] = toWire(
      [
        { ...request, url: 'http://h/a' },
        { ...request, url: 'http://h:80/b' },
        { ...request, url: 'https://h/a' },
      ],
      [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      'ua',
    );
    assert.equal(a?.origin, b?.origin);
    assert.notEqual(a?.origin, c?.origin);
    assert.equal(c?.origin.port, 443);
  });

  it('removes the brackets of an IPv6 address', () => {
    assert.deepEqual(parseOrigin(new URL('http://[::1]:81/')), {
      url: 'http://[::1]:81',
      secure: false,
      hostname: '::1',
      port: 81,
    });
  });

  const unsendable: readonly (readonly [what: string, request: Partial<PreparedRequest>, says: RegExp])[] = [
    ['another scheme', { url: 'ftp://h/' }, /http or https/],
    ['no URL', { url: '/path' }, /http or https/],
    ['CONNECT', { method: 'CONNECT' }, /CONNECT/],
    ['a method that is no token', { method: 'G T' }, /G T/],
    ['a header of the connection', { headers: [['Transfer-Encoding', 'chunked']] }, /Transfer-Encoding/],
    ['Expect', { headers: [['Expect', '100-continue']] }, /Expect/],
    ['a line end in a header', { headers: [['X-A', 'a\r\nX-B: c']] }, /X-A/],
    ['a header name with a space', { headers: [['X A', 'a']] }, /X A/],
    [
      'two Host headers',
      {
        headers: [
          ['Host', 'a'],
          ['host', 'b'],
        ],
      },
      /Host/,
    ],
    ['a wrong Content-Length', { headers: [['Content-Length', '5']] }, /Content-Length is 5/],
  ];
  for (const [what, request, says] of unsendable) {
    it(`rejects ${what}, and names the target`, () => {
      assert.throws(
        () => wire(request),
        (error) =>
          error instanceof LoadlensError &&
          says.test(error.message) &&
          error.message.includes('"it"') &&
          error.hint.length > 0 &&
          error.exitCode === 2,
      );
    });
  }
});
