import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { isListening } from '../../src/extension/services/child-processes/listening.ts';

describe('isListening', () => {
  it('distinguishes a server from an unused port, by address and by name', async () => {
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
