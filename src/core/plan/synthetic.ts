import type { Synthetic } from '../endpoints/types.ts';
import { drawLength, type Lengths } from '../values/llm/lengths.ts';
import { seededUnits } from '../values/pick.ts';
import { words as usualWords } from '../values/words.ts';

/** Prompt and output tokens of one request of a target. */
export interface SyntheticTurn {
  /** Tokens of the prompt, shared prefix included; undefined if it isn't generated. */
  readonly inputTokens: number | undefined;
  /** Tokens of the response; undefined if not set. */
  readonly outputTokens: number | undefined;
  /** Number of the shared prefix, from 0; undefined without one. */
  readonly prefix: number | undefined;
}

/** Added to the seed, so that lengths, prefixes, and words are independent of each other and of all other choices. */
const seeds = { input: 0x1e57, output: 0x0e57, prefix: 0x9e57, text: 0x7e57, corpus: 0xc0e5 } as const;
/** Random numbers that one length may need. */
const drawsPerTurn = 128;
/** Number of unique words at the start of a prompt, so that prompts share a prefix only by chance. */
const ownWords = 12;
/** Tokens below which a block is small, and words of the parts of its text. Three parts make a block of 16 tokens unique. */
const smallBlock = 64;
const partWords = 6;
/** Words of the text from which the rest of a prompt is taken. */
const corpusWords = 65_536;

function lengthOf(
  lengths: Lengths | undefined,
  unit: ((index: number) => number) | undefined,
  turn: number,
): number | undefined {
  if (lengths === undefined || unit === undefined) return undefined;
  return drawLength(lengths, (draw) => unit(turn * drawsPerTurn + draw));
}

/** Returns what each turn of a target asks for. The same seed gives the same lengths and prefixes in any order. */
export function syntheticTurns(
  { input, output, prefix, trace }: Synthetic,
  seed: number,
): (turn: number) => SyntheticTurn {
  if (trace !== undefined) {
    return (turn) => {
      const row = trace.rows[turn % trace.rows.length];
      return { inputTokens: row?.input, outputTokens: row?.output, prefix: undefined };
    };
  }
  const [inputUnit, outputUnit, prefixUnit] = [seeds.input, seeds.output, seeds.prefix].map((own) =>
    seededUnits(seed + own),
  );
  return (turn) => {
    const own = lengthOf(input, inputUnit, turn);
    return {
      inputTokens: own === undefined ? undefined : own + (prefix?.tokens ?? 0),
      outputTokens: lengthOf(output, outputUnit, turn),
      prefix: prefix === undefined || prefixUnit === undefined ? undefined : Math.floor(prefixUnit(turn) * prefix.of),
    };
  };
}

