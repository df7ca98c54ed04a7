import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { LoadlensError } from '../../core/errors.ts';
import { readLoad, type SharedLoad } from '../../core/scale-out/load.ts';
import { engineFile, loadFile, projectFiles } from '../../core/scale-out/project.ts';

/** The engine for projects: next to this bundle, or in a clone's `dist`. */
const engine = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/scale-out.js.br', import.meta.url)
    : new URL('scale-out.js.br', import.meta.url),
);

/** Checks that the folder is empty or missing: existing files are never overwritten. @throws LoadlensError if it isn't */
export function checkFree(folder: string): void {
  try {
    if (readdirSync(resolve(folder)).length === 0) return;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return;
    const what = code === 'ENOTDIR' ? "isn't a folder" : `can't be read (${String(code ?? cause)})`;
    throw new LoadlensError(`${folder} ${what}.`, { hint: 'Specify another folder with --out.', cause });
  }
  throw new LoadlensError(`Folder ${folder} isn't empty.`, {
    hint: 'Specify another folder with --out, or empty it. Existing files are never overwritten.',
  });
}

/** Writes a project to an empty or missing folder. @throws LoadlensError if it can't */
export function writeProject(folder: string, load: SharedLoad): void {
  try {
    mkdirSync(resolve(folder), { recursive: true });
    for (const { name, text } of projectFiles(load)) writeFileSync(join(resolve(folder), name), text, { flag: 'wx' });
    const code = brotliDecompressSync(readFileSync(engine));
    writeFileSync(join(resolve(folder), engineFile), code, { flag: 'wx' });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LoadlensError(`Can't write the project to ${folder}: ${why}.`, {
      hint: 'Check the disk and the permissions of the folder. In a clone, run npm run build first.',
      cause,
    });
  }
}

/** Returns the load of the project in a folder. @throws LoadlensError if it's missing or damaged */
export function readProject(folder: string): SharedLoad {
  let text: string;
  try {
    text = readFileSync(join(resolve(folder), loadFile), 'utf8');
  } catch (cause) {
    throw new LoadlensError(`File ${loadFile} not found in ${folder}.`, {
      hint: 'Specify the folder of the exported project with --project.',
      cause,
    });
  }
  return readLoad(parsed(text, loadFile));
}

/** Returns the content of a JSON file. @throws LoadlensError if it isn't valid JSON */
export function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LoadlensError(`${name} isn't valid JSON.`, {
      hint: 'Specify the file written by: artillery run --output',
      cause,
    });
  }
}
