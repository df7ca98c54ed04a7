import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../../src/core/endpoints/prepare.ts';
import type { PreparedRequest } from '../../../src/core/endpoints/types.ts';
import { wholeOf } from '../../../src/engine/transport/body-bytes.ts';
import type { WireRequest } from '../../../src/engine/transport/transport.ts';
import { toWire } from '../../../src/engine/transport/wire.ts';
import { run } from '../../support/run-input.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const nothing = (): undefined => undefined;

function prepared(text: string, prompts?: string): PreparedRequest {
  const { targets, problems } = parseEndpoints(text);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  const bodyFile = (): Uint8Array | undefined => (prompts === undefined ? undefined : Buffer.from(prompts));
  const [request] = prepareTargets(targets, { env: nothing, secret: nothing, bodyFile, shownAs: 'x' }).requests;
  return request ?? assert.fail();
}

const wireOf = (text: string, seed = 1, prompts?: string) => {
  const [request] = toWire([prepared(text, prompts)], [{ name: 'it' }], 'ua', seed);
  return request ?? assert.fail();
};

const bodyOf = ({ body }: WireRequest): string => wholeOf(body ?? []).toString();

/** Path, value of the first header and body at an index. */
function at(text: string, index: number, seed = 1): { path: string; header: string; body: string } {
  const request = wireOf(text, seed).variantAt?.(index, index) ?? assert.fail('the same for each request');
  return { path: request.path, header: request.headers[1] ?? '', body: bodyOf(request) };
}

const everywhere =
  '@id = order-{{$guid}}\nPOST http://a/{{id}}?n={{$randomInt 5 7}}\nX-Id: {{id}} {{$uuid}}\n{"id": "{{id}}", "n": {{$randomInt 100 200}}}';

describe('new values for every request', () => {
  it('are inserted in URL, headers, and body, and a variable has one value per request', () => {
    const { path, header, body } = at(everywhere, 3);
    const id = /^\/order-([^?]+)\?n=[56]$/.exec(path)?.[1] ?? '';
    assert.match(id, uuid);
    const [first, second = ''] = header.split(' ');
    assert.equal(first, `order-${id}`);
    assert.match(second, uuid);
    assert.notEqual(second, id);
    const json: unknown = JSON.parse(body);
    assert.ok(typeof json === 'object' && json !== null && 'id' in json && 'n' in json);
    assert.equal(json.id, `order-${id}`);
    assert.ok(Number(json.n) >= 100 && Number(json.n) < 200);
  });

  it('are determined by the seed, and no two requests of a run share a UUID', () => {
    assert.deepEqual(at(everywhere, 9, 4), at(everywhere, 9, 4));
    assert.notEqual(at(everywhere, 9, 4).path, at(everywhere, 9, 5).path);
    const request = wireOf('http://a/{{$guid}}');
    const paths = new Set(Array.from({ length: 50_000 }, (_, index) => request.variantAt?.(index, index).path));
    assert.equal(paths.size, 50_000);
  });

  it('have the time of sending, with offsets and formats', () => {
    const before = Math.floor(Date.now() / 1000);
    const { header } = at('http://a/\nX: {{$timestamp}} {{$timestamp -1 d}} {{$datetime "YYYY-MM-DD" 1 y}}', 0);
    const [now = '', yesterday = '', day = ''] = header.split(' ');
    assert.ok(Number(now) >= before && Number(now) <= before + 60);
    assert.equal(Number(now) - Number(yesterday), 86_400);
    assert.match(day, new RegExp(`^${new Date().getUTCFullYear() + 1}-\\d\\d-\\d\\d$`));
    const iso = at('http://a/?t={{$isoTimestamp}}&d={{$datetime rfc1123}}', 0).path;
    assert.match(iso, /^\/\?t=\d{4}-\d\d-\d\dT[\d:.]+Z&d=\w{3},%20\d\d%20\w{3}%20\d{4}%20[\d:]{8}%20GMT$/);
    assert.match(at('http://a/\nX: {{$localDatetime iso8601}}', 0).header, /^[\d-]+T[\d:.]+[+-]\d\d:\d\d$/);
  });

  it('have the formats of other tools', () => {
    const { header } = at(
      'http://a/\nX: {{$random.alphabetic(6)}} {{$random.hexadecimal(8)}} {{$random.integer(1,3)}} {{$random.email}}',
      0,
    );
    assert.match(header, /^[a-z]{6} [0-9a-f]{8} [12] [a-z]{12}@example\.com$/);
  });

  it('can be combined with prompts', () => {
    const text = '# @prompts p.txt\nPOST http://a/v1/completions\n{"user": "{{$guid}}"}';
    const request = wireOf(text, 1, 'one\ntwo');
    const bodies = [0, 1, 2].map((index): unknown => JSON.parse(bodyOf(request.variantAt?.(index, index) ?? request)));
    const read = bodies.map((body) => {
      assert.ok(typeof body === 'object' && body !== null && 'user' in body && 'prompt' in body);
      return { user: String(body.user), prompt: body.prompt };
    });
    assert.deepEqual(
      read.map(({ prompt }) => prompt),
      ['one', 'two', 'one'],
    );
    assert.equal(new Set(read.map(({ user }) => user)).size, 3);
    for (const { user } of read) assert.match(user, uuid);
  });

  it('cost nothing for a request without them', () => {
    assert.equal(wireOf('http://a/').variantAt, undefined);
  });

  it('reach the server over both transports', async () => {
    for (const transport of ['raw', 'undici'] as const) {
      const seen: string[] = [];
      const server: Server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          seen.push(`${request.url} ${String(request.headers['x-id'])} ${body}`);
          response.end('ok');
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      const { port } = address;
      try {
        const request = prepared(
          `@id = {{$guid}}\nPOST http://127.0.0.1:${port}/{{id}}\nX-Id: {{id}}\n{"id": "{{id}}"}`,
        );
        const record = await run([request], { plan: { requests: 40, transport } });
        assert.equal(record.successes, 40);
        assert.equal(new Set(seen).size, 40);
        for (const line of seen) {
          const [path = '', header = '', ...body] = line.split(' ');
          assert.equal(path, `/${header}`);
          assert.equal(body.join(' '), `{"id": "${header}"}`);
        }
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }
  });
});
