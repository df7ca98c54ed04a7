import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseObject } from '../../core/endpoints/json.ts';
import { LoadlensError } from '../../core/errors.ts';
import { isVocabulary, vocabularyNames } from '../../core/values/llm/tokenizers.ts';
import { hasTokenizer, hubName, hubTokenizer, tokenizerFiles } from './hub.ts';

/** Returns the number of tokens in a text. */
export type CountTokens = (text: string) => number;

/** A tokenizer whose files are on this machine. */
export interface Tokenizer {
  /** As written. */
  readonly name: string;
  /** Reads the files at the first call, which takes up to a second. */
  readonly open: () => Promise<CountTokens>;
}

const opened = new Map<string, Promise<CountTokens>>();

/**
 * Finds a tokenizer: a vocabulary, a folder relative to the endpoints file or to the current folder, or a model on
 * Hugging Face, which is downloaded once.
 * @param file path of the endpoints file; undefined if there is none
 * @throws LoadlensError if there is none with this name, or it can't be read
 */
export async function findTokenizer(name: string, file: string | undefined, signal: AbortSignal): Promise<Tokenizer> {
  if (isVocabulary(name)) {
    const { checkVocabulary, openVocabulary } = await import('./vocabularies.ts');
    await checkVocabulary(name);
    return known(name, name, () => openVocabulary(name));
  }
  const folder = await folderOf(name, file, signal);
  const tokenizer = known(name, folder, () => openFolder(folder));
  // After a run, an unreadable file would cost its results.
  await tokenizer.open();
  return tokenizer;
}

function known(name: string, key: string, open: () => Promise<CountTokens>): Tokenizer {
  return {
    name,
    open() {
      const before = opened.get(key);
      const counting = before ?? open();
      if (before === undefined) opened.set(key, counting);
      // A missing file can be there at the next run.
      counting.catch(() => opened.delete(key));
      return counting;
    },
  };
}

async function folderOf(name: string, file: string | undefined, signal: AbortSignal): Promise<string> {
  const places = [...(file === undefined ? [] : [resolve(dirname(file), name)]), resolve(name)];
  for (const folder of places) if (await hasTokenizer(folder)) return folder;
  if (hubName.test(name)) return hubTokenizer(name, signal);
  throw new LoadlensError(`Tokenizer ${name} not found.`, {
    hint: `Expected ${vocabularyNames.join(', ')}, a folder with a ${tokenizerFiles[0]}, or a model on Hugging Face such as openai-community/gpt2.`,
  });
}

async function openFolder(folder: string): Promise<CountTokens> {
  const { Tokenizer: HuggingFace } = await import('@huggingface/tokenizers');
  const [name, configName] = tokenizerFiles;
  const fail = (file: string, cause: unknown): never => {
    throw new LoadlensError(`The tokenizer in ${folder} can't be read.`, {
      hint: `Check its ${file}, or use another tokenizer.`,
      cause,
    });
  };
  const written = await readFile(join(folder, configName), 'utf8').catch(() => '{}');
  const config = parseObject(written) ?? fail(configName, undefined);
  try {
    const tokenizer = new HuggingFace(JSON.parse(await readFile(join(folder, name), 'utf8')), config);
    const count: CountTokens = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length;
    // Some faults are found only by counting.
    count('Hello, world 1');
    return count;
  } catch (cause) {
    return fail(name, cause);
  }
}
