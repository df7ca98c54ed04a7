import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { oneResponseText } from '../../src/core/report/one-response.ts';
import { sendOnce } from '../../src/engine/send-once.ts';
import { runInput } from '../support/run-input.ts';

const hooks = () => ({ signal: new AbortController().signal, version: '1.2.3' });

describe('sending a request once', () => {
  const asked: string[] = [];
  let server: Server;
  let base = '';

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['user-agent']}`);
      if (request.url === '/slow') return;
      if (request.url === '/moved') response.writeHead(302, { location: '/here' }).end();
      else if (request.url === '/large') response.end('x'.repeat(2_000_000));
      else {
        const body = gzipSync(JSON.stringify({ key: request.headers.authorization ?? 'none' }));
        response.writeHead(201, 'Made', { 'X-Odd-Case': 'a', 'Content-Encoding': 'gzip' }).end(body);
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    base = `http://127.0.0.1:${address.port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('shows status, headers as sent, decoded body, and times', async () => {
    const response = await sendOnce(runInput([`${base}/x`]), hooks());
    assert.deepEqual(asked.splice(0), ['GET /x loadlens/1.2.3']);
    const { status, statusText, headers, body, bodyBytes, times, address } = response;
    assert.deepEqual([status, statusText, body], [201, 'Made', '{"key":"none"}']);
    assert.deepEqual(headers[0], ['X-Odd-Case', 'a']);
    assert.equal(bodyBytes, gzipSync(body).byteLength);
    assert.equal(`http://${address}`, base);
    assert.deepEqual([times.dnsMs, times.tlsMs], [null, null]);
    const parts = (times.connectMs ?? Number.NaN) + times.waitMs + times.receiveMs;
    assert.ok(Math.abs(parts - times.totalMs) < 1e-6, `${parts} of ${times.totalMs} ms`);
    assert.match(oneResponseText(response), /\nHTTP\/1\.1 201 Made\nX-Odd-Case: a\n[^]*\n\{\n {2}"key": "none"\n\}\n$/);
  });

  it('masks secrets, follows the allowed number of redirects, and reports it', async () => {
    const input = runInput([`${base}/moved`]);
    const requests = input.requests.map((one) => ({ ...one, headers: [['Authorization', 'hush-hush'] as const] }));
    const withSecret = { ...input, requests, secrets: ['hush-hush'] };
    assert.equal((await sendOnce(withSecret, hooks())).status, 302);
    const followed = await sendOnce({ ...withSecret, plan: { ...input.plan, maxRedirects: 1 } }, hooks());
    assert.deepEqual([followed.status, followed.body], [201, '{"key":"***"}']);
    assert.deepEqual(followed.notes, [`302 redirects to ${base}/here.`]);
    assert.equal(followed.url, `${base}/here`);
  });

  it('keeps the start of a large body, and counts all of it', async () => {
    const { body, bodyBytes, isCut } = await sendOnce(runInput([`${base}/large`]), hooks());
    assert.deepEqual([body.length, bodyBytes, isCut], [1_048_576, 2_000_000, true]);
  });

  it('explains its failure after a timeout, and if nothing listens', async () => {
    const input = runInput([`${base}/slow`]);
    await assert.rejects(sendOnce({ ...input, plan: { ...input.plan, timeoutMs: 50 } }, hooks()), {
      name: 'LoadlensError',
      message: `${base} didn't respond within 50 ms.`,
    });
    await assert.rejects(sendOnce(runInput(['http://127.0.0.1:1/']), hooks()), {
      name: 'LoadlensError',
      message: /^No complete response from http:\/\/127\.0\.0\.1:1: /,
    });
  });
});
