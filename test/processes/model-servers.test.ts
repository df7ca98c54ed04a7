import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { findMetrics, findModelServers, listModels } from '../../src/processes/model-servers.ts';

/** Returns a list of models as OpenAI's API has it. */
const models = (...names: string[]): string => JSON.stringify({ object: 'list', data: names.map((id) => ({ id })) });

describe('model servers', () => {
  const servers: Server[] = [];
  const serve = async (answer: RequestListener): Promise<number> => {
    const server = createServer(answer);
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('finds those that list a model, in the order given', async () => {
    const [first, second, empty, silent] = [
      await serve((_, response) => response.end(models('one', 'two'))),
      await serve((_, response) => response.end(models('three'))),
      await serve((_, response) => response.end(models())),
      await serve(() => undefined),
    ];
    const closed = await serve(() => undefined);
    const [last] = servers.splice(-1);
    await new Promise((resolve) => last?.close(resolve));
    const ports = { second, silent, closed, empty, first };
    const found = await findModelServers(Object.entries(ports).map(([title, port]) => ({ title, port })));
    assert.deepEqual(found, [
      { title: 'second', base: `http://127.0.0.1:${second}/v1`, models: ['three'] },
      { title: 'first', base: `http://127.0.0.1:${first}/v1`, models: ['one', 'two'] },
    ]);
  });

  it('says that a server needs a key, and sends it', async () => {
    const port = await serve(({ headers, url }, response) => {
      assert.equal(url, '/v1/models');
      if (headers.authorization === 'Bearer k') response.end(models('m'));
      else response.writeHead(401).end('{}');
    });
    const base = `http://127.0.0.1:${port}/v1`;
    assert.deepEqual(await listModels(base), { failure: 'status 401', needsKey: true });
    assert.deepEqual(await listModels(base, { key: 'k' }), { models: ['m'] });
  });

  it('says why the models are not known', async () => {
    const slow = await serve(() => undefined);
    assert.deepEqual(await listModels(`http://127.0.0.1:${slow}/v1`, { timeoutMs: 100 }), {
      failure: 'no response within 0.1 s',
      needsKey: false,
    });
    const other = await serve((_, response) => response.writeHead(404).end());
    assert.deepEqual(await listModels(`http://127.0.0.1:${other}/v1`), { failure: 'status 404', needsKey: false });
    const html = await serve((_, response) => response.end('<html></html>'));
    assert.deepEqual(await listModels(`http://127.0.0.1:${html}/v1`), { models: [] });
  });

  it('finds metrics only in the format of Prometheus, with the key of the server', async () => {
    const metrics = '# HELP vllm:a b\n# TYPE vllm:a gauge\nvllm:a{model_name="m"} 1.0\n';
    const served = await serve(({ headers, url }, response) => {
      const allowed = url === '/metrics' && headers.authorization === 'Bearer k';
      response.writeHead(allowed ? 200 : 401).end(metrics);
    });
    const base = `http://127.0.0.1:${served}/v1`;
    assert.equal(await findMetrics(base), undefined);
    assert.equal(await findMetrics(base, 'k'), `http://127.0.0.1:${served}/metrics`);
    for (const text of [
      '',
      '{"error": "Unexpected endpoint"}',
      '<html>\n<p>a 1</p></html>',
      '# Metrics\n\nNone yet.',
    ]) {
      const port = await serve((_, response) => response.end(text));
      assert.equal(await findMetrics(`http://127.0.0.1:${port}/v1`), undefined, text);
    }
    const silent = await serve(() => undefined);
    assert.equal(await findMetrics(`http://127.0.0.1:${silent}/v1`), undefined);
  });

  it('asks no other machine for metrics', async () => {
    const asked: unknown[] = [];
    const note = (message: unknown): number => asked.push(message);
    subscribe('http.client.request.created', note);
    try {
      assert.equal(await findMetrics('http://192.0.2.1:8000/v1', 'k'), undefined);
      assert.equal(await findMetrics('https://example.com/v1'), undefined);
      assert.deepEqual(asked, []);
      const port = await serve((_, response) => response.end());
      await findMetrics(`http://localhost:${port}/v1`);
      assert.equal(asked.length, 1);
    } finally {
      unsubscribe('http.client.request.created', note);
    }
  });
});
