// Writes what derives from rows in code: tables of the documentation, and settings in package.json.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configuration } from '../extension/configuration.ts';
import { tablePages, withTable, type TableName } from './doc-tables.ts';

const root = path.resolve(import.meta.dirname, '../..');

const isTable = (name: string): name is TableName => Object.hasOwn(tablePages, name);

for (const name of Object.keys(tablePages).filter(isTable)) {
  const file = path.join(root, tablePages[name]);
  const page = withTable(readFileSync(file, 'utf8'), name);
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), filepath: file }));
}

const manifestFile = path.join(root, 'package.json');
const manifest: { readonly contributes: object } = JSON.parse(readFileSync(manifestFile, 'utf8'));
const contributes = { ...manifest.contributes, configuration: configuration() };
writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, contributes }, null, 2)}\n`);
