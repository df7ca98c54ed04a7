import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('docs/endpoints-file.md', () => {
  const docs = read('docs/endpoints-file.md');

  it('lists every problem code, and no others', () => {
    const folder = 'src/core/endpoints';
    const sources = readdirSync(new URL(`../../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`${folder}/${name}`));
    sources.push(read('src/core/plan/file-problems.ts'));
    const reported = sources.flatMap((text) =>
      [...text.matchAll(/(?:\.(?:error|warning)\(|code:)\s*'([a-z-]+)'/g)].map(([, code = '']) => code),
    );
    const listed = docs
      .slice(docs.indexOf('## Problems'), docs.indexOf('## Which hosts'))
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code));
    assert.deepEqual(new Set(reported), new Set(listed));
  });
});
