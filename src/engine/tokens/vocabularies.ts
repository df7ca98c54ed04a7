import { access, readFile } from 'node:fs/promises';
import { BytePairEncodingCore } from 'gpt-tokenizer/BytePairEncodingCore';
import {
  CL100K_TOKEN_SPLIT_REGEX,
  O200K_TOKEN_SPLIT_REGEX,
  R50K_TOKEN_SPLIT_REGEX,
} from 'gpt-tokenizer/encodingParams/constants';
import { LoadlensError } from '../../core/errors.ts';
import type { VocabularyName } from '../../core/values/llm/tokenizers.ts';
import { packVocabulary, unpackVocabulary } from './packed.ts';

/** File of each vocabulary in the package gpt-tokenizer, how it splits a text, and its name on Hugging Face. */
export const vocabularies = {
  o200k_base: { file: 'o200k_base', split: O200K_TOKEN_SPLIT_REGEX, model: 'Xenova/gpt-4o' },
  cl100k_base: { file: 'cl100k_base', split: CL100K_TOKEN_SPLIT_REGEX, model: 'Xenova/gpt-4' },
  gpt2: { file: 'r50k_base', split: R50K_TOKEN_SPLIT_REGEX, model: 'openai-community/gpt2' },
} as const satisfies Record<VocabularyName, { file: string; split: RegExp; model: string }>;

/**
 * Texts without white space, and white space, of more characters are counted in pieces, which can add a token each. The
 * time to merge one is quadratic.
 */
const longRun = /(\S{2000}|\s{2000})/u;

/**
 * Returns a function that counts the tokens of a text in a vocabulary. Special tokens count as text.
 * @throws LoadlensError if the vocabulary isn't part of this package
 */
export async function openVocabulary(name: VocabularyName): Promise<(text: string) => number> {
  await checkVocabulary(name);
  const bytes = await readFile(placeOf(name));
  const packed = isSource ? packVocabulary(bytes.toString('latin1'), 1) : bytes;
  const core = new BytePairEncodingCore({
    bytePairRankDecoder: unpackVocabulary(packed),
    tokenSplitRegex: vocabularies[name].split,
  });
  return (text) => text.split(longRun).reduce((sum, part) => sum + (part === '' ? 0 : core.countNative(part)), 0);
}

/** @throws LoadlensError if the vocabulary isn't part of this package */
export async function checkVocabulary(name: VocabularyName): Promise<void> {
  await access(placeOf(name)).catch((cause: unknown) => {
    throw new LoadlensError(`The vocabulary ${name} isn't part of this package.`, {
      hint: `Install the package for your platform, or use ${vocabularies[name].model} (from Hugging Face) or a folder with a tokenizer.json.`,
      cause,
    });
  });
}

const isSource = import.meta.url.endsWith('.ts');

const placeOf = (name: VocabularyName): URL =>
  isSource
    ? new URL(`../../../node_modules/gpt-tokenizer/data/${vocabularies[name].file}.tiktoken`, import.meta.url)
    : new URL(`vocabularies/${name}.br`, import.meta.url);
