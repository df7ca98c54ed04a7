import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';

const warnings = new Set([
  'duplicate-name',
  'script',
  'body-on-get',
  'literal-secret',
  'own-header',
  'bad-json',
  'unknown-directive',
  'misplaced-directive',
  'repeated-directive',
  'unused-directive',
]);

/** Each row: the file, then per problem its code, the marked text and a part of message and hint. */
const rows: readonly (readonly [
  text: string,
  ...problems: (readonly [code: string, marked: string, words: string])[],
])[] = [
  ['', ['no-target', '', 'http://127.0.0.1:5000/hello']],
  ['# nothing\n', ['no-target', '# nothing', 'No target found']],
  ['  ftp://a/x', ['bad-scheme', 'ftp://a/x', 'http:// or https://']],
  ['GET htp://a/x', ['bad-scheme', 'htp://a/x', 'http://']],
  ['GET /x', ['bad-scheme', '/x', 'complete URL']],
  ['http:///x', ['missing-host', 'http:///x', 'no host']],
  ['http://:80/', ['missing-host', 'http://:80/', 'no host']],
  ['http://', ['missing-host', 'http://', 'no host']],
  ['http://a:99999/', ['bad-url', 'http://a:99999/', 'host and port']],
  ['http://256.1.1.1/', ['bad-url', 'http://256.1.1.1/', "isn't a valid URL"]],
  ['http://[::1/', ['bad-url', 'http://[::1/', "isn't a valid URL"]],
  ['http://u:p@a/', ['literal-secret', 'http://u:p@a/', 'Authorization: Basic {{$secret NAME}}']],
  ['http://a/x y', ['space-in-url', 'http://a/x y', '%20']],
  ['http://a/x # fast', ['space-in-url', 'http://a/x # fast', 'to its own line']],
  ['hello world', ['bad-url', 'hello world', "isn't a URL"]],
  ['GET {{base', ['bad-url', '{{base', '{{ has no }}']],
  ['GTE http://a/', ['unknown-method', 'GTE', 'Did you mean GET?']],
  ['POTS http://a/', ['unknown-method', 'POTS', 'Did you mean POST?']],
  ['XYZZY http://a/', ['unknown-method', 'XYZZY', 'Use one of GET, POST']],
  [
    '# @rate inf\n# @duration 30s\nhttp://a/',
    ['bad-directive', '# @duration 30s', "@rate inf and @duration can't be combined"],
  ],
  ['# @name a\nhttp://a/\n# @name  a \nhttp://b/', ['duplicate-name', 'a', 'Line 1 has the same name']],
  ['http://a/\nAccept */*', ['bad-header', 'Accept */*', 'colon']],
  ['http://a/\nAcc(ept: x', ['bad-header', 'Acc(ept: x', 'valid header name']],
  ['http://a/\nX: caf\u00e9', ['bad-header', 'X: caf\u00e9', 'ASCII']],
  ['http://a/\nContent-Length: 3', ['own-header', 'Content-Length: 3', 'ignored']],
  ['http://a/\n\nAccept: x', ['stray-header', 'Accept: x', 'No request precedes']],
  ['POST http://a/\n@b\nAccept: x', ['stray-header', 'Accept: x', 'above the body']],
  ['POST http://a/\n@b\n{"a":\n1}', ['stray-body', '{"a":', 'already has a body']],
  ['POST http://a/\n\n@b', ['stray-body', '@b', 'without a blank line']],
  ['POST http://a/\n{"a": 1', ['unclosed-json', '{', 'missing bracket']],
  ['POST http://a/\n{"a": 1} x', ['text-after-body', 'x', 'follows the JSON body']],
  ['POST http://a/\n{"a": 1,}', ['bad-json', '{"a": 1,}', "isn't valid"]],
  ['POST http://a/\n@', ['bad-body-file', '@', 'path of the body file is missing']],
  ['###\nPOST http://a/\n\n<@ ./b.json', ['bad-body-file', '<@ ./b.json', "aren't replaced"]],
  ['###\nPOST http://a/\n\nx\n> {%\n%}', ['script', '> {%', "aren't supported"]],
  ['http://a/\n{"a": 1}', ['body-on-get', '{"a": 1}', 'Use POST']],
  ['HEAD http://a/\n@b', ['body-on-get', '@b', 'Use POST']],
  ['# @input-tokens 8\nhttp://a/v1/completions', ['body-on-get', 'http://a/v1/completions', 'POST']],
  ['# @dialect openai\n# @stream true\nGET http://a/x', ['body-on-get', 'GET http://a/x', 'POST']],
  [
    'http://a/\nAuthorization: Bearer sk-1234567890',
    ['literal-secret', 'Authorization: Bearer sk-1234567890', 'Write Authorization: Bearer {{$secret NAME}} to keep'],
  ],
  ['http://a/\nx-api-key: 1234567890', ['literal-secret', 'x-api-key: 1234567890', 'x-api-key: {{$secret NAME}}']],
  ['# @weight 0\nhttp://a/', ['bad-directive', '0', 'above 0']],
  ['# @weight -1\nhttp://a/', ['bad-directive', '-1', 'above 0']],
  ['# @weight heavy\nhttp://a/', ['bad-directive', 'heavy', '# @weight 3']],
  ['# @weight\nhttp://a/', ['bad-directive', '# @weight', 'above 0']],
  ['# @name\nhttp://a/', ['bad-directive', '# @name', 'has no value']],
  ['# @requests 0\nhttp://a/', ['bad-directive', '0', 'a whole number from 1 to 10,000,000']],
  ['# @concurrency 10001\nhttp://a/', ['bad-directive', '10001', 'from 1 to 10,000']],
  ['# @seed 1.5\nhttp://a/', ['bad-directive', '1.5', 'whole number from 0 to 4,294,967,295']],
  ['# @duration 30\nhttp://a/', ['bad-directive', '30', 'with a unit']],
  ['# @duration 25h\nhttp://a/', ['bad-directive', '25h', 'up to 24h']],
  ['# @seed 1\n# @seed 2\nhttp://a/', ['repeated-directive', '# @seed 2', 'last one applies']],
  ['# @slo p95 < 500\nhttp://a/', ['bad-objective', 'p95 < 500', 'p95 < 500ms']],
  ['# @slo p95 < 1s,  p59 < 1s\nhttp://a/', ['bad-objective', 'p59 < 1s', 'Did you mean p50?']],
  ['# @slo\nhttp://a/', ['bad-objective', '# @slo', 'missing']],
  [
    'http://a/\n # @slo p95 < 1s, response.p95 < 2s, response.max < 9s\n# @slo response.p99 < 3s\nhttp://b/',
    ['bad-objective', 'response.p95 < 2s', 'before the first target'],
    ['bad-objective', 'response.p99 < 3s', 'before the first target'],
  ],
  ['# @slo response.p95 < 1s\nhttp://a/', ['bad-objective', 'response.p95 < 1s', 'blank line']],
  ['http://a/\n# @requests 5\nhttp://b/', ['misplaced-directive', '# @requests 5', 'above the first target']],
  ['http://a/\n# @weight 2\nA: b', ['directive-in-request', '# @weight 2', 'above the request line']],
  ['http://a/\n# @name x', ['unused-directive', '# @name x', 'No target follows']],
  ['# @no-such\nhttp://a/', ['unknown-directive', '# @no-such', 'Other tools may use it']],
  ['# @wieght 3\nhttp://a/', ['unknown-directive', '# @wieght 3', 'Did you mean @weight?']],
  ['http://a/{{x}}', ['undefined-variable', '{{x}}', 'Define it above: @x = value.']],
  ['http://a/{{x}}\n\n@x = 1', ['undefined-variable', '{{x}}', 'definition on line 3']],
  ['@host = b\nhttp://a/{{hots}}', ['undefined-variable', '{{hots}}', 'Did you mean {{host}}?']],
  ['@a = {{b}}\nhttp://a/{{a}}', ['undefined-variable', '{{b}}', "isn't defined"]],
  ['@b = {\nhttp://a/{{b}}{{b}}x}}', ['bad-placeholder', 'http://a/{{b}}{{b}}x}}', 'create no new']],
  ['@b = {{\nhttp://a/{{b}} $env X}}', ['bad-placeholder', 'http://a/{{b}} $env X}}', 'create no new']],
  ['http://a/{{a b}}', ['bad-placeholder', '{{a b}}', 'one word']],
  ['http://a/{{$env}}', ['bad-placeholder', '{{$env}}', 'Expected {{$env NAME}}.']],
  ['http://a/{{$processEnv}}', ['bad-placeholder', '{{$processEnv}}', 'Expected {{$processEnv NAME}}.']],
  ['http://a/{{$nothing}}', ['unknown-placeholder', '{{$nothing}}', '{{$secret NAME}}']],
  ['POST http://a/\n\n{"x": "{{prompt}}"}', ['undefined-variable', '{{prompt}}', 'Write any text instead: @prompts']],
  ['http://a/{{$guidd}}', ['unknown-placeholder', '{{$guidd}}', 'Did you mean {{$guid}}?']],
  ['http://a/{{$randomInt one}}', ['bad-placeholder', '{{$randomInt one}}', 'docs/endpoints-file.md']],
  ['http://{{$guid}}.a/x', ['bad-url', 'http://{{$guid}}.a/x', 'after the host']],
  ['curl -X POST \\\n  http://a/\nhttp://b/', ['curl-command', 'curl -X POST \\', 'METHOD and URL']],
  ['POST http://a/\n\na=1&b=2\n\nhttp://b/', ['stray-body', 'a=1&b=2', 'A text body requires ### between requests.']],
  ['# caf\ufffd\nhttp://a/', ['not-utf-8', '\ufffd', 'Save it as UTF-8.']],
  ['@1a = b\nhttp://a/', ['bad-variable', '1a', 'Start with a letter']],
  ['http://a/\nX: a\u0000b', ['bad-header', 'X: a\u0000b', 'ASCII'], ['control-character', '\u0000', 'U+0000']],
  ['# caf\u001b\nhttp://a/', ['control-character', '\u001b', 'U+001B']],
];

