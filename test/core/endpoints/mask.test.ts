import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { maskSecrets } from '../../../src/core/endpoints/mask.ts';

describe('maskSecrets', () => {
  it('replaces every occurrence, and longer and overlapping ones as a whole', () => {
    assert.equal(maskSecrets('key=abc, again abc.', ['abc']), 'key=***, again ***.');
    assert.equal(maskSecrets('abcdef', ['abc', 'abcdef']), '***');
    assert.equal(maskSecrets('xabcdx', ['abc', 'bcd']), 'x***x');
    assert.equal(maskSecrets('aaaaa!', ['aaa']), '***!');
    assert.equal(maskSecrets('abcabc', ['abc']), '******');
  });

  it('finds a value inside JSON and inside a URL', () => {
    assert.equal(maskSecrets('{"k": "a\\"b/c"}', ['a"b/c']), '{"k": "***"}');
    assert.equal(maskSecrets('http://x/?k=a%22b%2Fc&l', ['a"b/c']), 'http://x/?k=***&l');
  });

  it('ignores values of one and two characters, which would mask unrelated text', () => {
    assert.equal(maskSecrets('port 80', ['8', '80', '']), 'port 80');
  });

  it('leaves no secret in any text', () => {
    const secret = fc.string({ unit: 'binary', minLength: 3, maxLength: 6 }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 4 }), fc.array(fc.string()), (secrets, between) => {
        const masked = maskSecrets([...between, ...secrets, ...between, ...secrets].join(''), secrets);
        for (const one of secrets) assert.ok(!masked.includes(one));
      }),
    );
  });
});
