import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseObject } from '../../core/endpoints/json.ts';
import { LoadlensError } from '../../core/errors.ts';
import { cacheFolder } from '../machine/cache-folder.ts';

/** Names of models on Hugging Face: `openai-community/gpt2`. */
export const hubName = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** Files of a tokenizer. Some models have no second one. */
export const tokenizerFiles = ['tokenizer.json', 'tokenizer_config.json'] as const;

/** Maximum times of a download, ms: for the head of a response, and for everything. */
const most = { headMs: 10_000, totalMs: 60_000 } as const;

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
  const address = (process.env['HF_ENDPOINT'] ?? 'https://huggingface.co').replace(/\/+$/, '');
  const { host } = new URL(address);
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(most.totalMs)]);
  const fetched = new Map<string, Buffer>();
  // The required file comes last, so an interrupted download doesn't look complete.
  for (const name of tokenizerFiles.toReversed()) {
    const { ok, status, bytes } = await fetchFile(`${address}/${model}/resolve/main/${name}`, inTime).catch(
      (cause: unknown) => {
        const why = signal.aborted ? 'its download was canceled' : `${host} ${whyNot(cause)}`;
        throw failed(`Tokenizer ${model} isn't on this machine, and ${why}.`, model, cause);
      },
    );
    // Such as the page of a proxy or of a login.
    if (ok && parseObject(bytes) === undefined)
      throw failed(`${host} sent something else than the ${name} of ${model}.`, model);
    if (ok) fetched.set(name, bytes);
    else if (name === tokenizerFiles[0])
      throw failed(`${host} has no ${name} of ${model} for everyone (${status}).`, model);
  }
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of fetched) {
    const part = join(folder, `${name}.part-${process.pid}`);
    await writeFile(part, bytes);
    await rename(part, join(folder, name));
  }
}

/** Fetches a file. The head of the response has less time than its body, so that a silent network is noticed soon. */
async function fetchFile(url: string, signal: AbortSignal): Promise<{ ok: boolean; status: number; bytes: Buffer }> {
  const head = new AbortController();
  const timer = setTimeout(() => head.abort(new DOMException('', 'TimeoutError')), most.headMs);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, head.signal]) });
    clearTimeout(timer);
    return { ok: response.ok, status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
  } finally {
    clearTimeout(timer);
  }
}

function whyNot(cause: unknown): string {
  if (!(cause instanceof Error)) return "can't be reached";
  if (cause.name === 'TimeoutError') return "doesn't respond in time";
  // The message of fetch for a connection that was closed within a body.
  return cause.message === 'terminated' ? 'closed the connection within the file' : "can't be reached";
}

const failed = (message: string, model: string, cause?: unknown): LoadlensError =>
  new LoadlensError(message, {
    hint: `Download it with: hf download ${model} ${tokenizerFiles.join(' ')}. Or use a folder with a tokenizer.json, or gpt2.`,
    ...(cause === undefined ? {} : { cause }),
  });
