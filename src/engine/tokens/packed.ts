import { constants, brotliCompressSync, brotliDecompressSync } from 'node:zlib';

/**
 * Packs a vocabulary in tiktoken's format: a line per token with its bytes in base64 and its rank. The result has the
 * number of tokens, their lengths, and their bytes in the order of their ranks, compressed.
 * @param quality of the compression, 0 to 11
 */
export function packVocabulary(tiktoken: string, quality: number): Buffer {
  const tokens = tiktoken
    .trim()
    .split('\n')
    .map((line) => Buffer.from(line.slice(0, line.indexOf(' ')), 'base64'));
  const count = Buffer.alloc(4);
  count.writeUInt32LE(tokens.length);
  const plain = Buffer.concat([count, Buffer.from(tokens.map(({ length }) => length)), ...tokens]);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  return brotliCompressSync(plain, { params });
}

/** Returns the tokens of a packed vocabulary, by rank: a text, or the bytes of a token that isn't one. */
export function unpackVocabulary(packed: Uint8Array): (string | number[])[] {
  const plain = brotliDecompressSync(packed);
  const count = plain.readUInt32LE(0);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const tokens: (string | number[])[] = [];
  let at = 4 + count;
  for (let rank = 0; rank < count; rank++) {
    const bytes = plain.subarray(at, (at += plain[4 + rank] ?? 0));
    tokens.push(textOf(bytes, decoder) ?? [...bytes]);
  }
  return tokens;
}

const firstBeyondAscii = 0x80;

function textOf(bytes: Buffer, decoder: InstanceType<typeof TextDecoder>): string | undefined {
  if (bytes.every((byte) => byte < firstBeyondAscii)) return bytes.toString('latin1');
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
