import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LoadlensError } from '../../../core/errors.ts';
import { convert, converterVersion } from '../convert/convert.ts';
import type { Dtype } from '../convert/store.ts';
import type { Progress } from '../runtime/messages.ts';
import { syntheticTokenizer } from '../text/synthetic-tokenizer.ts';
import { configJson, readConfig, syntheticModels, type Gpt2Config } from './config.ts';
import { download, folderFiles } from './hub.ts';
import { removeLeftovers } from './leftovers.ts';
import { describeFile, isIntact, writeManifest } from './manifest.ts';
import { openSafetensors } from './safetensors.ts';
import { syntheticWeights } from './synthetic.ts';
import type { WeightSource } from './weights.ts';

/** Model, precision, and cache folder. */
export interface PrepareOptions {
  /** `synthetic`, `synthetic-tiny`, a local GPT-2 folder, or a model on Hugging Face. */
  readonly model: string;
  readonly dtype: Dtype;
  readonly cacheDir: string;
  onProgress(progress: Progress): void;
}

/** A folder for transformers.js. */
export interface PreparedModel {
  readonly folder: string;
  readonly config: Gpt2Config;
  /** The weights are random, so texts have no meaning. */
  readonly synthetic: boolean;
}

/** Source of a model, before conversion. */
interface Source {
  /** Name of the folder in the cache. */
  readonly key: string;
  /** Changes with the content of the source. */
  readonly fingerprint: string;
  readonly synthetic: boolean;
  /** Downloads missing files. */
  open(): Promise<{
    readonly config: Gpt2Config;
    readonly weights: WeightSource;
    readonly writeTokenizer: (folder: string) => Promise<void>;
  }>;
}

/** File names that transformers.js expects. */
const modelFiles: Readonly<Record<Dtype, string>> = {
  fp32: 'model.onnx',
  q8: 'model_quantized.onnx',
  q4: 'model_q4.onnx',
};

const writeJson = (path: string, value: unknown) => writeFile(path, JSON.stringify(value));

function syntheticSource(name: string, config: Gpt2Config): Source {
  return {
    key: name,
    fingerprint: JSON.stringify(config),
    synthetic: true,
    open: () =>
      Promise.resolve({
        config,
        weights: syntheticWeights(config),
        writeTokenizer: async (folder) => {
          const made = syntheticTokenizer();
          await writeJson(join(folder, 'tokenizer.json'), made.tokenizer);
          await writeJson(join(folder, 'tokenizer_config.json'), made.config);
        },
      }),
  };
}

async function openFolder(folder: string): ReturnType<Source['open']> {
  for (const name of folderFiles) {
    if (!(await readdir(folder)).includes(name))
      throw new LoadlensError(`File ${name} not found in folder ${folder}.`, {
        hint: `A GPT-2 folder contains ${folderFiles.join(', ')}. The model "synthetic" requires no files.`,
      });
  }
  const text = await readFile(join(folder, 'config.json'), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // readConfig reports the error.
  }
  const config = readConfig(json, folder);
  return {
    config,
    weights: await openSafetensors(join(folder, 'model.safetensors'), config),
    writeTokenizer: async (to) => {
      await copyFile(join(folder, 'tokenizer.json'), join(to, 'tokenizer.json'));
      const end = '<|endoftext|>';
      await writeJson(join(to, 'tokenizer_config.json'), {
        tokenizer_class: 'GPT2Tokenizer',
        model_max_length: config.context,
        bos_token: end,
        eos_token: end,
        unk_token: end,
      });
    },
  };
}

async function folderSource(folder: string): Promise<Source> {
  const facts = await Promise.all(
    folderFiles.map((name) =>
      stat(join(folder, name)).then(
        ({ size, mtimeMs }) => [name, size, mtimeMs],
        () => [name],
      ),
    ),
  );
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  return {
    key: `${basename(folder)}-${hash}`,
    fingerprint: JSON.stringify(facts),
    synthetic: false,
    open: () => openFolder(folder),
  };
}

async function findSource(options: PrepareOptions): Promise<Source> {
  const { model } = options;
  const synthetic = syntheticModels[model];
  if (synthetic !== undefined) return syntheticSource(model, synthetic);
  const isFolder = await stat(model).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return folderSource(resolve(model));
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(model) || /^\.+(\/|$)/.test(model))
    throw new LoadlensError(`Folder ${model} not found.`, {
      hint: 'Use a GPT-2 folder, a model such as openai-community/gpt2, or "synthetic".',
    });
  return {
    key: model.replace('/', '--'),
    fingerprint: model,
    synthetic: false,
    open: async () => {
      const folder = join(options.cacheDir, 'downloads', model.replace('/', '--'));
      await download(model, folder, (share) => options.onProgress({ phase: 'download', share }));
      return openFolder(folder);
    },
  };
}

/** Makes the folder under another name and renames it when it's complete. */
async function build(source: Source, folder: string, fingerprint: string, options: PrepareOptions): Promise<void> {
  const { config, weights, writeTokenizer } = await source.open();
  const temporary = `${folder}.making-${process.pid}`;
  try {
    await removeLeftovers(options.cacheDir, 'making');
    await rm(temporary, { recursive: true, force: true });
    await mkdir(join(temporary, 'onnx'), { recursive: true });
    await writeJson(join(temporary, 'config.json'), configJson(config));
    await writeTokenizer(temporary);
    const modelPath = join(temporary, 'onnx', modelFiles[options.dtype]);
    const written = await convert(config, weights, options.dtype, modelPath, (share) =>
      options.onProgress({ phase: 'convert', share }),
    );
    const files = Object.fromEntries(Object.entries(written).map(([name, file]) => [`onnx/${name}`, file]));
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
      files[name] = await describeFile(join(temporary, name));
    await writeManifest(temporary, fingerprint, files);
    // Another process may have made it in the meantime and use it.
    if (await isIntact(folder, fingerprint)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await weights.close();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Returns the model in the cache; downloads and converts it if it isn't there. */
export async function prepareModel(options: PrepareOptions): Promise<PreparedModel> {
  options.onProgress({ phase: 'check' });
  const source = await findSource(options);
  const folder = join(options.cacheDir, `${source.key}-${options.dtype}`);
  const fingerprint = `${source.fingerprint} ${options.dtype} converter ${converterVersion}`;
  if (!(await isIntact(folder, fingerprint))) {
    await mkdir(options.cacheDir, { recursive: true });
    await build(source, folder, fingerprint, options);
  }
  const config = readConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')), folder);
  return { folder, config, synthetic: source.synthetic };
}
