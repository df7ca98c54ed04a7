import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkReportFiles, writeWhole } from '../../../src/cli/output/report-files.ts';
import { LoadlensError } from '../../../src/core/errors.ts';
import { freshFolder } from '../spawn.ts';

const says = (pattern: RegExp) => (error: unknown) => error instanceof LoadlensError && pattern.test(error.message);
const check = (path: string) => (): void => checkReportFiles([{ option: '--csv', path }]);

describe('report files', () => {
  const folder = freshFolder();
  const at = (name: string): string => join(folder.path, name);

  it('replaces a file, and leaves no temporary file', () => {
    writeFileSync(at('a.json'), 'a longer text than the new one');
    writeWhole(at('a.json'), 'new');
    assert.equal(readFileSync(at('a.json'), 'utf8'), 'new');
    assert.deepEqual(readdirSync(folder.path), ['a.json']);
  });

  it('keeps a link, and replaces the file it points to', () => {
    writeFileSync(at('real.json'), 'old');
    symlinkSync('real.json', at('link.json'));
    writeWhole(at('link.json'), 'new');
    assert.ok(lstatSync(at('link.json')).isSymbolicLink());
    assert.equal(readFileSync(at('real.json'), 'utf8'), 'new');
  });

  it("fails with one sentence and leaves nothing if it can't write", () => {
    assert.throws(() => writeWhole(at('gone/a.json'), 'new'), says(/Can't write \S*gone\/a\.json: ENOENT/));
    mkdirSync(at('taken'));
    assert.throws(() => writeWhole(at('taken'), 'new'), says(/Can't write \S*taken: EISDIR/));
    assert.deepEqual(readdirSync(folder.path), ['taken']);
  });

  if (process.platform !== 'win32') {
    it('writes to a device without replacing it', () => {
      checkReportFiles([{ option: '--json', path: '/dev/null' }]);
      writeWhole('/dev/null', 'new');
      assert.ok(statSync('/dev/null').isCharacterDevice());
    });
  }

  it("fail before a run if they can't be written", () => {
    mkdirSync(at('folder'));
    assert.throws(check(at('gone/a.csv')), says(/^--csv: folder \S+gone not found\.$/));
    assert.throws(check(at('folder')), says(/^--csv: \S+folder is a folder\.$/));
    check(at('folder/new.csv'))();
    const twice = [
      { option: '--json', path: at('same') },
      { option: '--md', path: at('./same') },
    ];
    const piped = ['--json', '--md'].map((option) => ({ option, path: '-' }));
    assert.throws(() => checkReportFiles(piped), says(/^--json and --md can't both write to standard output\.$/));
    assert.throws(() => checkReportFiles(twice), says(/^--json and --md specify the same file /));
  });
});
