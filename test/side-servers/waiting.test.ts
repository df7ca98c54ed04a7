import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { LoadlensError } from '../../src/core/errors.ts';
import { freePort, tryReady, type Probe } from '../../src/side-servers/ready.ts';
import { createWait } from '../../src/side-servers/waiting.ts';

const status = (code: number) => ({ state: 'status', status: code }) as const;
const closed = { state: 'closed' } as const;
const failure = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof LoadlensError) return error.message;
    throw error;
  }
  return '';
};

/** The message at the end of the wait. */
const end = (probe: Probe): string => failure(() => createWait('A', 5000, '/up').look(probe, 300_001));

describe('the wait for a server', () => {
  it('ends once its path has responded with 4xx for 10 s', () => {
    const wait = createWait('A', 5000, '/health');
    assert.equal(wait.look(status(404), 1_000).progress, 'Waiting for the server of A (port 5000, /health)… 1 s');
    wait.look(status(405), 10_900);
    assert.equal(
      failure(() => wait.look(status(404), 11_000)),
      'The server of A responds to /health with status 404.',
    );
  });

  it('goes on for 5xx, and counts the 10 s from the last other outcome', () => {
    const wait = createWait('B', 5000, '/health');
    wait.look(status(404), 0);
    wait.look(status(503), 9_000);
    wait.look(status(404), 12_000);
    assert.equal(
      wait.look(status(404), 21_000).progress,
      'Waiting for the server of B (port 5000, /health)… 21 s, last response: status 404',
    );
  });

  it('shows each line once, and asks for the port only if nothing has listened', () => {
    const wait = createWait('A', 5000, undefined);
    const lines = [0, 3_000, 4_000, 10_000, 11_000].flatMap((atMs) => {
      const { waiting, remark } = wait.look(closed, atMs);
      return [waiting, remark].filter((line) => line !== undefined);
    });
    assert.deepEqual(lines, [
      'Waiting for the server of A (port 5000)…',
      'Nothing listens on port 5000 yet. Does the server of A read PORT, or does its command contain {port}?',
    ]);
    const other = createWait('A', 5000, '/');
    other.look(status(503), 5_000);
    assert.equal(other.look(closed, 20_000).remark, undefined);
  });

  it('says at its end what the last outcome was', () => {
    const start = "The server of A wasn't ready (port 5000, /up) after 5 min:";
    assert.equal(end(closed), `${start} nothing listens on port 5000.`);
    assert.equal(end(status(503)), `${start} last response: status 503.`);
    assert.equal(end({ state: 'failed', reason: 'socket hang up' }), `${start} last error: socket hang up.`);
  });
});

describe('an attempt to reach a server', () => {
  it('tells a closed port, a status, a failure, and a server that is ready apart', async () => {
    const port = await freePort();
    assert.deepEqual(await tryReady(port, '/', false), closed);
    assert.deepEqual(await tryReady(port, undefined, false), closed);
    const server = createServer((request, response) => {
      if (request.url === '/cut') request.socket.destroy();
      else response.writeHead(Number(request.url?.slice(1))).end();
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    try {
      assert.deepEqual(await tryReady(port, '/404', false), status(404));
      assert.deepEqual(await tryReady(port, '/cut', false), { state: 'failed', reason: 'socket hang up' });
      const ready = { state: 'ready', address: `127.0.0.1:${port}` };
      assert.deepEqual(await tryReady(port, '/302', false), ready);
      assert.deepEqual(await tryReady(port, undefined, false), ready);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
