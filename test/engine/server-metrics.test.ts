import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { PreparedRequest } from '../../src/core/endpoints/types.ts';
import type { ServerMetrics } from '../../src/core/metrics/server/server-metrics.ts';
import { createScrapers, metricsUrlsOf } from '../../src/engine/server-metrics.ts';
import { checkRun, plannedRequest } from '../../src/core/plan/run-checks.ts';
import { runInput } from '../support/run-input.ts';

const plain: PreparedRequest = { method: 'GET', url: 'http://127.0.0.1:5000/hello', headers: [] };
const model: PreparedRequest = { ...plain, url: 'http://127.0.0.1:5000/v1/completions', dialect: 'openai' };
const file = { path: '/e.txt', shownAs: 'e.txt' };

const planned = (metricsUrl: string): string[] =>
  metricsUrlsOf(runInput([{ ...model, url: 'http://gpu.example/v1' }], { plan: { metricsUrl } }), false);

const check = (metricsUrl: string): void => {
  const { plan } = runInput([], { plan: { metricsUrl } });
  checkRun(plan, [plannedRequest({ ...model, url: 'http://gpu.example/v1' }, 'a')]);
};

describe('the URL of server metrics', () => {
  it('is by default that of a language model server that Loadlens started', () => {
    const urlOf = (requests: readonly PreparedRequest[], ours: boolean, of: typeof file | null): string[] =>
      metricsUrlsOf({ ...runInput(requests), file: of }, ours);
    assert.deepEqual(urlOf([plain, model], true, file), ['http://127.0.0.1:5000/metrics']);
    assert.deepEqual(urlOf([plain], true, file), []);
    assert.deepEqual(urlOf([model], false, file), []);
    assert.deepEqual(urlOf([model], true, null), []);
  });

  it('is that of the plan', () => {
    assert.deepEqual(planned('http://127.0.0.1:9/m  http://gpu.example/m'), [
      'http://127.0.0.1:9/m',
      'http://gpu.example/m',
    ]);
  });

  it('must be on this machine or on the host of a target', () => {
    for (const url of ['http://127.0.0.1:9/m', 'http://localhost/m', 'http://gpu.example:9090/metrics']) check(url);
    assert.throws(() => check('http://other.example/metrics'), /isn't the host of a target/);
  });

  it('is needed for series by name', () => {
    const { plan } = runInput([], { plan: { series: 'up' } });
    assert.throws(() => checkRun(plan, [plannedRequest(model, 'a')]), /^LoadlensError: Series need the address of /);
    checkRun({ ...plan, metricsUrl: 'http://127.0.0.1:9/m' }, [plannedRequest(model, 'a')]);
  });
});

const text = (tokens: number): string =>
  `# TYPE x gauge\nvllm:num_requests_running 1\nvllm:prompt_tokens_total ${tokens}\n`;

/** Returns what is known from a first and a last reading of a server, and those of a run of `forMs` between them. */
async function scraped(
  answer: (response: ServerResponse, reading: number, request: IncomingMessage) => void,
  headers: PreparedRequest['headers'] = [],
  forMs = 0,
): Promise<ServerMetrics> {
  let readings = 0;
  const server = createServer((request, response) => answer(response, ++readings, request)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const origin = `http://127.0.0.1:${address.port}`;
  const input = runInput([{ ...model, url: `${origin}/v1/completions`, headers }]);
  const scraper = createScrapers([`${origin}/metrics`], input, false);
  await scraper.start();
  scraper.clock(performance.now());
  if (forMs > 0) await setTimeout(forMs);
  const { serverMetrics } = await scraper.stop();
  server.closeAllConnections();
  server.close();
  assert.ok(serverMetrics !== undefined);
  return serverMetrics;
}

describe('server metrics over HTTP', () => {
  it('may be compressed, redirected within the server, and protected like its API', async () => {
    const { figures, failedReadings, isPartial } = await scraped(
      (response, reading, { url, headers }) => {
        if (headers.authorization !== 'Bearer key') response.writeHead(401).end();
        else if (url === '/metrics') response.writeHead(307, { location: `http://${headers.host}/metrics/` }).end();
        else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text(reading)));
      },
      [['Authorization', 'Bearer key']],
    );
    assert.deepEqual([figures.promptTokens, failedReadings, isPartial], [[2, 4], 0, undefined]);
  });

  it('are not read from another server', async () => {
    const { failure } = await scraped((response) => response.writeHead(302, { location: 'http://a.invalid/m' }).end());
    assert.equal(failure, 'status 302 to http://a.invalid/m');
  });

  for (const [name, start, why] of [
    ['another format', '<html>starting up</html>', "the response isn't Prometheus text"],
    ['an encoding that is not gzip', undefined, "the response can't be decompressed"],
  ] as const) {
    it(`are partial after ${name}`, async () => {
      const { failure, failedReadings, isPartial, figures } = await scraped((response, reading) => {
        if (reading > 1) response.end(text(5_000_000));
        else response.writeHead(200, start === undefined ? { 'content-encoding': 'gzip' } : {}).end(start ?? 'gzip?');
      });
      assert.deepEqual([failure, failedReadings, isPartial, figures.promptTokens], [why, 1, true, [5_000_000]]);
    });
  }

  it('name further addresses that were not read', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/metrics' ? 200 : 404).end(text(1));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const origin = `http://127.0.0.1:${address.port}`;
    const urls = [`${origin}/gpu`, `${origin}/metrics`];
    const scraper = createScrapers(urls, runInput([{ ...model, url: `${origin}/v1/completions` }]), false);
    await scraper.start();
    scraper.clock(performance.now());
    const { serverMetrics } = await scraper.stop();
    server.closeAllConnections();
    server.close();
    assert.equal(serverMetrics?.url, urls[1]);
    assert.deepEqual(serverMetrics?.unread, [{ url: urls[0], failure: 'status 404' }]);
  });

  it('have the time of the run in which readings failed after some were read', async () => {
    const fine = await scraped((response) => response.end(text(1)));
    assert.deepEqual([fine.failedReadings, fine.unreadMs], [0, undefined]);
    const { atMs, failure, unreadMs } = await scraped(
      (response, reading) => (reading < 3 ? response.end(text(reading)) : response.writeHead(500).end()),
      [],
      900,
    );
    assert.deepEqual([atMs.length, failure], [2, 'status 500']);
    const missing = 900 - atMs[1]!;
    assert.ok(unreadMs !== undefined && unreadMs >= missing - 1 && unreadMs < missing + 300, String(unreadMs));
  });

  it("aren't waited for after the run once the server doesn't respond", async () => {
    const { failure, isPartial, failedReadings } = await scraped(() => {});
    assert.deepEqual([failure, isPartial, failedReadings], ['no response within 2 s', true, 1]);
  });
});
