// Writes the tables of the documentation that derive from code: node test/docs/write-tables.ts
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { tablePages, withTable, type TableName } from './doc-tables.ts';

const root = path.resolve(import.meta.dirname, '../..');

const isTable = (name: string): name is TableName => Object.hasOwn(tablePages, name);

for (const name of Object.keys(tablePages).filter(isTable)) {
  const file = path.join(root, tablePages[name]);
  const page = withTable(readFileSync(file, 'utf8'), name);
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), filepath: file }));
}
