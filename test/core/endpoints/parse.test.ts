import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import type { Target, TargetBody } from '../../../src/core/endpoints/types.ts';

/** The targets of a file that has no problem at all. */
function targetsOf(text: string): readonly Target[] {
  const { targets, problems } = parseEndpoints(text);
  assert.deepEqual(problems, []);
  return targets;
}

const bodyText = (body: TargetBody): string => {
  const parts = body.kind === 'parts' ? body.parts : [body];
  return parts.map((part) => ('path' in part ? `@${part.path}` : part.text)).join('');
};

/** What is sent, as one line per target: method, address, headers, body. */
const sent = (text: string): string[] =>
  targetsOf(text).map(({ method, url, headers, body }) =>
    [
      `${method} ${url}`,
      ...headers.map((header) => header.join('=')),
      ...(body === undefined ? [] : [bodyText(body)]),
    ].join(' | '),
  );

describe('endpoints file: one address per line', () => {
  it('reads URLs, and skips comments and blank lines', () => {
    const text =
      '# the reference\nhttp://127.0.0.1:5000/hello\n\n// slow\n  http://127.0.0.1:5000/sleeper?sleep_length=1\t\n';
    assert.deepEqual(sent(text), [
      'GET http://127.0.0.1:5000/hello',
      'GET http://127.0.0.1:5000/sleeper?sleep_length=1',
    ]);
  });

  it('names targets by method and path, and numbers equal names', () => {
    const text = 'http://a/x?b=1\nhttp://b/x?b=1\nhttp://a\nhttps://a?q=1\nDELETE http://a/x?b=1\nhttp://c/x?b=1';
    assert.deepEqual(
      targetsOf(text).map(({ name }) => name),
      ['GET /x?b=1', 'GET /x?b=1 (2)', 'GET /', 'GET /?q=1', 'DELETE /x?b=1', 'GET /x?b=1 (3)'],
    );
  });

  it('places each target at its request line', () => {
    const [target] = targetsOf('\n  http://a/x  \n');
    assert.deepEqual(target?.range, { start: { line: 1, character: 2 }, end: { line: 1, character: 12 } });
  });

  it('reads files without a final newline, with a byte order mark, and with old line ends', () => {
    assert.deepEqual(sent('\uFEFFhttp://a/\r\nhttp://b/\rhttp://c/'), [
      'GET http://a/',
      'GET http://b/',
      'GET http://c/',
    ]);
  });
});

describe("endpoints file: vegeta's http format", () => {
  it('reads methods, headers, and body files', () => {
    const text = [
      'GET http://goku:9090/path/to/dragon?item=ball',
      'X-Account-ID: 99',
      '',
      'DELETE http://goku:9090/path',
      'Confirmation-Token:90215',
      'Authorization: Token {{$env TOKEN}}',
      '',
      'POST http://goku:9090/things',
      'Content-Type: application/json',
      '@/path/to/thing=71988.json',
      'PATCH http://goku:9090/thing/71988',
      '@thing.json',
    ].join('\n');
    assert.deepEqual(sent(text), [
      'GET http://goku:9090/path/to/dragon?item=ball | X-Account-ID=99',
      'DELETE http://goku:9090/path | Confirmation-Token=90215 | Authorization=Token {{$env TOKEN}}',
      'POST http://goku:9090/things | Content-Type=application/json | @/path/to/thing=71988.json',
      'PATCH http://goku:9090/thing/71988 | @thing.json',
    ]);
  });

  it('reads requests without a blank line between them', () => {
    assert.deepEqual(sent('GET http://a/1\nPOST http://a/2\nA: b\nhttp://a/3\nHEAD http://a/4'), [
      'GET http://a/1',
      'POST http://a/2 | A=b',
      'GET http://a/3',
      'HEAD http://a/4',
    ]);
  });

  it('accepts lowercase methods and ignores the HTTP version', () => {
    assert.deepEqual(sent('post http://a/ HTTP/1.1\nAccept: */*'), ['POST http://a/ | Accept=*/*']);
  });
});

describe('endpoints file: JSON in the file', () => {
  it('reads JSON directly below the headers up to its last bracket', () => {
    const text = 'POST http://a/\nA: b\n{\n  "x": "}\\"]",\n\n  "y": [1, {}]\n}\nhttp://a/2';
    assert.deepEqual(sent(text), ['POST http://a/ | A=b | {\n  "x": "}\\"]",\n\n  "y": [1, {}]\n}', 'GET http://a/2']);
  });

  it('reads JSON after a blank line as the body of the request above, in files without ###', () => {
    assert.deepEqual(sent('POST http://a/\n\n# the body\n[1,\n2]\n\nhttp://b/'), [
      'POST http://a/ | [1,\n2]',
      'GET http://b/',
    ]);
  });

  it('ends unclosed JSON before the next request', () => {
    const { targets, problems } = parseEndpoints('POST http://a/\n{"a": [1\n\nPUT http://b/\n');
    assert.deepEqual(
      targets.map(({ url }) => url),
      ['http://a/', 'http://b/'],
    );
    assert.deepEqual(
      problems.map(({ code, range }) => [code, range.start]),
      [['unclosed-json', { line: 1, character: 0 }]],
    );
  });
});

