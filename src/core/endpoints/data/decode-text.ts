/** Text of a file, or its first line, from 1, that isn't valid in the detected encoding. */
export type Decoded = { readonly text: string } | { readonly badLine: number };

const lineFeed = 10;
/** Number of bytes searched for the NUL bytes of UTF-16. */
const sampled = 4_096;

/**
 * Decodes UTF-8, with or without a byte order mark, and UTF-16. Other encodings can't be distinguished: they return the
 * first line that isn't UTF-8.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return decoded(bytes.subarray(2), 'utf-16le');
  if (first === 0xfe && second === 0xff) return decoded(bytes.subarray(2), 'utf-16be');
  const order = utf16Order(bytes.subarray(0, sampled));
  if (order !== undefined) return decoded(bytes, order);
  return decoded(first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes, 'utf-8');
}

function decoded(bytes: Uint8Array, encoding: string): Decoded {
  const text = tryDecode(bytes, encoding);
  return text === undefined ? { badLine: encoding === 'utf-8' ? firstBadLine(bytes) : 1 } : { text };
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Returns the byte order of UTF-16 without a mark. Western text has a NUL in every second byte; UTF-8 has none. */
function utf16Order(bytes: Uint8Array): string | undefined {
  let even = 0;
  let odd = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  if (Math.max(even, odd) * 8 < bytes.length || bytes.length < 4) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    if (tryDecode(bytes.subarray(start, end), 'utf-8') === undefined) break;
    start = end + 1;
  }
  return line;
}
