/** Bytes of a text in UTF-8 without a byte order mark, or the first line, from 1, that isn't valid in the detected encoding. */
export type Decoded = { readonly utf8: Uint8Array } | { readonly badLine: number };

/** Number of bytes searched for the NUL bytes of UTF-16. */
const sampled = 4_096;

/**
 * Returns a text in UTF-8, with or without a byte order mark, or in UTF-16, as UTF-8. Other encodings can't be
 * distinguished: `textOf` fails on them.
 */
export function utf8Of(bytes: Uint8Array): Decoded {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return fromUtf16(bytes.subarray(2), 'utf-16le') ?? { badLine: 1 };
  if (first === 0xfe && second === 0xff) return fromUtf16(bytes.subarray(2), 'utf-16be') ?? { badLine: 1 };
  const order = utf16Order(bytes.subarray(0, sampled));
  const converted = order === undefined ? undefined : fromUtf16(bytes, order);
  return converted ?? { utf8: first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes };
}

function fromUtf16(bytes: Uint8Array, encoding: string): Decoded | undefined {
  const text = tryDecode(bytes, encoding);
  return text === undefined ? undefined : { utf8: new TextEncoder().encode(text) };
}

/** Returns the text of UTF-8; undefined if it isn't, or is longer than a text can be (about 512 MB). */
export const textOf = (bytes: Uint8Array): string | undefined => tryDecode(bytes, 'utf-8');

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Returns the byte order of UTF-16 without a mark. Western text has a NUL in every second byte; UTF-8 has none, and a
 * damaged file has them in all places.
 */
function utf16Order(bytes: Uint8Array): string | undefined {
  let even = 0;
  let odd = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  if (Math.max(even, odd) * 8 < bytes.length || Math.min(even, odd) * 4 > Math.max(even, odd)) return undefined;
  if (bytes.length < 4) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}