describe('endpoints file: blocks with ###', () => {
  it('reads any text after a blank line as the body, up to the next ###', () => {
    const text =
      '### one\nPOST http://a/\nA: b\n\n\nfirst\n# not a comment\n\nAccept: x  \nlast\n\n\n### two\nPUT http://a/2\n\n<a/>';
    assert.deepEqual(sent(text), [
      'POST http://a/ | A=b | first\n# not a comment\n\nAccept: x  \nlast',
      'PUT http://a/2 | <a/>',
    ]);
  });

  it('names a target by the title of its block, unless it has a @name', () => {
    const text = '### one\nhttp://a/\nhttp://b/\n### two\n# @name 2\nhttp://c/\n### one\nhttp://d/\n###\nhttp://e/';
    assert.deepEqual(
      targetsOf(text).map(({ name }) => name),
      ['one', 'GET /', '2', 'one (2)', 'GET / (2)'],
    );
  });

  it('starts a new request, not a body, at a URL after a blank line', () => {
    assert.deepEqual(sent('### all\nhttp://a/\n\nhttp://b/\n\nPOST http://c/\n\nGET off my lawn'), [
      'GET http://a/',
      'GET http://b/',
      'POST http://c/ | GET off my lawn',
    ]);
  });

  it('reads a body file after <, and lines that continue the query', () => {
    const text = '###\nPOST http://a/x\n    ?a=1\n    &b=2\nA: b\n\n< ./in put.json\n';
    assert.deepEqual(sent(text), ['POST http://a/x?a=1&b=2 | A=b | @./in put.json']);
  });

  it('reads a JSON body without a blank line, too', () => {
    assert.deepEqual(sent('POST http://a/\n{"a":\n1}\n###\nhttp://b/'), [
      'POST http://a/ | {"a":\n1}',
      'GET http://b/',
    ]);
  });
});

describe('endpoints file: variables', () => {
  it('replaces variables in URLs, headers, and bodies, and earlier ones in later ones', () => {
    const text = [
      '@host = 127.0.0.1:5000',
      '@base=http://{{host}}',
      '@type = json',
      '{{base}}/hello',
      'POST {{base}}/{{type}}',
      'X-{{type}}: {{ type }} {{type}}',
      '{"type": "{{type}}", "n": {{$env N}}}',
      '@type = xml',
      'PUT http://a/{{type}}',
      '@{{type}}/body.{{type}}',
    ].join('\n');
    assert.deepEqual(sent(text), [
      'GET http://127.0.0.1:5000/hello',
      'POST http://127.0.0.1:5000/json | X-json=json json | {"type": "json", "n": {{$env N}}}',
      'PUT http://a/xml | @xml/body.xml',
    ]);
  });

  it('normalizes $env and $secret, also inside variables', () => {
    const text = '@token = {{ $secret  API_KEY }}\n{{$env BASE}}/x\nAuthorization: Bearer {{token}}';
    assert.deepEqual(sent(text), ['GET {{$env BASE}}/x | Authorization=Bearer {{$secret API_KEY}}']);
    assert.equal(targetsOf('{{$env BASE}}/x')[0]?.name, 'GET /x');
  });

  it('limits variables that double each other before they fill the memory', () => {
    const doubled = Array.from({ length: 60 }, (_, i) => `@v${i + 1} = {{v${i}}}{{v${i}}}`).join('\n');
    const { problems, targets } = parseEndpoints(`@v0 = 0123456789\n${doubled}\nhttp://a/{{v60}}`);
    assert.deepEqual([...new Set(problems.map(({ code }) => code))], ['too-long']);
    assert.equal(targets.length, 1);
  });

  it("leaves braces that aren't placeholders unchanged", () => {
    assert.deepEqual(sent('POST http://a/\n{"a": {"b": {"c": {}}}, "t": "{{"}'), [
      'POST http://a/ | {"a": {"b": {"c": {}}}, "t": "{{"}',
    ]);
  });
});

describe('endpoints file: directives', () => {
  it('applies @name, @weight, and @slo to the target below', () => {
    const text =
      '# @name one\n// @weight 2.5\n#@slo p95 < 500ms, errors <= 1%\nhttp://a/\n# @name two\n\n# @slo max < 1s\n\nhttp://b/';
    assert.deepEqual(
      targetsOf(text).map(({ name, weight, objectives }) => [name, weight, objectives.map((o) => o.text)]),
      [
        ['one', 2.5, ['p95 < 500ms', 'errors <= 1%']],
        ['two', 1, ['max < 1s']],
      ],
    );
  });

  it('reads the defaults of a run', () => {
    const text = [
      '# @requests 500',
      '# @duration 1m30s',
      '# @concurrency 10',
      '',
      '# @timeout 1.5s',
      '// @seed 4294967295',
      '# @warmup 0',
      'http://a/',
    ].join('\n');
    const { defaults, problems } = parseEndpoints(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(defaults, {
      requests: 500,
      durationS: 90,
      concurrency: 10,
      timeoutMs: 1500,
      seed: 4294967295,
      warmup: 0,
    });
  });

  for (const apart of ['\n', '# @seed 1\n', '@a = b\n', '###\n']) {
    it(`applies @slo to the whole run if ${JSON.stringify(apart)} separates it from the first target`, () => {
      const file = parseEndpoints(`# @slo p50 < 1s\n${apart}# @slo p99 < 2s\nhttp://a/`);
      assert.deepEqual(
        file.objectives.map(({ text }) => text),
        ['p50 < 1s'],
      );
      assert.deepEqual(
        file.targets[0]?.objectives.map(({ text }) => text),
        ['p99 < 2s'],
      );
      assert.deepEqual(file.problems, []);
    });
  }

  it('applies an objective on response time to the whole run', () => {
    const { objectives, targets, problems } = parseEndpoints('# @slo response.p95 < 1s\n\nhttp://a/');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      objectives.map(({ metric, value }) => [metric, value]),
      [['response.p95', 1000]],
    );
    assert.deepEqual(targets[0]?.objectives, []);
  });

  it('reads plain comments and mail addresses as comments', () => {
    assert.deepEqual(sent('# see a@b.c\n#@\n# @ home\nhttp://a/\n#'), ['GET http://a/']);
  });
});
