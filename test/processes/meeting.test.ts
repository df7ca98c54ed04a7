import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { meet, type Meeting } from '../../src/processes/meeting.ts';

const meetingUrl = new URL('../../src/processes/meeting.ts', import.meta.url).href;

/** One that meets the others in a thread of its own; resolves with its number and when it began. */
function inThread(name: string, count: number): Promise<{ number: number; atMs: number }> {
  const worker = new Worker(
    `const { parentPort, workerData: [url, name, count] } = require('node:worker_threads');
     import(url).then(async ({ meet }) => {
       const meeting = await meet(name, count, 10_000);
       await meeting.ready();
       parentPort.postMessage({ number: meeting.number, atMs: Date.now() });
       meeting.leave();
     });`,
    { eval: true, workerData: [meetingUrl, name, count] },
  );
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

function came(meeting: Meeting | undefined): Meeting {
  assert.ok(meeting);
  return meeting;
}

describe('the meeting point of threads', function () {
  this.timeout(20_000);

  it('gives each thread its own number, and lets all start together', async () => {
    const name = randomUUID();
    const before = Date.now();
    const [here, ...threads] = await Promise.all([
      meet(name, 4, 10_000).then(async (meeting) => {
        await came(meeting).ready();
        came(meeting).leave();
        return { number: came(meeting).number, atMs: Date.now() };
      }),
      ...Array.from({ length: 3 }, () => inThread(name, 4)),
    ]);
    const all = [here, ...threads];
    assert.deepEqual(new Set(all.map(({ number }) => number)), new Set([0, 1, 2, 3]));
    for (const { atMs } of all) assert.ok(atMs >= before);
  });

  it('starts when the last one is ready, also with a single thread', async () => {
    const name = randomUUID();
    const [a, b] = (await Promise.all([meet(name, 2, 5_000), meet(name, 2, 5_000)])).map(came);
    let begun = false;
    const first = a!.ready().then(() => (begun = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(begun, false);
    await Promise.all([first, b!.ready()]);
    a!.leave();
    b!.leave();
  });

  it("doesn't wait for threads that left", async () => {
    for (const leaver of [0, 1, 2]) {
      const name = randomUUID();
      const all = (await Promise.all([1, 2, 3].map(() => meet(name, 3, 5_000)))).map(came);
      await Promise.all(
        all.map(async (meeting) => {
          if (meeting.number === leaver) meeting.leave();
          else await meeting.ready();
        }),
      );
      for (const meeting of all) if (meeting.number !== leaver) meeting.leave();
    }
  });

  it("fails if some threads don't arrive", async () => {
    assert.equal(await meet(randomUUID(), 2, 50), undefined);
  });

  it('starts immediately with a single member', async () => {
    const meeting = came(await meet(randomUUID(), 1, 50));
    assert.equal(meeting.number, 0);
    await meeting.ready();
    meeting.leave();
  });
});
