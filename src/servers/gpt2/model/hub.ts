import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LoadlensError } from '../../../core/errors.ts';
import { removeLeftovers } from './leftovers.ts';

/** Files of a GPT-2 folder. The last one has nearly all bytes. */
export const folderFiles = ['config.json', 'tokenizer.json', 'model.safetensors'] as const;

/** Returns the host of models. Hugging Face's own tools use HF_ENDPOINT, too. */
const hubHost = (): string => (process.env['HF_ENDPOINT'] ?? 'https://huggingface.co').replace(/\/+$/, '');

const offer = 'Or use a local GPT-2 folder, or the model "synthetic" (same size and speed, random weights).';

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Downloads one file to `path`, under another name until it's complete. */
async function fetchFile(model: string, name: string, path: string, onProgress: (share: number) => void) {
  const host = hubHost();
  const url = `${host}/${model}/resolve/main/${name}`;
  const unreachable = (cause: unknown) =>
    new LoadlensError(`Model ${model} isn't on this machine, and ${new URL(host).host} can't be reached.`, {
      hint: `Check the network and try again. ${offer}`,
      cause,
    });
  const response = await fetch(url).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new LoadlensError(`File ${name} of model ${model} not found on ${new URL(host).host} (${response.status}).`, {
      hint: `Check the name. Only GPT-2 models with model.safetensors are supported. ${offer}`,
    });
  }
  // The length of a compressed body isn't that of its content.
  const isPlain = (response.headers.get('content-encoding') ?? 'identity') === 'identity';
  const expected = isPlain ? Number(response.headers.get('content-length') ?? 0) : 0;
  const part = `${path}.part-${process.pid}`;
  let received = 0;
  const reader = response.body.getReader();
  const chunks = async function* () {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      received += next.value.length;
      if (expected > 0) onProgress(received / expected);
      yield next.value;
    }
  };
  try {
    await pipeline(chunks, createWriteStream(part, { flush: true })).catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (expected > 0 && received !== expected) throw unreachable(undefined);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

/** Downloads a model into a folder. Skips files that exist. */
export async function download(model: string, folder: string, onProgress: (share: number) => void): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder, 'part');
  for (const name of folderFiles) {
    const path = join(folder, name);
    if (!(await isThere(path)))
      await fetchFile(model, name, path, name === 'model.safetensors' ? onProgress : () => {});
  }
}
