import assert from 'node:assert/strict';
import { chosenEnvironment } from '../../../src/core/endpoints/variables/environments.ts';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { prepareTargets, type Lookups } from '../../../src/core/endpoints/prepare.ts';
import type { EndpointsFile, Target } from '../../../src/core/endpoints/types.ts';

const files: Record<string, Uint8Array> = {
  './in.bin': new Uint8Array([0, 255, 13, 10, 128]),
  './b.json': new TextEncoder().encode('{"b":1}'),
};
const lookups: Lookups = {
  env: (name) => ({ HOST: 'localhost:81', STAGE: 'b' })[name],
  secret: (name) => (name === 'K' ? 'secret-value' : undefined),
  dotenv: (name) => (name === 'TOKEN' ? 'from-dotenv' : undefined),
  bodyFile: (path) => files[path],
  shownAs: 'api.http',
};

/** What a file without errors sends: method, address, headers and the body as Latin-1, so that every byte shows. */
function sent(text: string): { file: EndpointsFile; lines: string[]; bodies: (string | undefined)[] } {
  const file = parseEndpoints(text);
  assert.deepEqual(
    file.problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { requests } = prepareTargets(file.targets, lookups);
  return {
    file,
    lines: requests.map(({ method, url, headers }) =>
      [`${method} ${url}`, ...headers.map((one) => one.join('='))].join(' | '),
    ),
    bodies: requests.map(({ body }) => (body === undefined ? undefined : Buffer.from(body).toString('latin1'))),
  };
}

const codes = ({ problems }: EndpointsFile): string[] =>
  problems.map(({ code, severity, range }) => `${severity} ${code} line ${range.start.line + 1}`);

/** Whether the file has a problem of all targets, and the line of the problem of each. */
const brokenOf = (text: string): (boolean | number | undefined)[] => {
  const { targets, broken } = parseEndpoints(text);
  return [broken, ...targets.map(({ problem }: Target) => problem && problem.range.start.line + 1)];
};

const found = (bytes: Buffer): string[] => codes(parseEndpoints(bytes.toString('utf8')));

const authorized = (value: string): string | undefined => sent(`http://a/\nAuthorization: ${value}`).lines[0];

describe('files of other tools: bodies', () => {
  const form = 'Content-Type: application/x-www-form-urlencoded';

  it('joins the lines of a form', () => {
    for (const lines of ['a=1\n&b=x y\n  &c=3', 'a=1&\nb=x y&\nc=3']) {
      assert.deepEqual(sent(`###\nPOST http://a/\n${form}\n\n${lines}\n\n###\nhttp://b/`).bodies, [
        'a=1&b=x y&c=3',
        undefined,
      ]);
    }
    assert.deepEqual(sent(`POST http://a/\n${form}\n\na=1\n&b=2\n`).bodies, ['a=1&b=2']);
  });

  it('sends multipart with CRLF and the bytes of its files', () => {
    const body = [
      '--x',
      'Content-Disposition: form-data; name="t"',
      '',
      'text',
      '--x',
      'Content-Disposition: form-data; name="f"; filename="in.bin"',
      'Content-Type: application/octet-stream',
      '',
      '< ./in.bin',
      '--x--',
    ];
    const text = `###\nPOST http://a/\nContent-Type: multipart/form-data; boundary=x\n\n${body.join('\n')}\n\n###\nhttp://b/`;
    const expected = body.map((line) => (line === '< ./in.bin' ? '\u0000\u00ff\r\n\u0080' : line)).join('\r\n');
    assert.deepEqual(sent(text).bodies, [`${expected}\r\n`, undefined]);
  });

  it('sends JSON lines byte for byte, without a warning', () => {
    const { bodies, file } = sent(
      '###\nPOST http://a/_bulk\nContent-Type: application/x-ndjson\n\n{"a": 1}\n{"b": [2]}\n\n###\nhttp://b/',
    );
    assert.deepEqual(bodies, ['{"a": 1}\n{"b": [2]}\n', undefined]);
    assert.deepEqual(file.problems, []);
  });

  it('reads a body file after a blank line, without ###', () => {
    assert.deepEqual(sent('POST http://a/\n\n< ./b.json\n\nhttp://b/').bodies, ['{"b":1}', undefined]);
  });

  it('accepts placeholders in the path of a body file', () => {
    assert.deepEqual(sent('POST http://a/\n@./{{$env STAGE}}.json').bodies, ['{"b":1}']);
  });

  it('removes comments inside and after JSON', () => {
    const { bodies, file } = sent('###\nPOST http://a/\n\n{\n  // one\n  "a": 1\n}\n\n# > {%\n#  x\n# %}\n');
    assert.deepEqual(bodies, ['{\n  "a": 1\n}']);
    assert.deepEqual(file.problems, []);
  });

  it('turns a GraphQL query and its variables into JSON', () => {
    const query = 'query Q($n: Int) {\n  a(n: $n) { b }\n\n  c\n}';
    const { bodies, lines } = sent(`###\nPOST http://a/graphql\nX-REQUEST-TYPE: GraphQL\n\n${query}\n\n{"n": 1}\n`);
    assert.deepEqual(JSON.parse(bodies[0] ?? ''), { query, variables: { n: 1 } });
    assert.deepEqual(lines, ['POST http://a/graphql | content-type=application/json']);
    assert.deepEqual(JSON.parse(sent('###\nGRAPHQL http://a/g\n\n{ a }').bodies[0] ?? ''), { query: '{ a }' });
  });
});

describe('files of other tools: lines', () => {
  it('skips scripts and response files, with a warning that names the line', () => {
    const { file, bodies } = sent(
      [
        '### one',
        '< {%',
        '  request.variables.set("x", 1);',
        '%}',
        'POST http://a/',
        'Accept: */*',
        '',
        'text',
        '> {%',
        '  client.test("x", () => {});',
        '%}',
        '> ./after.js',
        '>> out.json',
        '>>! out.json',
        '<> 2026.200.json',
        '### two',
        'GET http://b/',
        '?? status == 200',
      ].join('\n'),
    );
    assert.deepEqual(bodies, ['text', undefined]);
    assert.deepEqual(codes(file), [
      'warning script line 2',
      'warning script line 9',
      'warning script line 12',
      'warning response-file line 13',
      'warning response-file line 14',
      'warning response-file line 15',
      'warning script line 18',
    ]);
  });

  it('reads URLs without a scheme, indented ones, and paths with a Host header', () => {
    const text = [
      '###',
      'GET localhost:8080/a HTTP/1.1',
      '###',
      'api/x',
      '###',
      'GET http://h:1',
      '    /api',
      '    ?a=1',
      '    &b={{x}} HTTP/1.1',
      'Accept: */*',
      '###',
      'GET /p HTTP/2',
      'Host: h:443',
      '###',
      'GET {{$env HOST}}/q',
      '###',
      'example.com:80/x',
    ].join('\n');
    const { lines } = sent(`@x = 2\n${text.replace('###\napi/x\n', '')}`);
    assert.deepEqual(lines, [
      'GET http://localhost:8080/a',
      'GET http://h:1/api?a=1&b=2 | Accept=*/*',
      'GET https://h/p | Host=h:443',
      'GET http://localhost:81/q',
      'GET http://example.com/x',
    ]);
  });

  it('reads headers between ### and the request line', () => {
    assert.deepEqual(sent('###\nX-A: 1\nX-B: 2\nGET http://a/\nX-C: 3').lines, [
      'GET http://a/ | X-A=1 | X-B=2 | X-C=3',
    ]);
  });

  it('encodes the spaces of a query, and continues with indented lines', () => {
    const { lines } = sent(
      '###\nGET http://a/x?q=New York&\n    to=http://b/c\n    &s=a b\n###\nPOST http://a/\n\n{"a": 1}\n\n@v = 2\n### next\nhttp://a/{{v}}',
    );
    assert.deepEqual(lines, [
      'GET http://a/x?q=New%20York&to=http://b/c&s=a%20b',
      'POST http://a/ | content-type=application/json',
      'GET http://a/2',
    ]);
  });

  it('reads names and timeouts in the formats of other tools', () => {
    const { file } = sent(
      '# @timeout 600\n\n# @name = first\n# @no-log\n# @no-redirect\nhttp://a/\n# @name first\nhttp://b/',
    );
    assert.equal(file.defaults.timeoutMs, 600_000);
    assert.deepEqual(
      file.targets.map(({ name }) => name),
      ['first', 'first (2)'],
    );
    assert.deepEqual(codes(file), ['warning duplicate-name line 7']);
  });

  it('encodes user and password of a URL, or rejects them if a placeholder makes that impossible', () => {
    for (const [pair, expected] of [
      ['me', 'me:'],
      ['a%20b', 'a b:'],
      ['ü:p%20', 'ü:p '],
      ['%7B%7Bx%7D%7D:a\uFEFF', '{{x}}:a\uFEFF'],
      ['me:{{$secret K}}', 'me:secret-value'],
    ] as const)
      assert.deepEqual(sent(`http://${pair}@a/`).lines, [
        `GET http://a/ | Authorization=Basic ${Buffer.from(expected).toString('base64')}`,
      ]);
    for (const pair of ['a%20b:{{$secret K}}', '{{$env E}}:ü', '%7B%7Bx%7D%7D:{{$secret K}}'])
      assert.equal(codes(parseEndpoints(`http://${pair}@a/`))[0], 'error bad-header line 1', pair);
  });

  it('encodes user and password for Basic, and rejects the short form of Digest', () => {
    const encoded = Buffer.from('me:pass word').toString('base64');
    assert.equal(authorized('Basic me:pass word'), `GET http://a/ | Authorization=Basic ${encoded}`);
    assert.equal(authorized('Basic me pass word'), `GET http://a/ | Authorization=Basic ${encoded}`);
    assert.equal(
      authorized('Basic me:{{$secret K}}'),
      `GET http://a/ | Authorization=Basic ${Buffer.from('me:secret-value').toString('base64')}`,
    );
    assert.equal(authorized(`Basic ${encoded}`), `GET http://a/ | Authorization=Basic ${encoded}`);
    const { problems } = parseEndpoints('http://a/\nAuthorization: Digest me secret');
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error').map(({ code }) => code),
      ['unsupported-authorization'],
    );
  });
});

