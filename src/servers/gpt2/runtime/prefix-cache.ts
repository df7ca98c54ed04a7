import { createHash } from 'node:crypto';
import type { Gpt2Config } from '../model/config.ts';
import { createKvCache, type KvCache } from './kv-cache.ts';

/** Prompts are computed in pieces of this length, counted from their start, so that results don't depend on other prompts. */
export const chunkTokens = 128;

/** Keys and values of whole pieces of earlier prompts. */
export interface PrefixCache {
  /** Tokens in the cache. */
  readonly tokens: number;
  /** Prompt tokens looked up, and those found. */
  readonly queries: number;
  readonly hits: number;
  /**
   * Copies the pieces at the beginning of a prompt into the first slot of a cache, but never all of its tokens: the last one has
   * to be computed. Returns the number of tokens.
   */
  load(prompt: Int32Array, target: KvCache): number;
  /** Stores the piece that ends at `past`, if it's a whole one, from the first slot of a cache. */
  store(prompt: Int32Array, past: number, source: KvCache): void;
}

/**
 * Returns an empty cache, which removes the pieces that weren't used for the longest time. A piece has the same numbers as if
 * it were computed again, because a piece is always computed alone and from the same tokens before it.
 * @param maxTokens maximum size, rounded down to whole pieces; 0 for no cache
 */
export function createPrefixCache(
  config: Pick<Gpt2Config, 'layers' | 'heads' | 'width'>,
  maxTokens: number,
): PrefixCache {
  const maxPieces = Math.floor(maxTokens / chunkTokens);
  /** By the hash of all tokens up to the end of the piece, the least recently used first. */
  const pieces = new Map<string, KvCache>();
  let queries = 0;
  let hits = 0;
  const use = (key: string, piece: KvCache): void => {
    pieces.delete(key);
    pieces.set(key, piece);
  };
  return {
    get tokens() {
      return pieces.size * chunkTokens;
    },
    get queries() {
      return queries;
    },
    get hits() {
      return hits;
    },
    load: (prompt, target) => {
      if (maxPieces === 0) return 0;
      queries += prompt.length;
      let loaded = 0;
      for (let end = chunkTokens; end < prompt.length; end += chunkTokens) {
        const key = keyOf(prompt, end);
        const piece = pieces.get(key);
        if (piece === undefined) break;
        use(key, piece);
        piece.copyPart(0, chunkTokens, target, loaded);
        loaded = end;
      }
      hits += loaded;
      return loaded;
    },
    store: (prompt, past, source) => {
      if (maxPieces === 0 || past % chunkTokens !== 0) return;
      const key = keyOf(prompt, past);
      if (pieces.has(key)) return;
      const [oldest] = pieces.keys();
      if (oldest !== undefined && pieces.size >= maxPieces) pieces.delete(oldest);
      const piece = createKvCache(config);
      piece.ensure(1, chunkTokens, []);
      source.copyPart(past - chunkTokens, chunkTokens, piece, 0);
      pieces.set(key, piece);
    },
  };
}

const keyOf = (prompt: Int32Array, end: number): string =>
  createHash('sha256').update(prompt.subarray(0, end)).digest('base64');
