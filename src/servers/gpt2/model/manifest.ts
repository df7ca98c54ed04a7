import { createHash } from 'node:crypto';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { WrittenFile } from '../convert/convert.ts';

const fileName = 'manifest.json';

const schema = v.object({
  schema: v.literal('loadlens.gpt2-model-1'),
  /** Identifies source and converter. If it differs, the folder is made again. */
  fingerprint: v.string(),
  files: v.record(v.string(), v.object({ bytes: v.number(), sha256: v.string() })),
});

/** Returns size and checksum of a file. Reuses one buffer, because a model would leave too much garbage. */
export async function describeFile(path: string): Promise<WrittenFile> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  const file = await open(path, 'r');
  try {
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Writes the manifest. It's the last file, so a folder without it is incomplete. */
export async function writeManifest(
  folder: string,
  fingerprint: string,
  files: Readonly<Record<string, WrittenFile>>,
): Promise<void> {
  const manifest = { schema: 'loadlens.gpt2-model-1', fingerprint, files };
  await writeFile(join(folder, fileName), `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
}

/** Returns true if the folder is complete and unchanged, and has this fingerprint. */
export async function isIntact(folder: string, fingerprint: string): Promise<boolean> {
  try {
    const manifest = v.parse(schema, JSON.parse(await readFile(join(folder, fileName), 'utf8')));
    if (manifest.fingerprint !== fingerprint) return false;
    const files = Object.entries(manifest.files);
    // Sizes first: they are cheap and show most damage.
    for (const [name, { bytes }] of files) if ((await stat(join(folder, name))).size !== bytes) return false;
    for (const [name, { sha256 }] of files)
      if ((await describeFile(join(folder, name))).sha256 !== sha256) return false;
    return true;
  } catch {
    return false;
  }
}
