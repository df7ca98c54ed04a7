import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { tokenBytes } from './byte-level.ts';

/** Converts text to tokens, and a token to its bytes. */
export interface TextTokenizer {
  encode(text: string): number[];
  /** Special tokens have no bytes. */
  bytesOf(token: number): Uint8Array;
}

/** Returns the tokenizer for a byte-level one of transformers.js. */
export function createTextTokenizer(tokenizer: PreTrainedTokenizer): TextTokenizer {
  const special = new Set<number>(tokenizer.all_special_ids);
  const texts: string[] = [];
  for (const [text, token] of tokenizer.get_vocab()) texts[token] = text;
  const nothing = new Uint8Array(0);
  return {
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }),
    bytesOf: (token) => (special.has(token) ? nothing : tokenBytes(texts[token] ?? '')),
  };
}
