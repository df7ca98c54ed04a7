import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTargets } from '../../../src/core/endpoints/prepare.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { makeLoad, readLoad } from '../../../src/core/scale-out/load.ts';

const lookups = {
  env: () => undefined,
  secret: () => undefined,
  bodyFile: (path: string) => Buffer.from(`<${path}>`),
  shownAs: 'targets.txt',
};

const read = (text: string) => {
  const { targets, problems } = parseEndpoints(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { targets, problems, errors, ...prepareTargets(errors.length > 0 ? [] : targets, lookups) };
};

describe("vegeta's targets", () => {
  it('are read in its http format, with headers, body files, comments, and credentials', () => {
    const { requests, errors, secrets } = read(
      [
        '# a list',
        'GET http://goku:9090/path/to/dragon?item=ball',
        'GET http://user:password@goku:9090/path/to',
        'HEAD http://goku:9090/path/to/success',
        '',
        'DELETE http://goku:9090/path/to/remove',
        'Confirmation-Token: 90215',
        'Authorization: Token DEADBEEF',
        '',
        'POST http://goku:9090/things',
        '@/path/to/newthing.json',
        '',
        'PATCH http://goku:9090/thing/71988591',
        'X-Account-ID: 99',
        '@/path/to/thing-71988591.json',
      ].join('\n'),
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(
      requests.map(({ method, url }) => `${method} ${url}`),
      [
        'GET http://goku:9090/path/to/dragon?item=ball',
        'GET http://goku:9090/path/to',
        'HEAD http://goku:9090/path/to/success',
        'DELETE http://goku:9090/path/to/remove',
        'POST http://goku:9090/things',
        'PATCH http://goku:9090/thing/71988591',
      ],
    );
    assert.deepEqual(requests[1]?.headers, [['Authorization', `Basic ${btoa('user:password')}`]]);
    assert.ok(secrets.includes('password'));
    assert.equal(Buffer.from(requests[5]?.body ?? []).toString(), '</path/to/thing-71988591.json>');
  });

  it('are read in its JSON format, one per line, with bodies in base64', () => {
    const { requests, problems } = read(
      [
        '{"method": "GET", "url": "http://goku:9090/a"}',
        JSON.stringify({
          method: 'POST',
          url: 'http://goku:9090/b',
          body: btoa('{"n": 1}'),
          header: { 'X-A': ['1', '2'] },
        }),
        'GET http://goku:9090/c',
      ].join('\n'),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      requests.map(({ method, url }) => `${method} ${url}`),
      ['GET http://goku:9090/a', 'POST http://goku:9090/b', 'GET http://goku:9090/c'],
    );
    // vegeta adds no content type to a body.
    assert.deepEqual(requests[1]?.headers, [
      ['X-A', '1'],
      ['X-A', '2'],
    ]);
    assert.equal(Buffer.from(requests[1]?.body ?? []).toString(), '{"n": 1}');
  });

  it('have only their own content type in its JSON format, also to language models and from exports', () => {
    const chat = '{"model": "m", "messages": []}';
    const lineOf = (header: Record<string, readonly string[]>): string =>
      JSON.stringify({ method: 'POST', url: 'http://goku:9090/v1/chat/completions', body: btoa(chat), header });
    const { requests, targets } = read([lineOf({}), lineOf({ 'Content-Type': ['text/x'] })].join('\n'));
    const expected = [
      ['openai', []],
      ['openai', [['Content-Type', 'text/x']]],
    ];
    assert.deepEqual(
      requests.map(({ dialect, headers }) => [dialect, headers]),
      expected,
    );
    const plan = makePlan({}, { objectives: [], defaults: {} });
    const parts = { id: 'x', loadlens: '0.0.0', name: 'x', plan, shares: 1, targets, source: null };
    const load = readLoad(JSON.parse(JSON.stringify(makeLoad(parts, () => undefined))));
    const { requests: shared } = prepareTargets(load.targets, lookups);
    assert.deepEqual(
      shared.map(({ dialect, headers }) => [dialect, headers]),
      expected,
    );
  });

  it('have a JSON content type in its JSON format if prompts replace their bodies', () => {
    const body = btoa('{"model": "m", "messages": []}');
    const line = JSON.stringify({ method: 'POST', url: 'http://goku:9090/v1/chat/completions', body });
    const prompts = new TextEncoder().encode('one\ntwo\n');
    const { targets } = parseEndpoints(`# @prompts p.txt\n${line}`);
    const [request] = prepareTargets(targets, { ...lookups, bodyFile: () => prompts }).requests;
    assert.equal(request?.prompts?.bodies.length, 2);
    assert.deepEqual(request.headers, [['content-type', 'application/json']]);
  });

  it('have problems at their position in its JSON format', () => {
    const { problems } = read(
      '{"method": "GTE", "url": "http://a/"}\n{"method": "GET", "url": "http://b/", "body": "_"}',
    );
    assert.deepEqual(
      problems.map(({ code, range }) => [code, range.start.line, range.start.character]),
      [
        ['unknown-method', 0, 12],
        ['stray-body', 1, 0],
      ],
    );
  });
});

describe('text that belongs to no request', () => {
  for (const [what, block] of [
    ['a GraphQL query', 'query {\n  user(id: 1) {\n    name\n\n    mail\n  }\n}'],
    ['JSON lines', '{"a": 1}\n{"b": 2}\n[3]'],
    ['headers', 'Accept: a\nX-B: c'],
    ['prose', 'one two\nthree four\nfive'],
  ] as const) {
    it(`has one problem: ${what}`, () => {
      const { problems, targets } = parseEndpoints(`${block}\n\nGET http://b/\n\nlocalhost/c`);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.equal(problems[0]?.range.start.line, 0);
      assert.deepEqual(
        targets.slice(-2).map(({ url }) => url),
        ['http://b/', 'http://localhost/c'],
      );
    });
  }
});

describe('placeholders of other tools', () => {
  it('have a value, or one error sentence', () => {
    const text = ['$date', '$randomUUID', '$env.HOME', '$exampleServer']
      .map((name) => `http://a/{{${name}}}`)
      .join('\n');
    const { problems, targets } = parseEndpoints(text);
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['"{{$exampleServer}}" is specific to another tool.'],
    );
    assert.equal(targets[2]?.url, 'http://a/{{$env HOME}}');
  });
});
