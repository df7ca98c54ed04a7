import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import type { WrittenFile } from '../convert/convert.ts';

const fileName = 'manifest.json';

const schema = v.object({
  schema: v.literal('loadlens.gpt2-model-1'),
  /** What the folder was made from and by: anything else means it is made again. */
  fingerprint: v.string(),
  files: v.record(v.string(), v.object({ bytes: v.number(), sha256: v.string() })),
});

/** Size and checksum of a file on disk. */
export async function describeFile(path: string): Promise<WrittenFile> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** Written last: a folder without it is not finished. */
export async function writeManifest(
  folder: string,
  fingerprint: string,
  files: Readonly<Record<string, WrittenFile>>,
): Promise<void> {
  const manifest = { schema: 'loadlens.gpt2-model-1', fingerprint, files };
  await writeFile(join(folder, fileName), `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
}

/** Whether the folder holds exactly what was once written, whole and unchanged, for this fingerprint. */
export async function isIntact(folder: string, fingerprint: string): Promise<boolean> {
  try {
    const manifest = v.parse(schema, JSON.parse(await readFile(join(folder, fileName), 'utf8')));
    if (manifest.fingerprint !== fingerprint) return false;
    const files = Object.entries(manifest.files);
    // Sizes first: they cost nothing, and most damage shows in them.
    for (const [name, { bytes }] of files) if ((await stat(join(folder, name))).size !== bytes) return false;
    for (const [name, { sha256 }] of files)
      if ((await describeFile(join(folder, name))).sha256 !== sha256) return false;
    return true;
  } catch {
    return false;
  }
}
