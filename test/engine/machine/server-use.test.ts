import assert from 'node:assert/strict';
import { readProcessUse, useFromProc, useFromPs, watchServer } from '../../../src/engine/machine/server-use.ts';

const usedUs = ({ user, system }: NodeJS.CpuUsage): number => user + system;

describe('resource use of a server', () => {
  it('is read from /proc for any program name', () => {
    const stat = '4711 (a) b (c) S 1 4711 4711 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 11 0 100 1000000 2000';
    const status = 'Name:\ta) b (c\nVmPeak:\t  900000 kB\nVmRSS:\t  657408 kB\nThreads:\t11\n';
    assert.deepEqual(useFromProc(stat, status), { cpuMs: 3000, rssMiB: 642 });
    assert.deepEqual(useFromProc('4711 (zombie) Z 1', 'Name:\tzombie\n'), { cpuMs: null, rssMiB: null });
  });

  it('is read from ps in each of its time formats', () => {
    assert.deepEqual(useFromPs(' 657408     12:03.50\n'), { cpuMs: 723_500, rssMiB: 642 });
    assert.deepEqual(useFromPs('657408 01:02:03\n'), { cpuMs: 3_723_000, rssMiB: 642 });
    assert.deepEqual(useFromPs('657408 1-00:00:01\n'), { cpuMs: 86_401_000, rssMiB: 642 });
    assert.deepEqual(useFromPs(''), { cpuMs: null, rssMiB: null });
  });

  it('is known for a process that exists, and null for others', async function () {
    if (process.platform === 'win32') return;
    const stop = watchServer(process.pid);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Processor time, not time: on a busy machine the two differ, and the clock that is read here ticks every 10 ms.
    for (const before = process.cpuUsage(); usedUs(process.cpuUsage(before)) < 200_000;);
    const use = await stop();
    assert.equal(use.pid, process.pid);
    assert.ok((use.cpuShare ?? 0) > 0, `CPU share ${use.cpuShare}`);
    assert.ok((use.rssStartMiB ?? 0) > 10);
    assert.ok((use.rssMaxMiB ?? 0) >= (use.rssEndMiB ?? Infinity));
    assert.deepEqual(await readProcessUse(2 ** 30), { cpuMs: null, rssMiB: null });
  });
});
