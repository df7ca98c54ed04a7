import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../src/core/endpoints/parse.ts';

/** What the first fix of a line writes, and over what. */
function fixOf(line: string): readonly [replaced: string, replacement: string] | undefined {
  const fix = parseEndpoints(`${line}\n\nhttp://a/\n`).problems[0]?.fix;
  return fix && [line.slice(fix.range.start.character, fix.range.end.character), fix.replacement];
}

describe('fixes', () => {
  it('add the missing unit to a number', () => {
    assert.deepEqual(fixOf('# @slo errors < 1%, p95 < 500'), ['p95 < 500', 'p95 < 500ms']);
    assert.deepEqual(fixOf('# @slo errors < 5'), ['errors < 5', 'errors < 5%']);
    assert.deepEqual(fixOf('# @duration 30'), ['30', '30s']);
  });

  it('correct a misspelled placeholder, also in a body', () => {
    const environment = { values: { tenant: 'a' }, names: [] };
    const written = (inner: string): readonly [fix: string | undefined, hint: string | undefined] => {
      const text = `@prompt = Hello\n\nPOST http://a/\n\n{"prompt": "{{${inner}}}"}\n`;
      const [problem] = parseEndpoints(text, environment).problems;
      const { range, replacement } = problem?.fix ?? {};
      if (range !== undefined) {
        const place = text.split('\n')[range.start.line]?.slice(range.start.character, range.end.character);
        assert.equal(place, `{{${inner}}}`);
        assert.equal(problem?.hint, `Did you mean ${replacement}?`);
      }
      return [replacement, problem?.hint];
    };
    for (const [inner, replacement] of [
      ['promt', '{{prompt}}'],
      ['tenat', '{{tenant}}'],
      ['guid', '{{$guid}}'],
      ['$guidd', '{{$guid}}'],
      ['$randomint 1 5', '{{$randomInt 1 5}}'],
      ['$secrt TOKEN', '{{$secret TOKEN}}'],
      ['secret TOKEN', '{{$secret TOKEN}}'],
    ] as const)
      assert.equal(written(inner)[0], replacement, inner);
    assert.deepEqual(written('$evn'), [undefined, 'Did you mean {{$env NAME}}?']);
    assert.equal(written('nothing like it')[0], undefined);
    assert.equal(written('other')[0], undefined);
  });

  it('leave a placeholder alone whose value in the environment is wrong', () => {
    const environment = { values: { tenant: 'a', base: 'http://{{tenat}}' }, names: [] };
    const [problem] = parseEndpoints('{{base}}/', environment).problems;
    assert.deepEqual([problem?.hint, problem?.fix], ['Did you mean {{tenant}}?', undefined]);
  });

  it('are not offered if the meaning is ambiguous', () => {
    for (const line of ['# @slo p95 < fast', '# @slo errors < 500', '# @duration soon'])
      assert.equal(fixOf(line), undefined);
  });
});
