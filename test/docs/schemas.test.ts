import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

interface Node {
  readonly [keyword: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of fields without a description. Constants and references need none. */
function undescribed(value: unknown, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => undescribed(each, `${at}/${String(index)}`));
  if (!isNode(value)) return [];
  const fields = isNode(value['properties']) ? Object.entries(value['properties']) : [];
  const bare = fields.filter(
    ([, field]) => isNode(field) && !('description' in field || 'const' in field || '$ref' in field),
  );
  return [
    ...bare.map(([name]) => `${at}/${name}`),
    ...Object.entries(value).flatMap(([key, each]) => undescribed(each, `${at}/${key}`)),
  ];
}

describe('the published schemas', () => {
  for (const file of globSync('docs/*.schema.json', { cwd: root })) {
    it(`describe every field: ${file}`, () => {
      const schema: unknown = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
      assert.deepEqual(undescribed(schema, ''), []);
    });
  }
});
