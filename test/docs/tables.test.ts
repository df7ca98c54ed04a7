import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCli } from '../cli/spawn.ts';
import { docTables, rowsIn, tablePages, type TableName } from './doc-tables.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The cells of the tables in a text, row by row, without headings. */
const rowsOf = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| |\|$/g, '').trim()));

/** The part of a text from one heading to the next of its kind. */
function chapter(markdown: string, heading: string): string {
  const start = markdown.indexOf(`\n## ${heading}\n`);
  ok(start >= 0, heading);
  const end = markdown.indexOf('\n## ', start + 4);
  return markdown.slice(start, end < 0 ? undefined : end);
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, { readonly default: unknown }>> }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string; readonly when: string }[] };
  };
}

const { contributes }: Manifest = JSON.parse(read('package.json'));

describe('tables of docs/editor.md', () => {
  const page = read('docs/editor.md');

  it('list every command of the Command Palette, and no others', () => {
    const hidden = new Set(
      contributes.menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command),
    );
    const offered = contributes.commands.filter(({ command }) => !hidden.has(command)).map(({ title }) => title);
    const listed = rowsOf(chapter(page, 'Commands'))
      .slice(1)
      .flatMap(([names = '']) => names.split(', '));
    deepEqual(new Set(listed), new Set(offered));
  });

  it('list every setting with its default', () => {
    const settings = contributes.configuration.flatMap(({ properties }) =>
      Object.entries(properties).map(([name, { default: value }]) => `${name} = ${String(value)}`),
    );
    const listed = rowsOf(chapter(page, 'Settings'))
      .slice(1)
      .map(([name = '', value = '']) => `${name} = ${value}`.replaceAll('`', ''));
    deepEqual(new Set(listed), new Set(settings));
  });
});

const isTable = (name: string): name is TableName => Object.hasOwn(tablePages, name);

describe('tables that derive from code', () => {
  for (const name of Object.keys(tablePages).filter(isTable)) {
    it(`${name} in ${tablePages[name]} is up to date (node test/docs/write-tables.ts)`, () =>
      deepEqual(rowsIn(read(tablePages[name]), name), docTables[name]));
  }
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

describe('the table of docs/metrics.md', () => {
  it('has fields that exist in the schema of a run', () => {
    const schema: Schema = JSON.parse(read('docs/loadlens.run-1.schema.json'));
    const fields = rowsOf(chapter(read('docs/metrics.md'), 'All numbers at a glance'))
      .slice(1)
      .map(([, , , field = '']) => field.replaceAll('`', ''));
    ok(fields.length > 20, 'the table has rows');
    for (const field of fields) {
      let at: Schema | undefined = schema;
      for (const name of field.split('.')) at = at?.properties?.[name];
      ok(at, field);
    }
  });
});

describe('docs/cli.md', function () {
  this.timeout(60_000);
  const page = read('docs/cli.md');
  const commands = [
    'run',
    'calibrate',
    'suite throughput',
    'export artillery',
    'import artillery',
    'serve gpt2',
    'ab',
    'compare',
  ];

  for (const command of commands) {
    it(`describes every option of ${command}`, async () => {
      const { stdout } = await runCli([...command.split(' '), '--help'], { cwd: root });
      const options = [...stdout.matchAll(/^  (?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
      ok(options.includes('--help'), stdout);
      for (const option of options) ok(option === '--help' || page.includes(`\`${option}`), option);
    });
  }
});
