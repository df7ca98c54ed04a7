import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { runBenchmark } from '../../src/engine/run.ts';
import { response, startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { runInput } from '../support/run-input.ts';

describe('runs that share signals', function () {
  this.timeout(30_000);
  let server: ScriptedServer;
  before(async () => {
    server = await startScriptedServer(({ socket }) => void socket.write(response()));
  });
  after(() => server.close());

  it('leave no listener behind, and cause no warning', async () => {
    const [cancel, fault] = [new AbortController().signal, new AbortController().signal];
    const warnings: string[] = [];
    const listener = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', listener);
    const plans = [
      { requests: 4 },
      { requests: 4, coldStart: false, warmup: 2 },
      { requests: null, durationS: 0.05, loadModel: 'open', stages: [{ fromPerS: 100, toPerS: 100, durationS: 0.05 }] },
    ] as const;
    for (let index = 0; index < 15; index += 1) {
      const { status } = await runBenchmark(runInput([server.url], { plan: plans[index % plans.length] ?? {} }), {
        signal: cancel,
        fault,
        version: '0.0.0',
        onSnapshot: () => undefined,
        onPartial: () => Promise.resolve(),
      });
      assert.equal(status, 'completed');
      assert.deepEqual(
        [cancel, fault].map((signal) => getEventListeners(signal, 'abort').length),
        [0, 0],
      );
    }
    await new Promise(setImmediate);
    process.off('warning', listener);
    assert.deepEqual(warnings, []);
  });
});
