import assert from 'node:assert/strict';
import { cpuTicks, stealBetween, waitedMs, watchMachine } from '../../../src/engine/machine/machine.ts';

const stat = (steal: number, idle: number): string =>
  `cpu  100 5 50 ${idle} 10 1 4 ${steal} 30 2\ncpu0 1 2 3 4 5 6 7 8 9 10\nctxt 12345\n`;

describe('readings of the machine', () => {
  it('include CPU steal, without counting guests twice', () => {
    const before = cpuTicks(stat(20, 1_000));
    const after = cpuTicks(stat(50, 1_270));
    assert.deepEqual(before, { steal: 20, all: 1_190 });
    assert.ok(before && after);
    assert.equal(stealBetween(before, after), 0.1);
    assert.equal(stealBetween(before, before), null);
  });

  it('ignore text in another format', () => {
    assert.equal(cpuTicks('cpu0 1 2 3 4 5 6 7 8\n'), null);
    assert.equal(cpuTicks('cpu  1 2 3\n'), null);
    assert.equal(cpuTicks('cpu  1 2 3 4 x 6 7 8\n'), null);
    assert.equal(waitedMs('full avg10=0.00 avg60=0.00 avg300=0.00 total=99\n'), null);
  });

  it('include CPU pressure', () => {
    const text =
      'some avg10=3.07 avg60=1.28 avg300=1.22 total=10592403\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n';
    assert.equal(waitedMs(text), 10_592.403);
  });

  it('are shares on Linux, and null elsewhere', () => {
    const tell = watchMachine();
    const until = performance.now() + 30;
    while (performance.now() < until);
    for (const share of Object.values(tell())) {
      if (process.platform === 'linux') assert.ok(share === null || (share >= 0 && share <= 1), String(share));
      else assert.equal(share, null);
    }
  });
});
