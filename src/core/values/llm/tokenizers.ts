import { textOf } from '../value-types.ts';

/** Vocabularies that need no files of the user. */
export const vocabularyNames = ['o200k_base', 'cl100k_base', 'gpt2'] as const;
/** A vocabulary that needs no files of the user. */
export type VocabularyName = (typeof vocabularyNames)[number];

/** Type of tokenizer names: a vocabulary, a folder with a tokenizer.json, or a model on Hugging Face. */
export const tokenizerName = textOf(
  (written) => written !== '',
  `${vocabularyNames.join(', ')}, a folder with a tokenizer.json, or a model on Hugging Face`,
  vocabularyNames,
);

/** Returns whether a tokenizer is one of the vocabularies. */
export const isVocabulary = (name: string): name is VocabularyName => vocabularyNames.some((known) => known === name);
