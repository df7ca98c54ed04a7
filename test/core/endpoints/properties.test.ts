import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { printEndpoints } from '../../../src/core/endpoints/print.ts';
import type { EndpointsFile } from '../../../src/core/endpoints/types.ts';

/** Pieces of the grammar and of what breaks it: random texts made of them reach every branch. */
// prettier-ignore
const pieces = [
  'http://a', 'http://127.0.0.1:5000/hello', 'https://b/x?y=1', 'ftp://c', 'localhost:80', '/path', '{{base}}/x',
  'GET ', 'POST ', 'put ', 'GTE ', ' HTTP/1.1', '###', '### title', '# ', '// ', '@', '@base = http://a', '@x =',
  '@y = #', '@name ', '@weight ', '@slo ', '@stream ', '@max-tokens ', '@prompts ', '@dialect ', '@requests ', '@timeout ', '@duration ', '@seed ', '@nothing',
  'p95 < 500ms', 'errors < 1%', '3', '0', '1.5', '30s', '1h30m', 'Accept: */*', 'X-{{x}}: {{y}}',
  'Authorization: Bearer abcdefghij', 'a:b', '@b.json', '@a = b.json', '< in.json', '<@ in', '> {%', '{', '}', '[',
  ']', '"', '\\', '{"a": [1, {}]}', '{{x}}', '{{y}}', '{{$env E}}', '{{$secret S}}', '{{$guid}}', '{{g}}', '@g = {{$guid}}', '{{a.response.body.$}}', '{{', '}}',
  '?q=1', '&r=2', ' ', '\t', '\u00a0', '\u2028', '\uFEFF', '\u0000', '\ud800', '🙂', '\n', '\n', '\n', '\n\n',
  '\r\n', '\r',
];
const grammarText = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''));
const anyText = fc.oneof(grammarText, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }));

/** A file without its places: what decides a run. */
const essence = ({ targets, defaults, objectives }: EndpointsFile): unknown => ({
  targets: targets.map((target) => ({ ...target, range: null })),
  defaults,
  objectives,
});
const hasError = ({ problems }: EndpointsFile): boolean => problems.some(({ severity }) => severity === 'error');

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const noise = fc.constantFrom('', ' ', '\t', '  \t');
const headers = fc.array(
  fc.tuple(
    word.map((name) => `X-${name}`),
    fc.stringMatching(/^[!-~]{0,12}$/).filter((value) => !value.includes('{{')),
  ),
  { maxLength: 3 },
);
const jsonBody = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.stringify({ value }, null, 2))
  .filter((text) => !text.includes('{{'));

interface Block {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
  readonly weight: number;
}
const block: fc.Arbitrary<Block> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: word,
  headers,
  body: fc.option(jsonBody, { nil: undefined }),
  weight: fc.integer({ min: 1, max: 9 }),
});

/** The lines of a block as people write them; `fixed`: a line of the body, whose white space counts. */
const linesOf = ({ method, path, headers, body, weight }: Block): { text: string; fixed: boolean }[] => [
  ...(weight === 1 ? [] : [{ text: `# @weight ${weight}`, fixed: false }]),
  { text: `${method} http://127.0.0.1:5000/${path}`, fixed: false },
  ...headers.map(([name, value]) => ({ text: `${name}: ${value}`, fixed: false })),
  ...(body ?? '').split('\n').map((text) => ({ text, fixed: true })),
];

/** Users and passwords in front of a host that aren't a header's text. */
const userInfo = ['a\uFEFF', 'a b', 'ü:%20', ' : ', '%7B%7Bx%7D%7D', '{{$env E}}\u2028', '{{$env E}}:p%20'];

/** Lines of a body that would be a comment, a variable, or a request if they were written as they are. */
const afterJsonOrFile = ['#', '# text', '@z = 1', 'GET http://b/'].flatMap((line) => [
  `@y = ${line}\nPOST http://a/\n\n[1,\n\n 2]\n{{y}}\n###`,
  `@y = ${line}\nPOST http://a/\n\n< in.json\n{{y}}\n###`,
]);

