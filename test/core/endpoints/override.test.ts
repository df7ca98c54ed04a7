import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';
import { checkVariables, fileVariables } from '../../../src/core/endpoints/variables/override.ts';
import { LoadlensError } from '../../../src/core/errors.ts';

function errorOf(text: string, name: string): { message: string; hint: string } {
  try {
    checkVariables(text, { [name]: 'x' }, {}, 'e.txt');
  } catch (error) {
    assert.ok(error instanceof LoadlensError);
    return { message: error.message, hint: error.hint };
  }
  assert.fail('accepted');
}

describe('variables set from outside', () => {
  const file = '@base = http://127.0.0.1:1\n@path = {{base}}/a\n{{path}}?q={{query}}\n';
  const urlsWith = (overrides: Record<string, string>): string[] =>
    parseEndpoints(file, { values: { query: 'env' }, names: [], overrides }).targets.map(({ url }) => url);

  it('replace the values of the file and the environment, also in other variables', () => {
    assert.deepEqual(urlsWith({}), ['http://127.0.0.1:1/a?q=env']);
    assert.deepEqual(urlsWith({ base: 'http://127.0.0.1:2' }), ['http://127.0.0.1:2/a?q=env']);
    assert.deepEqual(urlsWith({ path: '{{base}}/b', query: 'set' }), ['http://127.0.0.1:1/b?q=set']);
  });

  it('are listed with their unresolved values, those of the file before those of the environment', () => {
    assert.deepEqual(fileVariables(`${file}\n@base = x\n{{other}} {{$env A}}`, { query: 'env', base: 'env' }), [
      { name: 'base', value: 'http://127.0.0.1:1' },
      { name: 'path', value: '{{base}}/a' },
      { name: 'query', value: 'env' },
      { name: 'other', value: undefined },
    ]);
  });

  it('replace every definition of the name', () => {
    const twice = '@n = 1\nhttp://h/{{n}}\n@n = 2\nhttp://h/{{n}}\n';
    const { targets } = parseEndpoints(twice, { values: {}, names: [], overrides: { n: '7' } });
    assert.deepEqual(
      targets.map(({ url }) => url),
      ['http://h/7', 'http://h/7'],
    );
  });

  it('must be defined or used in the file, or be in the environment', () => {
    checkVariables(file, { base: 'x', query: 'y', token: 'z' }, { token: '' }, 'e.txt');
    assert.deepEqual(errorOf(file, 'port'), {
      message: 'e.txt has no variable "port".',
      hint: 'Variables of the file: base, path, query.',
    });
    assert.equal(errorOf(file, 'bas').hint, 'Did you mean base? Variables of the file: base, path, query.');
    assert.equal(
      errorOf('http://h/{{$guid}}\n', 'port').hint,
      'Define it in the file: @port = value, and use it as {{port}}.',
    );
  });
});
