import assert from 'node:assert/strict';
import { foldsOf } from '../../../../src/core/endpoints/read/folding.ts';

const lines = (text: string): string[] => foldsOf(text).map(({ startLine, endLine }) => `${startLine}-${endLine}`);

describe('foldsOf', () => {
  it('folds a block from its ### to its last line with text', () => {
    assert.deepEqual(lines('http://z/\n### one\nhttp://a/\n\n\n### two\n### three\r\nPOST http://b/\r\n\r\ntext'), [
      '1-2',
      '6-9',
    ]);
  });

  it('keeps the name of a block visible', () => {
    assert.deepEqual(lines('###\n\n# @name a\nhttp://a/\n### b\n# @name c\nhttp://c/'), ['2-3', '4-6']);
  });

  it('folds brackets, and keeps the closing line visible', () => {
    assert.deepEqual(lines('POST http://a/\n{\n  "a": [\n    1\n  ],\n  "b": {}\n}\nhttp://b/'), ['1-5', '2-3']);
  });

  it('tolerates unclosed brackets and surplus closing ones', () => {
    assert.deepEqual(lines('POST http://a/\n{\n### b\n}\n}\n{'), ['2-5']);
    assert.deepEqual(lines(''), []);
  });
});
