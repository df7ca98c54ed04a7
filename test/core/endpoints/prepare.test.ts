import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { placeholdersIn, prepareTarget, secretValues, type Lookups } from '../../../src/core/endpoints/prepare.ts';
import type { PreparedRequest, Target } from '../../../src/core/endpoints/types.ts';
import { LoadlensError } from '../../../src/core/errors.ts';

function only(text: string): Target {
  const { targets, problems } = parseEndpoints(text);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  assert.equal(targets.length, 1);
  return targets[0]!;
}

const lookups = (env: Record<string, string> = {}, secrets: Record<string, string> = {}): Lookups => ({
  env: (name) => env[name],
  secret: (name) => secrets[name],
  bodyFile: (path) => (path === 'b.bin' ? new Uint8Array([0, 255]) : undefined),
  shownAs: 'api/endpoints.txt',
});
const bodyText = ({ body }: PreparedRequest): string | undefined => body && new TextDecoder().decode(body);

/** What the user is told: message and hint. */
function refusal(target: Target, from: Lookups): string {
  try {
    prepareTarget(target, from);
  } catch (error) {
    assert.ok(error instanceof LoadlensError);
    assert.equal(error.exitCode, 2);
    return `${error.message} ${error.hint}`;
  }
  return assert.fail('nothing was refused');
}

const typesOf = (text: string): unknown => prepareTarget(only(text), lookups({ N: '1' })).headers;

describe('prepareTarget', () => {
  it('replaces placeholders in URL, headers, and body', () => {
    const target = only(
      '###\nPOST {{$env BASE}}/x?k={{$secret K}}\nA: b {{$secret K}}\n\nhi {{$env N}}, {{$secret K}}',
    );
    const request = prepareTarget(target, lookups({ BASE: 'http://localhost:1', N: 'Zoë' }, { K: '$&x' }));
    assert.deepEqual(
      { ...request, body: bodyText(request) },
      { method: 'POST', url: 'http://localhost:1/x?k=$&x', headers: [['A', 'b $&x']], body: 'hi Zoë, $&x' },
    );
  });

  it('omits the fragment and the headers of the connection', () => {
    const request = prepareTarget(only('http://a/x#top\nContent-Length: 3\nconnection: close\nA: b'), lookups());
    assert.deepEqual(request, { method: 'GET', url: 'http://a/x', headers: [['A', 'b']] });
  });

  it('sets the content type of inline JSON, unless the file sets another one', () => {
    assert.deepEqual(typesOf('POST http://a/\n{"n": {{$env N}}}'), [['content-type', 'application/json']]);
    assert.deepEqual(typesOf('POST http://a/\ncontent-TYPE: x\n{}'), [['content-TYPE', 'x']]);
    assert.deepEqual(typesOf('###\nPOST http://a/\n\n[section]'), []);
    assert.deepEqual(typesOf('POST http://a/\n@b.bin'), []);
  });

  it('sends a body file byte for byte', () => {
    assert.deepEqual(prepareTarget(only('POST http://a/\n@b.bin'), lookups()).body, new Uint8Array([0, 255]));
    assert.match(
      refusal(only('\nPOST http://a/\n@c.bin'), lookups()),
      /^api\/endpoints.txt:2: Can't read body file .*c\.bin\. .*relative to the endpoints file/,
    );
  });

  it('says why a file that is there can not be read', () => {
    for (const [code, why] of [
      ['EISDIR', "it's a folder. Check the path"],
      ['NoPermissions', 'permission is missing. Allow this user'],
      ['ERR_FS_FILE_TOO_LARGE', "it's larger than 2 GiB. Use a part"],
      ['ENOENT', "it doesn't exist. Check the path (relative to the endpoints file)"],
    ] as const) {
      const from = { ...lookups(), unread: () => code };
      for (const text of ['POST http://a/\n@c.bin', '# @prompts c.bin\nPOST http://a/v1/completions']) {
        assert.ok(refusal(only(text), from).includes(`: Can't read c.bin: ${why}`), code);
      }
    }
  });

  it('reports file, line, and what to set if a value is missing', () => {
    assert.match(
      refusal(only('# x\nhttp://a/{{$env HOME_PAGE}}'), lookups()),
      /^api\/endpoints.txt:2: .*HOME_PAGE isn't set\. Set HOME_PAGE/,
    );
    assert.match(
      refusal(only('http://a/\nA: {{$secret K}}'), lookups()),
      /^api\/endpoints.txt:1: Secret K not found\. Store/,
    );
  });

  it('rejects URLs that only their values make invalid, without showing the values', () => {
    for (const value of [
      'ftp://secret-value',
      'secret-value',
      'http://u:secret-value@a',
      'http://a/secret-value\nX',
      'http://a b',
      '',
      'javascript:x',
    ]) {
      const told = refusal(only('{{$env BASE}}'), lookups({ BASE: value }));
      assert.match(told, /^api\/endpoints.txt:1: \{\{\$env BASE\}\} /);
      assert.ok(!told.includes('secret-value'));
    }
  });

  it("doesn't let a value inject a header or another request", () => {
    for (const value of ['a\r\nX-Admin: 1', 'a\nX: 1', 'a\rX: 1', 'a\u0000', 'a\u2028b', 'ä']) {
      assert.match(refusal(only('http://a/\nA: {{$env V}}'), lookups({ V: value })), /value of header A isn't valid/);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const target = only('http://a/{{$env V}}\nA: x{{$env V}}y');
        try {
          const { url, headers } = prepareTarget(target, lookups({ V: value }));
          assert.match(`${url}${headers[0]?.[1]}`, /^[\t\x20-\x7e]*$/);
        } catch (error) {
          assert.ok(error instanceof LoadlensError);
        }
      }),
    );
  });
});

describe('placeholders of targets', () => {
  const target = only('POST http://{{$env HOST}}/{{$secret K}}\nA: {{$secret K}} {{$secret L}}\n{"a": "{{$env N}}"}');

  it('are listed once each', () => {
    assert.deepEqual(placeholdersIn(target), { env: ['HOST', 'N'], secrets: ['K', 'L'], dotenv: [] });
    assert.deepEqual(placeholdersIn(only('http://a/')), { env: [], secrets: [], dotenv: [] });
  });

  it('have their non-empty values masked', () => {
    const from = lookups({ HOST: 'h', N: '' }, { K: 'same', L: 'same' });
    assert.deepEqual(secretValues([target, target], from), ['h', 'same']);
  });
});
