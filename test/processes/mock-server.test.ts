import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type MockCommand, type MockEvent, readMockEvent } from '../../src/processes/messages.ts';
import { startMockServer } from '../../src/servers/mock/server.ts';
import { ask } from '../servers/mock/client.ts';

/** The process under test, with every event it has sent. */
class Mock {
  readonly events: MockEvent[] = [];
  readonly child: ChildProcess;
  constructor() {
    this.child = fork(new URL('../../src/processes/mock-server.ts', import.meta.url), { serialization: 'advanced' });
    this.child.on('message', (message) => this.events.push(readMockEvent(message)));
  }
  send(command: MockCommand): void {
    this.child.send(command);
  }
  /** The first event of the kind, sent already or yet to come. */
  async event<T extends MockEvent['type']>(type: T): Promise<Extract<MockEvent, { type: T }>> {
    const isIt = (event: MockEvent): event is Extract<MockEvent, { type: T }> => event.type === type;
    for (;;) {
      const found = this.events.find(isIt);
      if (found) return found;
      await once(this.child, 'message');
    }
  }
}

describe('mock server process', () => {
  const open: Mock[] = [];
  const start = async (port = 0): Promise<Mock> => {
    const mock = new Mock();
    open.push(mock);
    await mock.event('ready');
    mock.send({ type: 'start', options: { port, maxConcurrentRequests: 4, timeScale: 0.01 } });
    return mock;
  };
  afterEach(() => {
    for (const { child } of open.splice(0)) child.kill('SIGKILL');
  });

  it('listens, reports only changes, and stops', async () => {
    const mock = await start();
    const { url, port } = await mock.event('listening');
    assert.equal(url, `http://127.0.0.1:${port}`);
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.deepEqual(
      mock.events.map(({ type }) => type),
      ['ready', 'listening'],
    );
    const from = performance.now();
    for (let i = 0; i < 20; i++) await ask({ url }, '/tokenizer?output_tokens=3');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const statuses = mock.events.filter((event) => event.type === 'status');
    assert.deepEqual(statuses.at(-1), { type: 'status', inFlight: 0, limit: 4, served: 20 });
    assert.ok(statuses.length <= 2 + (performance.now() - from) / 500, `${statuses.length} events`);
    mock.send({ type: 'stop' });
    assert.deepEqual(await once(mock.child, 'exit'), [0, null]);
  });

  it('stops when its parent exits, with a request waiting', async () => {
    const mock = await start();
    const { url } = await mock.event('listening');
    const held = assert.rejects(ask({ url }, '/sleeper?sleep_length=3600'));
    await mock.event('status');
    mock.child.disconnect();
    assert.deepEqual(await once(mock.child, 'exit'), [0, null]);
    await held;
  });

  it('reports that its port is in use, and exits', async () => {
    const other = await startMockServer({ port: 0, maxConcurrentRequests: 1, timeScale: 1 });
    try {
      const mock = await start(other.port);
      const exit = once(mock.child, 'exit');
      const failure = await mock.event('failure');
      assert.equal(failure.message, `Port ${other.port} on 127.0.0.1 is in use.`);
      assert.equal(failure.code, 'portInUse');
      assert.equal(failure.stack, undefined);
      assert.deepEqual(await exit, [1, null]);
    } finally {
      await other.close();
    }
  });

  it('fails on an unknown message', async () => {
    const mock = await start();
    await mock.event('listening');
    const exit = once(mock.child, 'exit');
    mock.child.send({ type: 'dance' });
    assert.equal((await mock.event('failure')).message, 'The mock server stopped unexpectedly.');
    assert.deepEqual(await exit, [1, null]);
  });
});
