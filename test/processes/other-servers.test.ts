import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { otherServers } from '../../src/processes/other-servers.ts';
import { startMockServer } from '../../src/servers/mock/server.ts';

/** Starts a server that calls itself so. Returns it with its port. */
async function startOther(name?: string): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) =>
    response.writeHead(404, name === undefined ? {} : { server: name }).end(),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return { server, port: address.port };
}

const at = (port: number, ...paths: readonly string[]): { url: string }[] =>
  paths.map((path) => ({ url: `http://127.0.0.1:${port}${path}` }));

describe('detection of another server in place of a bundled one', () => {
  it('reports the other server by the name in its responses', async () => {
    for (const [name, said] of [
      ['AirTunes/845.5.1', 'AirTunes/845.5.1'],
      ['caf\u00e9\u009b31m', 'caf??31m'],
      [undefined, 'Another server'],
    ] as const) {
      const { server, port } = await startOther(name);
      const requests = at(port, '/hello', '/tokenizer?output_tokens=3');
      assert.deepEqual(await otherServers(requests, [{ id: 'mock', port }]), [
        `${said} responds on 127.0.0.1:${port}, not the Loadlens mock server.`,
      ]);
      server.closeAllConnections();
      server.close();
    }
  });

  it('is skipped if not all targets are those of the bundled server', async () => {
    const { server, port } = await startOther('nginx');
    const asked: string[] = [];
    server.on('request', ({ url }) => asked.push(url ?? ''));
    const mock = [{ id: 'mock', port }] as const;
    assert.deepEqual(await otherServers(at(port, '/hello', '/users'), mock), []);
    assert.deepEqual(await otherServers([...at(port, '/hello'), ...at(port + 1, '/hello')], mock), []);
    assert.deepEqual(await otherServers([{ url: `http://192.0.2.1:${port}/hello` }], mock), []);
    assert.deepEqual(await otherServers(at(port, '/hello'), [{ id: 'gpt2', port }]), []);
    assert.deepEqual(await otherServers([], mock), []);
    assert.deepEqual(asked, []);
    server.close();
  });

  it('reports nothing for the bundled server itself, whoever started it, or for an unused port', async () => {
    const server = await startMockServer({ port: 0, maxConcurrentRequests: 2, timeScale: 1 });
    const port = Number(new URL(server.url).port);
    assert.deepEqual(await otherServers(at(port, '/hello'), [{ id: 'mock', port }]), []);
    assert.deepEqual(await otherServers(at(port, '/v1/completions'), [{ id: 'gpt2', port }]), [
      `loadlens-mock responds on 127.0.0.1:${port}, not the Loadlens GPT-2 server.`,
    ]);
    await server.close();
    assert.deepEqual(await otherServers(at(port, '/hello'), [{ id: 'mock', port }]), []);
  });
});
