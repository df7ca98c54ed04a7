import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { isListening, serverAt } from '../../src/extension/services/listening.ts';

describe('isListening', () => {
  it('tells a server from an empty port, by address and by name', async () => {
    const server = createServer((socket) => socket.destroy());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    assert.equal(await isListening('127.0.0.1', port), true);
    assert.equal(await isListening('localhost', port), true);
    server.close();
    await once(server, 'close');
    assert.equal(await isListening('127.0.0.1', port), false);
    assert.equal(await isListening('localhost', port), false);
  });
});

describe('serverAt', () => {
  it('tells the bundled server from another one, and from none', async () => {
    const mock = await startMockServer({ port: 0, maxConcurrentRequests: 2, timeScale: 1 });
    assert.equal(await serverAt(new URL(`${mock.url}/hello`)), 'loadlens-mock');
    await mock.close();
    assert.equal(await serverAt(new URL(`${mock.url}/hello`)), undefined);
    const other = createHttpServer((_, response) => response.writeHead(404, { server: 'nginx' }).end());
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    assert.equal(await serverAt(new URL(`http://127.0.0.1:${address.port}/`)), 'nginx');
    other.closeAllConnections();
    other.close();
  });
});
