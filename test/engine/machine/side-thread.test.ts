import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedNow } from '../../../src/engine/machine/shared-clock.ts';
import { sideThread } from '../../../src/engine/machine/side-thread.ts';

describe('the side thread', () => {
  it('exists once per process', async () => {
    assert.equal(await sideThread(), await sideThread());
  });

  it('responds with the bytes of each server until that server is closed', async () => {
    const side = await sideThread();
    const servers = await Promise.all([side.serve(Buffer.from('one')), side.serve(Buffer.from('two'))]);
    for (const [i, answer] of ['one', 'two'].entries()) {
      const socket = connect(servers[i]!.port, '127.0.0.1');
      socket.write('anything');
      const [chunk] = await once(socket, 'data');
      assert.equal(String(chunk), answer);
      socket.destroy();
    }
    for (const server of servers) server.close();
    await assert.rejects(async () => {
      for (;;) {
        const socket = connect(servers[0].port, '127.0.0.1');
        await once(socket, 'connect');
        socket.destroy();
        await sleep(5);
      }
    }, /ECONNREFUSED/);
  });

  it('continues to watch the clock while the main thread is blocked', async () => {
    const side = await sideThread();
    const delays = side.countDelays();
    const from = sharedNow();
    while (sharedNow() < from + 200);
    const [due] = side.late().at(-1)!;
    assert.ok(due > from + 20, `it last looked ${from + 20 - due} ms before`);
    const { medianMs, p99Ms } = delays();
    assert.ok(medianMs >= 0 && p99Ms >= medianMs, `${medianMs} and ${p99Ms} ms`);
  });
});
