import assert from 'node:assert/strict';
import path from 'node:path';
import { answer, runCommand } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { finishedRun, table, tile } from './panel.ts';
import { answered, mockUrl, openBesideMock, screenshots } from './shared.ts';

describe('an open-model run from the Command Palette', () => {
  let bench: Workbench;

  before(async () => {
    bench = await openBesideMock('rate.endpoints', `# @arrivals poisson\n\n${mockUrl('/hello')}\n`);
  });

  it('accepts a rate instead of a concurrency, and shows response time next to latency', async () => {
    const before = await answered();
    await runCommand(bench.page, 'Loadlens: Run with Options');
    await answer(bench.page, /Number of requests/, '60');
    await answer(bench.page, /Concurrency/, '40/s');
    await finishedRun(bench, 'rate.endpoints');
    assert.equal((await answered()) - before, 60);
    assert.match((await tile(bench, 'Total time')).remark, /target rate 40\/s/);
    assert.equal((await table(bench, 'Latency statistics'))['Count']?.length, 3);
    await bench.page.screenshot({ path: path.join(screenshots, 'rate.png') });
  });
});
