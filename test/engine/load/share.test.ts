import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { mergeStates, type RecorderState } from '../../../src/core/metrics/recorder/recorder-state.ts';
import { runBenchmark } from '../../../src/engine/run.ts';
import { runInput } from '../../support/run-input.ts';

/** A server that keeps what it was sent, in no order. */
async function startListener() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(`${request.url} ${body}`);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return { url, taken: () => seen.splice(0).toSorted(), close: () => server.close() };
}

describe('a run in shares', () => {
  it('sends the requests of the whole run, each share its part, from its start time', async () => {
    const { url, taken, close } = await startListener();
    const bodies = ['one', 'two', 'three', 'four', 'five'].map((body) => new TextEncoder().encode(body));
    const requests = [
      `${url}/a`,
      `${url}/b`,
      { method: 'POST', url: `${url}/c`, headers: [], prompts: { bodies, order: 'rotate' as const } },
      { method: 'POST', url: `${url}/d`, headers: [], prompts: { bodies, order: 'random' as const } },
    ];
    const wanted = { plan: { requests: 203, concurrency: 7, warmup: 5, seed: 4 }, weights: [1, 2, 3, 1] };
    const options = { signal: new AbortController().signal, version: '0.0.0' };
    const input = runInput(requests, wanted);
    await runBenchmark(input, options);
    const whole = taken();
    assert.equal(whole.length, 208);

    const states: RecorderState[] = [];
    let begun = false;
    const records = await Promise.all(
      [0, 1, 2].map((number) =>
        runBenchmark(
          { ...input, share: { number, of: 3 } },
          {
            ...options,
            async beforeClock() {
              await new Promise((resolve) => setTimeout(resolve, 100));
              begun = true;
            },
            onEnd: (state) => {
              assert.ok(begun);
              states.push(state);
            },
          },
        ),
      ),
    );
    assert.deepEqual(taken(), whole);
    assert.deepEqual(
      records.map(({ requestsSent }) => requestsSent),
      [68, 68, 67],
    );
    assert.deepEqual(
      records.map(({ warmupSent }) => warmupSent),
      [2, 2, 1],
    );
    assert.equal(
      records.reduce((sum, { client }) => sum + (client.connectionsOpened ?? 0), 0),
      7,
    );
    assert.equal(mergeStates(states).run.requests, 203);
    close();
  });
});