/** What is found in a file whose Authorization header gets its credential from a variable. */
const codesOf = (value: string): string[] =>
  parseEndpoints(`@t = ${value}\nhttp://a/\nAuthorization: Bearer {{t}}`).problems.map(({ code }) => code);

describe('endpoints file: problems', () => {
  for (const [text, ...expected] of rows) {
    it(`${JSON.stringify(text)} has ${expected.map(([code]) => code).join(' and ')}`, () => {
      const { problems } = parseEndpoints(text);
      const lines = text.split('\n');
      assert.deepEqual(
        problems.map(({ code, range: { start, end } }) => [
          code,
          start.line === end.line
            ? lines[start.line]?.slice(start.character, end.character)
            : `${start.line}-${end.line}`,
        ]),
        expected.map(([code, marked]) => [code, marked]),
      );
      for (const [i, [code, , words]] of expected.entries()) {
        const problem = problems[i];
        assert.ok(problem);
        const isWarning = warnings.has(code) && !problem.hint.startsWith('Did you mean');
        assert.equal(problem.severity, isWarning ? 'warning' : 'error');
        assert.ok(`${problem.message} ${problem.hint}`.includes(words), `${problem.message} ${problem.hint}`);
        for (const sentence of [problem.message, problem.hint]) assert.match(sentence, /[.?]$/);
      }
    });
  }

  for (const [text, mended] of [
    ['GTE http://a/', 'GET http://a/'],
    ['XYZZY http://a/', undefined],
    ['POST  ://a/x', 'POST  http://a/x'],
    ['//a/x\n  ?b=c', undefined],
    ['/x', undefined],
    ['GET htps://a/x', 'GET https://a/x'],
    ['ftp://a/x', undefined],
    ['@base = htp://a\n{{base}}/x', undefined],
    ['  // @wieght 3\nhttp://a/', '  // @weight 3\nhttp://a/'],
    ['# @no-such\nhttp://a/', undefined],
    ['@host = b\nhttp://a/{{hots}}/c', '@host = b\nhttp://a/{{host}}/c'],
    ['# @slo p95 < 1s,  p59 < 1s\nhttp://a/', '# @slo p95 < 1s,  p50 < 1s\nhttp://a/'],
  ] as const) {
    it(`${JSON.stringify(text)} ${mended === undefined ? 'has no quick fix' : `is fixed to ${JSON.stringify(mended)}`}`, () => {
      const { problems } = parseEndpoints(text);
      assert.equal(problems.length, 1);
      const fix = problems[0]?.fix;
      if (mended === undefined || fix === undefined) return assert.equal(fix, mended);
      const { start, end } = fix.range;
      assert.equal(start.line, end.line);
      const lines = text.split('\n');
      const line = lines[start.line]!;
      lines[start.line] = line.slice(0, start.character) + fix.replacement + line.slice(end.character);
      assert.equal(lines.join('\n'), mended);
      assert.deepEqual(parseEndpoints(mended).problems, []);
    });
  }

  it('keeps a target for each request line, including those with a problem', () => {
    const { targets } = parseEndpoints('GTE http://a/\nftp://b\nhttp://c/{{x}}\nhttp://d/');
    assert.deepEqual(
      targets.map(({ method, url }) => `${method} ${url}`),
      ['GTE http://a/', 'GET ftp://b', 'GET http://c/{{x}}', 'GET http://d/'],
    );
  });

  it('warns about a literal secret in a variable, but not about a placeholder', () => {
    assert.deepEqual(codesOf('abcdefgh'), ['literal-secret']);
    assert.deepEqual(codesOf('{{$secret T}}'), []);
    assert.deepEqual(codesOf('{{$env T}}'), []);
    assert.deepEqual(codesOf('demo'), []);
  });

  it('counts columns from the end of a byte order mark', () => {
    const [problem] = parseEndpoints('\uFEFFftp://a').problems;
    assert.deepEqual(problem?.range, { start: { line: 0, character: 0 }, end: { line: 0, character: 7 } });
  });

  it('lists problems in file order, at most 1,000 per severity', () => {
    const { problems } = parseEndpoints('ftp://a\n# @nothing\n'.repeat(1500));
    assert.equal(problems.filter(({ severity }) => severity === 'error').length, 1000);
    assert.equal(problems.filter(({ severity }) => severity === 'warning').length, 1000);
    const places = problems.map(({ range }) => range.start.line);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });
});