describe('endpoints file: properties', () => {
  it('never throws, and every problem is inside the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { problems, targets } = parseEndpoints(text);
        const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
        for (const { range } of [...problems, ...targets]) {
          const { start, end } = range;
          assert.ok(start.line < end.line || (start.line === end.line && start.character <= end.character));
          assert.ok(end.line < lines.length && start.character >= 0);
          assert.ok(end.character <= (lines[end.line] ?? '').length);
        }
        assert.equal(new Set(targets.map(({ name }) => name)).size, targets.length);
        assert.ok(targets.length > 0 || problems.some(({ code }) => code === 'no-target' || code === 'not-utf-8'));
      }),
      { numRuns: 3000 },
    );
  });

  it('prints a file so that parsing it again gives the same targets, defaults, and objectives', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.oneof({ arbitrary: grammarText, weight: 1 }, { arbitrary: mendedText(), weight: 4 }), (text) => {
        const file = parseEndpoints(text);
        if (hasError(file)) return;
        compared++;
        const printed = printEndpoints(file);
        const again = parseEndpoints(printed);
        assert.deepEqual(essence(again), essence(file), printed);
        assert.equal(hasError(again), false, printed);
        assert.equal(printEndpoints(again), printed);
      }),
      {
        numRuns: 6000,
        examples: [...userInfo.map((one) => `http://${one}@dialect `), 'GET {{', ...afterJsonOrFile].map(
          (one): [string] => [one],
        ),
      },
    );
    assert.ok(compared > 300, `${compared} files compared`);
  });

  it('reads the same targets with any line ends, byte order mark, tabs, and spaces around lines', () => {
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.tuple(noise, noise, lineEnd)),
        fc.boolean(),
        (blocks, stream, mark) => {
          const lines = blocks.flatMap((one) => [...linesOf(one), { text: '', fixed: false }]);
          const plain = lines.map(({ text }) => text).join('\n');
          const disturbed = lines
            .map(({ text, fixed }) => {
              const [before = '', after = '', end = ''] = stream.next().value ?? [];
              return fixed ? text + end : `${before}${text.replace(' ', after === '' ? ' ' : after)}${after}${end}`;
            })
            .join('');
          const expected = parseEndpoints(plain);
          assert.equal(expected.targets.length, blocks.length);
          assert.equal(hasError(expected), false);
          assert.deepEqual(
            expected.targets.map(({ body }) => (body?.kind === 'inline' ? body.text : undefined)),
            blocks.map(({ body }) => body),
          );
          assert.deepEqual(essence(parseEndpoints((mark ? '\uFEFF' : '') + disturbed)), essence(expected));
        },
      ),
      { numRuns: 500 },
    );
  });
});

// prettier-ignore
const usefulLines = [
  'http://a/', 'http://a/x?y=1', 'GET http://b/{{x}}', 'POST http://c/', 'PUT http://d/ HTTP/1.1',
  '{{$env BASE}}/x', 'Accept: */*', 'X-{{x}}: {{y}}', 'Empty:', 'A: {{$secret S}}', '@b.json', '< in = put.json',
  '{"a": "{{y}}"}', '[1,\n\n 2]', '', '', '###', '### title', '### GET /', '# comment', '# @weight 0.25',
  '# @slo p95 < 500ms, errors < 1%', '# @nothing', '@x = x', '@y = #', '@x =', '@y = http://z', '@y = ###',
  '{{y}} text', '  {{x}}', 'text', '> quote', '@x', '// text', '{{y}}', '# @requests 5', '# @duration 1.5s',
  '# @timeout 2m', '# @seed 7', '# @name one', '# @slo max < 1h', 'X-Id: {{g}}', '@g = x-{{$randomInt 1 9}}',
  'Content-Type: application/x-www-form-urlencoded', 'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: application/x-ndjson', '&a={{g}}', '--x', '< ./f.bin', '>> out.json', '> {% x %}', 'localhost:1/a',
];
/** Texts of which many are without error: whole lines of the grammar in any order. */
function mendedText(): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...usefulLines), { maxLength: 14 })
    .map((lines) => ['@x = x', '@y = #', '@g = {{$guid}}', ...lines].join('\n'));
}
