import assert from 'node:assert/strict';
import { parseEndpoints } from '../../../../src/core/endpoints/parse.ts';
import { targetBlocks } from '../../../../src/core/endpoints/read/target-blocks.ts';

describe('targetBlocks', () => {
  it('gives each target its directives, headers, and body', () => {
    const text = [
      '# @requests 5',
      '',
      '# @name first',
      'POST http://a/',
      'Accept: */*',
      '',
      '{"x": 1}',
      '',
      '### second',
      '# @weight 2',
      'GET http://b/',
      '',
    ].join('\n');
    assert.deepEqual(
      targetBlocks(text, parseEndpoints(text).targets).map(({ target, range }) => [
        target.name,
        range.start.line,
        range.end.line,
      ]),
      [
        ['first', 2, 6],
        ['second', 8, 10],
      ],
    );
  });
});