describe('files of other tools: requests that need another tool', () => {
  it('skips requests that need a capture, and runs the rest', () => {
    const text = [
      '@id = {{start.response.headers.Location}}',
      '### start',
      '# @name start',
      'POST http://a/start',
      '### status',
      'GET http://a/{{id}}',
      '### item',
      'GET http://a/{{login.response.body.$.items[0].id}}',
      '### token',
      'GET http://a/',
      'Authorization: Bearer {{token}}',
      '> {% client.global.set("token", "x") %}',
      '### asked',
      '# @prompt user',
      'GET http://a/{{user}}',
      '### rpc',
      'GRPC localhost:1/Greeter/Hello',
    ].join('\n');
    const { file } = sent(text);
    assert.deepEqual(
      file.targets.map(({ name }) => name),
      ['start'],
    );
    assert.deepEqual(codes(file), [
      'warning left-out line 6',
      'warning left-out line 8',
      'warning left-out line 11',
      'warning script line 12',
      'warning left-out line 15',
      'warning left-out line 17',
    ]);
    const sentences = file.problems.map(({ message }) => message);
    assert.match(sentences[0] ?? '', /^"status" is skipped: .*captures aren't supported yet\.$/);
    assert.match(sentences[2] ?? '', /^"token" is skipped: .*set by a script/);
    assert.match(sentences[4] ?? '', /^"asked" is skipped: .*set by @prompt/);
    assert.match(sentences[5] ?? '', /^"rpc" is skipped: it is a GRPC request/);
  });

  it('shows one sentence if every request is skipped', () => {
    const { problems } = parseEndpoints('GET http://a/{{x.response.body.id}}');
    assert.deepEqual(problems.map(({ code }) => code).toSorted(), ['left-out', 'no-target']);
  });

  it('marks only targets whose lines or variables have an error', () => {
    assert.deepEqual(brokenOf('@v = {{none}}\nhttp://a/\nhttp://b/{{v}}\nhttp://c/'), [
      undefined,
      undefined,
      1,
      undefined,
    ]);
    assert.deepEqual(brokenOf('http://a/\n# @weight 0\nhttp://b/\nX: y'), [undefined, undefined, 2]);
    assert.deepEqual(brokenOf('# @requests 0\n\nhttp://a/'), [true, undefined]);
  });
});

describe('files of other tools: environments', () => {
  const kept: Record<string, string> = {
    'top/http-client.env.json':
      '{"$shared": {"v": 1}, "dev": {"host": "h:81", "user": {"name": "me"}}, "prod": {"host": "p"}}',
    'top/http-client.private.env.json': '{"dev": {"token": "private-value", "base": "http://b"}}',
  };
  const read = (folder: string, file: string): string | undefined => kept[`${folder}/${file}`];
  const text = 'GET {{host}}/{{v}}/{{user.name}}\nX-Token: {{token}}';

  it('uses the variables of the selected one, private values first', () => {
    const environment = chosenEnvironment(['top/sub', 'top'], read, 'dev');
    assert.deepEqual(environment.secrets, ['private-value']);
    const { targets, problems } = parseEndpoints(text, environment);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      targets.map(({ url, headers }) => [url, headers]),
      [['http://h:81/1/me', [['X-Token', 'private-value']]]],
    );
  });

  it('reports a value that contains itself, and marks the targets that use it', () => {
    const environment = { values: { a: 'x{{b}}', b: '{{a}}' }, names: [] };
    const { problems, targets } = parseEndpoints('@v = {{a}}\nhttp://h/{{v}}\nhttp://h/', environment);
    assert.deepEqual(
      problems.map(({ code, message, range }) => [code, message, range.start.line]),
      [['bad-variable', 'The value of variable "a" in the environment contains itself.', 0]],
    );
    assert.deepEqual(
      targets.map(({ problem }) => problem),
      [problems[0], undefined],
    );
  });

  it('lists those available if none is selected, and rejects an unknown one', () => {
    const { problems } = parseEndpoints(text, chosenEnvironment(['top'], read, undefined));
    assert.match(problems[0]?.hint ?? '', /^Select an environment \(dev, prod\) with --environment/);
    assert.throws(() => chosenEnvironment(['top'], read, 'test'), /has no environment "test"/);
    assert.throws(() => chosenEnvironment(['none'], read, 'dev'), /File http-client\.env\.json not found/);
    assert.deepEqual(chosenEnvironment(['none'], read, undefined), {
      values: {},
      names: [],
      secrets: [],
      privateNames: [],
    });
  });
});

describe('files of other tools: encoding', () => {
  const text = '# caf\u00e9\nGET http://127.0.0.1:1/\n';

  it("reports one error for a file that isn't UTF-8", () => {
    assert.deepEqual(found(Buffer.from(text, 'latin1')), ['error not-utf-8 line 1']);
    assert.deepEqual(found(Buffer.from(text, 'utf16le')), ['error not-utf-8 line 1']);
    assert.deepEqual(found(Buffer.from(`\uFEFF${text}`, 'utf16le')), ['error not-utf-8 line 1']);
    assert.deepEqual(found(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()), ['error not-utf-8 line 1']);
    assert.deepEqual(found(Buffer.from(text)), []);
  });
});
