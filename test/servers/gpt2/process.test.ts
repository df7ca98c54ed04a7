import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  readGpt2Command,
  readGpt2Event,
  type Gpt2Event,
  type Gpt2Options,
} from '../../../src/processes/gpt2-messages.ts';
import { cacheDir } from './support.ts';

const file = fileURLToPath(new URL('../../../src/processes/gpt2-server.ts', import.meta.url));
const tiny: Gpt2Options = { port: 0, model: 'synthetic-tiny', dtype: 'q8', threads: 1, maxBatch: 4, cacheDir };

/** Starts the process and notes what it says. */
function run(options: Partial<Gpt2Options> = {}): {
  child: ChildProcess;
  events: Gpt2Event[];
  exit: Promise<unknown[]>;
} {
  const child = fork(file, { serialization: 'advanced', stdio: 'inherit' });
  const events: Gpt2Event[] = [];
  child.on('message', (message) => {
    const event = readGpt2Event(message);
    events.push(event);
    if (event.type === 'ready') child.send({ type: 'start', options: { ...tiny, ...options } });
  });
  return { child, events, exit: once(child, 'exit') };
}

async function wait<T extends Gpt2Event['type']>(of: { events: Gpt2Event[] }, type: T) {
  const isOfType = (event: Gpt2Event): event is Extract<Gpt2Event, { type: T }> => event.type === type;
  for (;;) {
    const event = of.events.find(isOfType);
    if (event !== undefined) return event;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('GPT-2 process', function () {
  this.timeout(60_000);

  it('starts with progress, serves, reports its state, and stops within a step on request', async () => {
    const process = run();
    const { url, synthetic } = await wait(process, 'listening');
    assert.equal(synthetic, true);
    const phases = process.events.flatMap((event) => (event.type === 'progress' ? [event.phase] : []));
    assert.equal(phases.at(-1), 'load');
    const answer = fetch(`${url}/tokenizer?output_tokens=1000`).catch(() => 'cut off');
    await wait(process, 'status');
    process.child.send({ type: 'stop' });
    assert.deepEqual(await process.exit, [0, null]);
    await answer;
  });

  it('stops when its parent exits', async () => {
    const process = run();
    await wait(process, 'listening');
    process.child.disconnect();
    assert.deepEqual(await process.exit, [0, null]);
  });

  it('can be stopped during the start', async () => {
    const process = run();
    await wait(process, 'progress');
    process.child.send({ type: 'stop' });
    assert.deepEqual(await process.exit, [0, null]);
    assert.ok(!process.events.some(({ type }) => type === 'listening' || type === 'failure'));
  });

  it('reports an error in one sentence and exits', async () => {
    const process = run({ model: '/no/such/folder' });
    const failure = await wait(process, 'failure');
    assert.equal(failure.message, 'Folder /no/such/folder not found.');
    assert.match(failure.hint, /synthetic/);
    assert.deepEqual(await process.exit, [1, null]);
  });

  it('rejects unknown messages', () => {
    assert.throws(() => readGpt2Command({ type: 'start', options: { ...tiny, dtype: 'fp64' } }));
    assert.throws(() => readGpt2Command({ type: 'start', options: { ...tiny, maxBatch: 0 } }));
    assert.throws(() => readGpt2Event({ type: 'listening', port: 1 }));
    assert.deepEqual(readGpt2Command({ type: 'start', options: tiny }), { type: 'start', options: tiny });
  });
});
