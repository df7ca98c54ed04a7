import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { startRequestServer, type RequestServer } from '../../support/request-server.ts';
import { runOver } from '../../support/run-input.ts';
import { response } from '../../support/scripted-server.ts';

const timedOut = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';
const surplus = 'sends bytes after the end of a response';
const run = runOver('raw');

describe('bytes on an idle connection', () => {
  let server: RequestServer;
  afterEach(() => server.close());

  /** Two origins over one slot: while one is asked, the server writes to the connection to the other. */
  const notesOf = async (write: (socket: Socket) => void) => {
    server = await startRequestServer(({ path }, socket) => {
      if (path === '/others') for (const other of server.sockets) if (other !== socket) write(other);
      setTimeout(() => socket.write(response()), 20);
    });
    const record = await run([`${server.url}/ok`, `http://localhost:${server.port}/others`], {
      plan: { requests: 20, concurrency: 1 },
    });
    assert.deepEqual([record.statusCodes, record.errors], [{ 200: 20 }, {}]);
    assert.ok(server.connections > 2);
    return record.server?.notes ?? [];
  };

  it('are its close if they are a response with status 408', async () => {
    assert.ok(!(await notesOf((socket) => void socket.write(timedOut))).includes(surplus));
  });

  it('are its close if the close follows them', async () => {
    assert.ok(!(await notesOf((socket) => void socket.end('Goodbye.'))).includes(surplus));
  });

  it('are worth a note if the connection stays open', async () => {
    assert.ok((await notesOf((socket) => void socket.write('more'))).includes(surplus));
  });
});
