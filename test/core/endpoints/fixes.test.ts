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

  it('are not offered if the meaning is ambiguous', () => {
    for (const line of ['# @slo p95 < fast', '# @slo errors < 500', '# @duration soon'])
      assert.equal(fixOf(line), undefined);
  });
});
