import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { commandIds, contextKeys, languageId, panelViewType, views } from '../../src/extension/contributions.ts';
import { planOptions, type PlanOption } from '../../src/core/values/plan-options.ts';
import { settings, type Setting } from '../../src/extension/setting-rows.ts';
import { configuration, type ConfigurationSection } from './configuration.ts';

const root = path.join(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'package.json'), 'utf8');

interface Menu {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
const manifest: {
  readonly icon: string;
  readonly extensionKind: readonly string[];
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string; readonly title: string }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly configuration: readonly ConfigurationSection[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly languages: readonly { readonly id: string; readonly filenames: readonly string[] }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly description: string }[] }[];
  };
} = JSON.parse(text);
const { contributes } = manifest;
const ids: readonly string[] = Object.values(commandIds);

describe('the manifest', () => {
  it('contributes exactly the commands that have a handler', () => {
    assert.deepEqual(contributes.commands.map((one) => one.command).toSorted(), ids.toSorted());
    assert.deepEqual(
      Object.keys(commandIds).map((name) => `loadlens.${name}`),
      ids,
    );
    for (const { category } of contributes.commands) assert.equal(category, 'Loadlens');
  });

  it('names only its own commands in menus and links', () => {
    for (const menu of Object.values(contributes.menus).flat()) assert.ok(ids.includes(menu.command), menu.command);
    for (const [, id] of text.matchAll(/command:(loadlens\.\w+)/gi)) assert.ok(ids.includes(id ?? ''), id);
  });

  it('uses only context keys that are set', () => {
    const known = new Set<string>([...Object.values(contextKeys), ...Object.values(views)]);
    for (const { when = '' } of Object.values(contributes.menus).flat()) {
      for (const [key] of when.matchAll(/loadlens\.\w+/g)) assert.ok(known.has(key), `${key} in ${when}`);
    }
    for (const key of Object.values(contextKeys)) assert.ok(text.includes(key), `${key} is asked for`);
  });

  it('has at most three inline actions on an item', () => {
    const inline = (contributes.menus['view/item/context'] ?? []).filter(({ group }) => group?.startsWith('inline'));
    const items = inline.map(({ when }) => /viewItem == ([\w.]+)/.exec(when ?? '')?.[1] ?? '');
    for (const item of new Set(items)) assert.ok(items.filter((one) => one === item).length <= 3, item);
  });

  it('contributes every setting with the values in the code (node test/docs/write-tables.ts)', () => {
    assert.deepEqual(contributes.configuration, configuration());
  });

  it('has settings of plan options with range and default', () => {
    const options: Readonly<Record<string, PlanOption<unknown>>> = planOptions;
    const rows: Readonly<Record<string, Setting>> = settings;
    const named = Object.values(options).filter(({ setting }) => setting !== undefined);
    assert.equal(named.length, 5);
    for (const { setting = '', default: byDefault } of named) {
      const row = rows[setting];
      assert.equal(row?.default, setting.endsWith('Seconds') ? Number(byDefault) / 1000 : byDefault, setting);
    }
  });

  it('names only files that exist', () => {
    const files = [...text.matchAll(/"(?:\.\/)?((?:media|syntaxes)\/[\w./-]+|language-configuration\.json)"/g)];
    assert.ok(files.length > 5);
    for (const [, file = ''] of files) assert.ok(existsSync(path.join(root, file)), file);
    assert.ok(manifest.icon.endsWith('.png'));
  });

  it('colors the walkthrough by attributes, because its page allows no inline style', () => {
    const pictures = [...text.matchAll(/"svg": "(media\/walkthrough\/\w+\.svg)"/g)].map(([, file = '']) => file);
    assert.equal(pictures.length, 4);
    for (const file of pictures) {
      const picture = readFileSync(path.join(root, file), 'utf8');
      assert.match(picture, /fill="var\(--vscode-/);
      assert.doesNotMatch(picture, /style=/);
    }
  });

  it('activates for endpoints files and for a restored panel', () => {
    assert.deepEqual(manifest.activationEvents, [`onLanguage:${languageId}`, `onWebviewPanel:${panelViewType}`]);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.equal(contributes.languages[0]?.id, languageId);
    assert.ok(contributes.languages[0]?.filenames.includes('endpoints.txt'));
    assert.deepEqual(
      Object.values(contributes.views)
        .flat()
        .map((view) => view.id),
      Object.values(views),
    );
  });
});
