import assert from 'node:assert/strict';
import { redirected } from '../../../src/engine/transport/redirect.ts';
import { toWire } from '../../../src/engine/transport/wire.ts';

const [post] = toWire(
  [
    {
      method: 'POST',
      url: 'http://a.test/dir/page?q=1',
      headers: [
        ['Authorization', 'secret'],
        ['Cookie', 'c=1'],
        ['Host', 'virtual.test'],
        ['Content-Type', 'text/plain'],
        ['X-Keep', 'yes'],
      ],
      body: new TextEncoder().encode('body'),
    },
  ],
  [{ name: 'post' }],
  'ua',
);
assert.ok(post);
const request = post;
const names = (headers: readonly string[] = []): string[] => headers.filter((_, i) => i % 2 === 0);

describe('redirected', () => {
  it('turns 303, and 301 and 302 after POST, into GET without a body', () => {
    for (const status of [301, 302, 303]) {
      const next = redirected(request, status, '/other');
      assert.deepEqual([next?.method, next?.body, next?.path], ['GET', null, '/other']);
      assert.ok(!names(next?.headers).includes('Content-Type'));
    }
  });

  it('keeps method and body for 307 and 308', () => {
    for (const status of [307, 308]) {
      const next = redirected(request, status, 'sibling?x');
      assert.deepEqual([next?.method, next?.body?.toString(), next?.path], ['POST', 'body', '/dir/sibling?x']);
    }
  });

  it('keeps PUT after 302, and HEAD after 303', () => {
    assert.equal(redirected({ ...request, method: 'PUT' }, 302, '/x')?.method, 'PUT');
    assert.equal(redirected({ ...request, method: 'HEAD', body: null }, 303, '/x')?.method, 'HEAD');
  });

  it('keeps everything for the same origin, including the origin object', () => {
    const next = redirected(request, 307, 'http://a.test:80/x');
    assert.equal(next?.origin, request.origin);
    assert.deepEqual(next?.headers, request.headers);
  });

  it('stays on the original host or on this machine', () => {
    for (const location of ['http://b.test/x', '//b.test/x', 'https://www.a.test/', 'http://127.0.0.1/x']) {
      assert.equal(redirected(request, 307, location), undefined, location);
    }
    const [local] = toWire([{ method: 'GET', url: 'http://localhost:1/', headers: [] }], [{ name: 'local' }], 'ua');
    assert.ok(local);
    assert.equal(redirected(local, 302, 'http://127.0.0.1:2/x')?.origin.url, 'http://127.0.0.1:2');
    assert.equal(redirected(local, 302, 'http://a.test/x'), undefined);
  });

  it('sends no credentials, cookies, or host name to another origin', () => {
    for (const location of ['https://a.test/x', 'http://a.test:81/x', '//a.test:82/x']) {
      const next = redirected(request, 307, location);
      assert.notEqual(next?.origin.url, request.origin.url);
      assert.deepEqual(names(next?.headers), ['Content-Type', 'X-Keep', 'accept', 'user-agent']);
    }
  });

  it('percent-encodes raw bytes of a location, each once', () => {
    for (const [location, path] of [
      ['/caf\u00c3\u00a9?q=\u00c3\u00bc', '/caf%C3%A9?q=%C3%BC'],
      ['/caf\u00e9', '/caf%E9'],
      ['/caf%C3%A9', '/caf%C3%A9'],
      ['/a b', '/a%20b'],
    ] as const) {
      assert.equal(redirected(request, 302, location)?.path, path);
    }
  });

  it("doesn't follow a location that isn't an HTTP URL", () => {
    for (const location of ['file:///etc/passwd', 'javascript:1', 'http://[', 'mailto:a@b']) {
      assert.equal(redirected(request, 302, location), undefined);
    }
  });
});
