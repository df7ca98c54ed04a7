import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { filledLines, listElements } from '../../../../src/core/endpoints/data/split-bytes.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const fail = ({ line, fault }: { line: number; fault: string }): never => {
  throw new Error(`${line} ${fault}`);
};

describe('listElements', () => {
  it('yields what JSON.parse finds, whatever the white space', () => {
    const space = fc.constantFrom<string | number>('', 0, 1, 4, '\t');
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), space, (list, indent) => {
        const parts = [...listElements(encode(JSON.stringify(list, null, indent)), fail)];
        assert.deepEqual(
          parts.map(({ bytes }) => JSON.stringify(JSON.parse(decode(bytes)))),
          list.map((value) => JSON.stringify(value)),
        );
      }),
    );
  });

  it('fails for each list that is cut off', () => {
    const whole = ' [{"a": ["\\"]\\\\", 1]},\n "b" , [2]]';
    const starts = Array.from(whole, (_, index) => whole.slice(0, index)).slice(2);
    for (const text of starts) assert.throws(() => [...listElements(encode(text), fail)], text);
  });

  it('has the line of each element', () => {
    const parts = [...listElements(encode('[1,\r\n{"a":\n2},\r3\n]\n'), fail)];
    assert.deepEqual(
      parts.map(({ bytes, line }) => [decode(bytes), line]),
      [
        ['1', 1],
        ['{"a":\n2}', 2],
        ['3', 4],
      ],
    );
  });
});

describe('filledLines', () => {
  it('yields the lines of any text that have more than white space', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '\t', '\r', '\n') });
    fc.assert(
      fc.property(text, (written) => {
        const wanted = written.split(/\r\n|\n|\r/).map((content, index) => [content, index + 1] as const);
        assert.deepEqual(
          [...filledLines(encode(written))].map(({ bytes, line }) => [decode(bytes), line]),
          wanted.filter(([content]) => content.trim() !== ''),
        );
      }),
    );
  });
});
