import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { lenses, notification, openFile, runCommand } from '../support/host/actions.ts';
import { makeWorkspace, openWorkspace, settings } from './shared.ts';

describe('Restricted Mode', () => {
  let received = 0;
  const server = createServer((_request, response) => {
    received += 1;
    response.end();
  });
  let url = '';

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
  });

  after(() => server.close());

  it('shows everything, runs nothing, and says so', async () => {
    const bench = await openWorkspace(makeWorkspace({ 'endpoints.txt': `${url}\n` }));
    bench.writeSettings(
      settings({
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
        'security.workspace.trust.emptyWindow': false,
      }),
    );
    await bench.open(makeWorkspace({ 'endpoints.txt': `${url}\n` }));
    await bench.page.getByText('Restricted Mode').first().waitFor();
    await openFile(bench.page, 'endpoints.txt');
    await lenses(bench.page, /Run Benchmark/)
      .first()
      .click();
    await notification(bench.page, /not trusted/).waitFor();
    await bench.page.keyboard.press('Escape');
    await runCommand(bench.page, 'Loadlens: Run Benchmark');
    await notification(bench.page, /not trusted/).waitFor();
    assert.equal(received, 0);
  });
});
