import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LoadlensError } from '../../core/errors.ts';
import { cacheFolder } from '../machine/cache-folder.ts';

/** Names of models on Hugging Face: `openai-community/gpt2`. */
export const hubName = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** Files of a tokenizer. Some models have no second one. */
export const tokenizerFiles = ['tokenizer.json', 'tokenizer_config.json'] as const;

/** Maximum time for a file, ms. */
const mostMs = 60_000;

/** Returns whether a folder has a tokenizer. */
export const hasTokenizer = (folder: string): Promise<boolean> =>
  stat(join(folder, tokenizerFiles[0])).then(
    (found) => found.isFile(),
    () => false,
  );

/**
 * Returns the folder with the tokenizer of a model on Hugging Face: from Hugging Face's own cache, from Loadlens's, or
 * downloaded to the latter.
 * @throws LoadlensError if it can't be downloaded
 */
export async function hubTokenizer(model: string, signal: AbortSignal): Promise<string> {
  for (const folder of await hubSnapshots(model)) if (await hasTokenizer(folder)) return folder;
  const folder = join(cacheFolder('tokenizers'), ...model.split('/'));
  if (!(await hasTokenizer(folder))) await download(model, folder, signal);
  return folder;
}

/** Returns the folders of a model in the cache that Hugging Face's own tools and vLLM fill. */
async function hubSnapshots(model: string): Promise<string[]> {
  const home = process.env['HF_HOME'] ?? join(homedir(), '.cache/huggingface');
  const cache = process.env['HF_HUB_CACHE'] ?? join(home, 'hub');
  const folder = join(cache, `models--${model.replace('/', '--')}`, 'snapshots');
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name));
}

async function download(model: string, folder: string, signal: AbortSignal): Promise<void> {
  const host = (process.env['HF_ENDPOINT'] ?? 'https://huggingface.co').replace(/\/+$/, '');
  const fetched = new Map<string, Buffer>();
  // The required file comes last, so an interrupted download doesn't look complete.
  for (const name of tokenizerFiles.toReversed()) {
    const response = await fetch(`${host}/${model}/resolve/main/${name}`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(mostMs)]),
    }).catch((cause: unknown) => {
      throw failed(
        `Tokenizer ${model} isn't on this machine, and ${new URL(host).host} can't be reached.`,
        model,
        cause,
      );
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok) fetched.set(name, bytes);
    else if (name === tokenizerFiles[0])
      throw failed(`${new URL(host).host} has no ${name} of ${model} for everyone (${response.status}).`, model);
  }
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of fetched) {
    const part = join(folder, `${name}.part-${process.pid}`);
    await writeFile(part, bytes);
    await rename(part, join(folder, name));
  }
}

const failed = (message: string, model: string, cause?: unknown): LoadlensError =>
  new LoadlensError(message, {
    hint: `Download it with: hf download ${model} ${tokenizerFiles.join(' ')}. Or use a folder with a tokenizer.json, or gpt2.`,
    ...(cause === undefined ? {} : { cause }),
  });
