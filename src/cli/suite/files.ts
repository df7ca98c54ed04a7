import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LoadlensError } from '../../core/errors.ts';
import { jsonPieces } from '../../core/report/formats/json.ts';
import { chaptersHtml, chaptersMarkdown, type Chapters } from '../../core/report/formats/chapters.ts';
import { writeWhole } from '../output/report-files.ts';

/** Maximum number of earlier results to read, newest first. */
const mostRead = 50;

/** Creates the folder for the results. @throws LoadlensError if it can't */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(resolve(folder), { recursive: true });
  } catch (cause) {
    throw new LoadlensError(`Can't create folder ${folder}.`, { hint: 'Specify another folder with --out.', cause });
  }
}

/** Returns the results of a kind in a folder, oldest first. @param read throws for files to leave out */
export function readEarlier<T>(folder: string, kind: string, read: (json: unknown) => T): T[] {
  const names = readdirSync(resolve(folder)).filter((name) => name.startsWith(`${kind}_`) && name.endsWith('.json'));
  return names
    .toSorted((a, b) => a.slice(-20).localeCompare(b.slice(-20)))
    .slice(-mostRead)
    .flatMap((name) => {
      try {
        return [read(JSON.parse(readFileSync(join(folder, name), 'utf8')))];
      } catch {
        return [];
      }
    });
}

/** Returns the files of a suite: the record as JSON, and the report as Markdown and HTML. */
export const suiteFiles = (folder: string, name: string): string[] =>
  ['json', 'md', 'html'].map((extension) => join(folder, `${name}.${extension}`));

/** Writes the files of a suite, in the order of `suiteFiles`. */
export function writeSuite(files: readonly string[], record: object, chapters: Chapters): void {
  const [json = '', markdown = '', html = ''] = files;
  writeWhole(json, jsonPieces(record));
  writeWhole(markdown, chaptersMarkdown(chapters));
  writeWhole(html, chaptersHtml(chapters));
}
