import assert from 'node:assert/strict';
import { answer, runCommand } from '../support/host/actions.ts';
import type { Workbench } from '../support/host/launch.ts';
import { finishedRun, heading } from './panel.ts';
import { mockUrl, openBesideMock, untilInFlight } from './shared.ts';

describe('canceling a run', () => {
  let bench: Workbench;

  before(async () => {
    bench = await openBesideMock('endpoints.txt', `${mockUrl('/sleeper?sleep_length=300')}\n`);
  });

  it('closes the sockets immediately, and keeps what was measured', async () => {
    await runCommand(bench.page, 'Loadlens: Run with Options');
    await answer(bench.page, /Number of requests/, '100');
    await answer(bench.page, /Concurrency/, '6');
    await heading(bench, 'endpoints.txt').waitFor();
    await untilInFlight(6);
    await bench.webview().getByRole('button', { name: 'Cancel' }).click();
    await untilInFlight(0);
    await finishedRun(bench, 'endpoints.txt', 'Canceled');
    assert.match(await bench.webview().locator('.verdict').innerText(), /6 requests in flight\./);
  });
});
