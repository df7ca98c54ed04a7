import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { directives } from '../../../src/core/endpoints/directives/directives.ts';
import { methods } from '../../../src/core/endpoints/known-words.ts';
import { objectiveMetrics } from '../../../src/core/values/objective-metrics.ts';

const text = readFileSync(new URL('../../../syntaxes/endpoints.tmLanguage.json', import.meta.url), 'utf8');
const grammar: { repository: Record<string, { match?: string; while?: string; patterns?: { match?: string }[] }> } =
  JSON.parse(text);

/** The words of the first alternative list after a text in a pattern. */
const wordsAfter = (pattern = '', before: string): string[] => {
  assert.ok(pattern.includes(before), `${before} in ${pattern}`);
  return (
    pattern
      .slice(pattern.indexOf(before) + before.length)
      .split(')', 1)[0]
      ?.split('|') ?? []
  );
};

describe('grammar of endpoints files', () => {
  const { directive, request, jsonBody, directiveValue } = grammar.repository;

  it('has all directives and methods of the parser', () => {
    assert.deepEqual(
      wordsAfter(directive?.match, '(@(?:'),
      directives.map(({ name }) => name),
    );
    assert.deepEqual(wordsAfter(request?.match, '((?i:'), methods);
    assert.deepEqual(wordsAfter(jsonBody?.while, '@|(?:'), methods);
  });

  it('colors every metric of an objective', () => {
    const pattern = new RegExp(directiveValue?.patterns?.[0]?.match ?? '(?!)');
    for (const { name, example } of objectiveMetrics) assert.equal(pattern.exec(example)?.[0], name);
  });

  it('includes only rules that exist', () => {
    const included = [...text.matchAll(/"include": "#(\w+)"/g)].map(([, name = '']) => name);
    assert.deepEqual([...new Set(included)].toSorted(), Object.keys(grammar.repository).toSorted());
  });
});
