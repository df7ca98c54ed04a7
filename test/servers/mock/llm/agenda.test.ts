import assert from 'node:assert/strict';
import { createAgenda } from '../../../../src/servers/mock/scheduler/agenda.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('agenda', () => {
  it('runs events in order of time, never early, and equal ones in order of insertion', async () => {
    const agenda = createAgenda();
    const now = performance.now();
    const log: string[] = [];
    const add = (name: string, ms: number): Promise<void> =>
      new Promise((resolve) => {
        agenda.at(now + ms, () => {
          assert.ok(performance.now() >= now + ms);
          log.push(name);
          resolve();
        });
      });
    await Promise.all([add('d', 12), add('b', 5), add('c', 5), add('a', 1)]);
    assert.deepEqual(log, ['a', 'b', 'c', 'd']);
  });

  it("keeps the order if it's late, including events added by others", async () => {
    const agenda = createAgenda();
    const now = performance.now();
    const log: string[] = [];
    const done = new Promise<void>((resolve) => {
      agenda.at(now + 1, () => {
        log.push('a1');
        agenda.at(now + 2, () => {
          log.push('a2');
          agenda.at(now + 4, () => {
            log.push('a4');
            resolve();
          });
        });
      });
      agenda.at(now + 3, () => log.push('b3'));
    });
    while (performance.now() < now + 6);
    await done;
    assert.deepEqual(log, ['a1', 'a2', 'b3', 'a4']);
  });

  it('gives each of several consecutive events at the same time its own turn', async () => {
    const agenda = createAgenda();
    const log: string[] = [];
    const again = (): void => {
      log.push('event');
      if (log.filter((line) => line === 'event').length < 3) agenda.at(0, again);
    };
    agenda.at(0, again);
    for (let i = 0; i < 3; i++) {
      await turn();
      log.push('turn');
    }
    assert.deepEqual(log, ['event', 'turn', 'event', 'turn', 'event', 'turn']);
  });

  it("removes events, and its remaining events don't keep the process alive", async () => {
    const agenda = createAgenda();
    let ran = '';
    const remove = agenda.at(performance.now() + 3_600_000, () => (ran += 'x'));
    const removeSoon = agenda.at(performance.now() + 1, () => (ran += 'y'));
    const later = new Promise<void>((resolve) => {
      agenda.at(performance.now() + 3, () => {
        ran += 'z';
        resolve();
      });
    });
    removeSoon();
    remove();
    await later;
    assert.equal(ran, 'z');
  });
});
