/** Tokens of a block. */
export const blockTokens = 16;

/** Cached blocks that a cache without a limit keeps: 1,048,576 tokens. */
const unlimitedCachedBlocks = 65_536;

interface Block {
  /** Number of sequences that hold the block. */
  holders: number;
  /** Hash of the block's tokens and all before them; undefined if the block isn't in the prefix cache. */
  key: number | undefined;
}

/** The blocks of one sequence. */
export interface HeldBlocks {
  readonly blocks: Block[];
  /** Tokens that were found in the prefix cache. */
  readonly cachedTokens: number;
  /** Keys of the full blocks. */
  readonly keys: number[];
}

/** Returns token `index` of a sequence. */
export type TokenAt = (index: number) => string;

/** The KV cache: blocks of tokens with a limit, and the prefix cache in them. */
export interface KvBlocks {
  /** Number of blocks; Infinity if there is no limit. */
  readonly capacity: number;
  /** Share of the blocks that sequences hold, 0 to 1; 0 if there is no limit. */
  readonly usage: number;
  /**
   * Takes the blocks of a sequence by its number of tokens; undefined if too few blocks are free.
   * @param tokenAt undefined if the sequence doesn't use the prefix cache
   */
  take(tokens: number, tokenAt: TokenAt | undefined): HeldBlocks | undefined;
  /** Adds blocks for a sequence that has grown to a number of tokens. Returns false, with no block added, if none is free. */
  grow(held: HeldBlocks, tokens: number, tokenAt: TokenAt | undefined): boolean;
  /** Frees the blocks of a sequence. Full ones stay in the prefix cache until their place is needed. */
  release(held: HeldBlocks): void;
}

/** Returns the number of blocks that tokens need. */
export const blocksFor = (tokens: number): number => Math.ceil(tokens / blockTokens);

/**
 * Returns an empty cache. As in vLLM, cached blocks are free blocks that keep their content: the one that was released first
 * is reused first, and of one sequence its last block.
 */
export function createKvBlocks(capacity: number, prefixCaching: boolean): KvBlocks {
  /** Blocks in the prefix cache by key, held or not. */
  const cached = new Map<number, Block>();
  /** Cached blocks that nobody holds, the next to be reused first. */
  const idle = new Set<Block>();
  let unused = capacity;
  let held = 0;

  const forget = (block: Block): void => {
    idle.delete(block);
    if (block.key !== undefined) cached.delete(block.key);
    block.key = undefined;
  };
  const takeOne = (): Block => {
    held++;
    if (unused > 0) {
      unused--;
      return { holders: 1, key: undefined };
    }
    const [oldest] = idle;
    if (!oldest) throw new Error('No block is free.');
    forget(oldest);
    oldest.holders = 1;
    return oldest;
  };
  const addKeys = (of: HeldBlocks, tokens: number, tokenAt: TokenAt): void => {
    for (let index = of.keys.length; index < Math.floor(tokens / blockTokens); index++) {
      const key = keyOf(of.keys.at(-1), index, tokenAt);
      of.keys.push(key);
      const block = of.blocks[index];
      if (!block || cached.has(key)) continue;
      block.key = key;
      cached.set(key, block);
    }
  };
  /** Returns the cached blocks at the start of a sequence. Its last token is always computed. */
  const find = (tokens: number, tokenAt: TokenAt): { blocks: Block[]; keys: number[] } => {
    const blocks: Block[] = [];
    const keys: number[] = [];
    for (let index = 0; index < Math.floor((tokens - 1) / blockTokens); index++) {
      const key = keyOf(keys.at(-1), index, tokenAt);
      const block = cached.get(key);
      if (!block) break;
      blocks.push(block);
      keys.push(key);
    }
    return { blocks, keys };
  };
  return {
    capacity,
    get usage() {
      return capacity === Infinity ? 0 : held / capacity;
    },
    take: (tokens, tokenAt) => {
      const { blocks, keys } = prefixCaching && tokenAt ? find(tokens, tokenAt) : { blocks: [], keys: [] };
      const cachedTokens = blocks.length * blockTokens;
      const missing = blocksFor(tokens) - blocks.length;
      const found = blocks.filter((block) => idle.has(block)).length;
      if (missing > unused + idle.size - found) return undefined;
      for (const block of blocks) {
        if (idle.delete(block)) held++;
        block.holders++;
      }
      for (let i = 0; i < missing; i++) blocks.push(takeOne());
      const taken = { blocks, cachedTokens, keys };
      if (prefixCaching && tokenAt) addKeys(taken, tokens, tokenAt);
      return taken;
    },
    grow: (of, tokens, tokenAt) => {
      const missing = blocksFor(tokens) - of.blocks.length;
      if (missing > unused + idle.size) return false;
      for (let i = 0; i < missing; i++) of.blocks.push(takeOne());
      if (prefixCaching && tokenAt) addKeys(of, tokens, tokenAt);
      return true;
    },
    release: (of) => {
      for (const block of of.blocks.toReversed()) {
        if (--block.holders > 0) continue;
        held--;
        if (block.key === undefined) unused++;
        else idle.add(block);
      }
      if (capacity !== Infinity) return;
      for (const block of idle) {
        if (idle.size <= unlimitedCachedBlocks) return;
        forget(block);
      }
    },
  };
}

/** Odd factors of the two halves of a key: FNV's prime, and one of MurmurHash3's. */
const factors = { low: 0x01000193, high: 0x85ebca6b } as const;
/** Ends a token, so that "a b" and "ab" differ. */
const tokenEnd = 10;

/**
 * Returns the key of block `index`, whose tokens follow those of the key before: 53 bits of a hash in FNV-1a's manner. A
 * cryptographic hash takes ten times as long, and streams wait while a prompt of 100,000 tokens is looked up.
 */
function keyOf(before = 0x811c9dc5, index: number, tokenAt: TokenAt): number {
  let low = before | 0;
  let high = Math.floor(before / 2 ** 32);
  for (let i = index * blockTokens; i < (index + 1) * blockTokens; i++) {
    const token = tokenAt(i);
    for (let at = 0; at <= token.length; at++) {
      const unit = at < token.length ? token.charCodeAt(at) : tokenEnd;
      low = Math.imul(low ^ unit, factors.low);
      high = Math.imul(high ^ unit, factors.high);
    }
  }
  return (mixed(high) & 0x1fffff) * 2 ** 32 + (mixed(low) >>> 0);
}

/** Spreads each bit over all lower ones. */
const mixed = (bits: number): number => {
  const half = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return half ^ (half >>> 15);
};