/** A long text of random words, and where each word starts; a space stands before each. */
interface Corpus {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

const corpora = new Map<readonly string[], Corpus>();

function makeCorpus(words: readonly string[]): Corpus {
  const unit = seededUnits(seeds.corpus);
  const starts = new Uint32Array(corpusWords + 1);
  const parts: string[] = [];
  for (let index = 0; index < corpusWords; index++) {
    const word = ` ${words[Math.floor(unit(index) * words.length)] ?? ''}`;
    parts.push(word);
    starts[index + 1] = (starts[index] ?? 0) + word.length;
  }
  return { bytes: new TextEncoder().encode(parts.join('')), starts };
}

function corpusOf(words: readonly string[]): Corpus {
  const corpus = corpora.get(words) ?? makeCorpus(words);
  corpora.set(words, corpus);
  return corpus;
}

/**
 * Returns the text of a turn as pieces of ASCII, which need no escaping in JSON. It has exactly the turn's input
 * tokens, one per word. Most of it is a part of one long text, so a long prompt costs little. Its unique words come
 * first, so a prefix cache finds only the shared prefix.
 */
export function syntheticTexts(
  synthetic: Synthetic,
  seed: number,
): (turn: number, asked: SyntheticTurn) => readonly Uint8Array[] {
  const unit = seededUnits(seed + seeds.text);
  const { trace, words = usualWords } = synthetic;
  // Takes tens of milliseconds, which the first request must not wait for.
  corpusOf(words);
  if (trace !== undefined) {
    const { blockTokens } = trace;
    return (turn, { inputTokens = 0 }) => {
      const blocks = trace.rows[turn % trace.rows.length]?.blocks ?? [];
      const pieces =
        blockTokens < smallBlock
          ? [smallBlocks(blocks, blockTokens, inputTokens, unit, words)]
          : blocks.flatMap((block, index) =>
              // Blocks are numbered from −1 down, prompts from 0 up.
              piecesOf(-1 - block, Math.max(0, Math.min(blockTokens, inputTokens - index * blockTokens)), unit, words),
            );
      const own = piecesOf(turn, Math.max(0, inputTokens - blocks.length * blockTokens), unit, words);
      return withoutFirstSpace([...pieces, ...own].filter(({ length }) => length > 0));
    };
  }
  const prefixTokens = synthetic.prefix?.tokens ?? 0;
  const prefixes = new Map<number, readonly Uint8Array[]>();
  const prefixOf = (prefix: number): readonly Uint8Array[] => {
    let pieces = prefixes.get(prefix);
    // Prefixes are numbered from −1 down, prompts from 0 up.
    if (pieces === undefined) prefixes.set(prefix, (pieces = piecesOf(-1 - prefix, prefixTokens, unit, words)));
    return pieces;
  };
  return (turn, { inputTokens = 0, prefix }) => {
    const own = piecesOf(turn, inputTokens - prefixTokens, unit, words);
    return withoutFirstSpace(prefix === undefined ? own : [...prefixOf(prefix), ...own]);
  };
}

/** Returns a text of `count` words, each with a space before it. */
function piecesOf(
  number: number,
  count: number,
  unit: (index: number) => number,
  words: readonly string[],
): Uint8Array[] {
  const { bytes, starts } = corpusOf(words);
  const own = Math.min(count, ownWords);
  const base = number * (ownWords + 1);
  let text = '';
  for (let index = 0; index < own; index++) text += ` ${words[Math.floor(unit(base + index) * words.length)] ?? ''}`;
  const pieces: Uint8Array[] = [new TextEncoder().encode(text)];
  let from = Math.floor(unit(base + ownWords) * corpusWords);
  for (let left = count - own; left > 0; from = 0) {
    const to = Math.min(corpusWords, from + left);
    pieces.push(bytes.subarray(starts[from], starts[to]));
    left -= to - from;
  }
  return pieces;
}

/**
 * Returns the text of small blocks, of which a long prompt has thousands. Each consists of short parts of the long text, copied
 * byte by byte, because unique words and a piece for each block would take several times as long.
 */
function smallBlocks(
  blocks: readonly number[],
  blockTokens: number,
  inputTokens: number,
  unit: (index: number) => number,
  words: readonly string[],
): Uint8Array {
  const { bytes, starts } = corpusOf(words);
  const parts: number[] = [];
  let size = 0;
  let left = inputTokens;
  for (const block of blocks) {
    // Blocks are numbered from −1 down, prompts from 0 up.
    const base = (-1 - block) * (ownWords + 1);
    const count = Math.min(blockTokens, left);
    for (let at = 0; at < count; at += partWords) {
      const first = Math.floor(unit(base + at / partWords) * (corpusWords - partWords));
      const [from = 0, to = 0] = [starts[first], starts[first + Math.min(partWords, count - at)]];
      parts.push(from, to);
      size += to - from;
    }
    left -= count;
  }
  const text = new Uint8Array(size);
  let length = 0;
  for (let index = 0; index < parts.length; index += 2) {
    const to = parts[index + 1] ?? 0;
    for (let at = parts[index] ?? 0; at < to; at++) text[length++] = bytes[at] ?? 0;
  }
  return text;
}

const withoutFirstSpace = ([first, ...rest]: readonly Uint8Array[]): readonly Uint8Array[] =>
  first === undefined ? [] : [first.subarray(1), ...rest];
