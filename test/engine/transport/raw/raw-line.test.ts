import { createConnectionTallies } from '../../../../src/core/metrics/recorder/connection-tallies.ts';
import assert from 'node:assert/strict';
import { Socket, type OnReadOpts } from 'node:net';
import type { Connector } from '../../../../src/engine/transport/connect.ts';
import { createRawLine } from '../../../../src/engine/transport/raw/raw-line.ts';
import { createTurn } from '../../../../src/engine/transport/raw/turn.ts';
import type { ExchangeEvents, WireRequest } from '../../../../src/engine/transport/transport.ts';

const origin = { url: 'http://a.test', secure: false, hostname: 'a.test', port: 80 };
const request: WireRequest = { origin, method: 'GET', path: '/', headers: [], body: null };
const answer = (status: number): string => `HTTP/1.1 ${status} It\r\ncontent-length: 0\r\n\r\n`;
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A socket without a connection, that a test speaks through. */
class FakeSocket extends Socket {
  unsent = 0;
  sent = 0;
  readonly reading: OnReadOpts | undefined;
  constructor(reading: OnReadOpts | undefined) {
    super();
    this.reading = reading;
    Object.defineProperty(this, 'writableLength', { get: () => this.unsent });
  }
  override write(): boolean {
    this.sent += 1;
    return true;
  }
  /** Bytes come in, as in the loop's poll phase. */
  says(text: string): void {
    const buffer = this.reading?.buffer;
    assert.ok(buffer instanceof Uint8Array);
    this.reading?.callback(Buffer.from(text, 'latin1').copy(buffer), buffer);
  }
}

const createLine = (turn = createTurn()) => {
  const sockets: FakeSocket[] = [];
  const connector: Connector = {
    open(_origin, callback, onread) {
      const socket = new FakeSocket(onread);
      sockets.push(socket);
      queueMicrotask(() => callback(null, socket));
      return socket;
    },
    closeAll() {},
    opened: 0,
    takePhases: createConnectionTallies,
    addresses: [],
  };
  const line = createRawLine(origin, connector, turn, { note() {}, maxHeadBytes: 262_144 });
  const told: string[] = [];
  const events: ExchangeEvents = {
    sent: (_atMs, reused) => void told.push(reused ? 'sent again' : 'sent'),
    headers: (_atMs, status) => void told.push(String(status)),
    data: (chunk) => void told.push(Buffer.from(chunk).toString('latin1')),
    end: () => void told.push('end'),
    failed: (_atMs, error) => void told.push(error.message),
  };
  return { line, sockets, told, events, send: () => line.send(request, events) };
};

describe('a raw connection', () => {
  it("doesn't treat data before the request was written as a response, in any number of pieces", async () => {
    const { line, sockets, told, events } = createLine();
    // The next request is sent from within the end of the one before.
    const chained: ExchangeEvents = { ...events, end: () => line.send(request, events) };
    line.send(request, chained);
    await nextTurn();
    sockets[0]?.says(answer(200));
    sockets[0]?.says(answer(500));
    await nextTurn();
    assert.deepEqual([sockets.length, sockets[0]?.destroyed, sockets[0]?.sent], [2, true, 1]);
    sockets[1]?.says(answer(201));
    await nextTurn();
    assert.deepEqual(told, ['sent', '200', 'sent', '201', 'end']);
  });

  it('closes a connection that has unparsed data from before its request', async () => {
    const turn = createTurn();
    for (const coming of [
      (socket: FakeSocket) => socket.emit('end'),
      (socket: FakeSocket) => socket.says(answer(500)),
    ]) {
      const [one, other] = [createLine(turn), createLine(turn)];
      other.send();
      one.line.send(request, { ...one.events, end: () => other.send() });
      await nextTurn();
      other.sockets[0]?.says(answer(200));
      await nextTurn();
      one.sockets[0]?.says(answer(200));
      assert.ok(other.sockets[0]);
      coming(other.sockets[0]);
      await nextTurn();
      assert.deepEqual([other.sockets.length, other.sockets[0].destroyed, other.sockets[0].sent], [2, true, 1]);
      assert.deepEqual(other.told, ['sent', '200', 'end', 'sent']);
    }
  });

  it('is closed if the end arrives with a response', async () => {
    const { line, sockets, told, events } = createLine();
    line.send(request, { ...events, end: () => line.send(request, events) });
    await nextTurn();
    sockets[0]?.says(answer(200));
    sockets[0]?.emit('end');
    await nextTurn();
    assert.deepEqual([sockets.length, sockets[0]?.destroyed], [2, true]);
    assert.deepEqual(told, ['sent', '200', 'sent']);
  });

  it('accepts a body without a length only if the connection ends properly', async () => {
    for (const [ending, last] of [
      [(socket: Socket) => socket.emit('end'), 'end'],
      [(socket: Socket) => socket.emit('error', new Error('reset')), 'reset'],
      [(socket: Socket) => socket.emit('close'), 'The connection was closed before the response was complete.'],
    ] as const) {
      const { sockets, told, send } = createLine();
      send();
      await nextTurn();
      const [socket] = sockets;
      assert.ok(socket);
      socket.says('HTTP/1.1 200 OK\r\n\r\npart');
      ending(socket);
      socket.emit('close');
      await nextTurn();
      assert.deepEqual(told, ['sent', '200', 'part', last]);
    }
  });

  it('is closed if a response is complete before its request was sent', async () => {
    const { sockets, send, told } = createLine();
    send();
    await nextTurn();
    const [socket] = sockets;
    assert.ok(socket);
    socket.unsent = 1_000;
    socket.says(answer(413));
    await nextTurn();
    assert.deepEqual([socket.destroyed, told], [true, ['sent', '413', 'end']]);
  });

  it('reports nothing after it was closed, even for data that has arrived', async () => {
    const { line, sockets, send, told } = createLine();
    send();
    await nextTurn();
    sockets[0]?.says(answer(200));
    sockets[0]?.emit('error', new Error('late'));
    line.close();
    await nextTurn();
    assert.deepEqual(told, ['sent']);
    assert.equal(sockets[0]?.destroyed, true);
  });

  it("sends nothing if closed while it's being opened", async () => {
    const { line, sockets, send, told } = createLine();
    send();
    line.close();
    await nextTurn();
    assert.deepEqual([told, sockets[0]?.sent, sockets[0]?.destroyed], [[], 0, true]);
  });
});
