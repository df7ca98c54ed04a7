/** Bytes with a special meaning in HTTP/1. */
export const byte = {
  tab: 0x09,
  lf: 0x0a,
  cr: 0x0d,
  space: 0x20,
  plus: 0x2b,
  comma: 0x2c,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
} as const;

const tableOf = (isIn: (code: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, code) => Number(isIn(code)));

/** 1 for each byte allowed in a name (RFC 9110, token). */
export const isToken = tableOf((code) => /[\w!#$%&'*+.^`|~-]/.test(String.fromCharCode(code)));
/** 1 for each byte allowed in a value: any but control characters, except the tab. */
export const isValue = tableOf((code) => code === byte.tab || (code >= byte.space && code !== 0x7f));

/** Returns whether the bytes from `start` to `end` equal a text of lower-case letters and hyphens, ignoring case. */
export function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i += 1) {
    // Bit 5 makes a letter lower case and leaves the hyphen unchanged.
    if (((bytes[start + i] ?? 0) | 0x20) !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Returns whether there are only line ends from `start` to `end`. Extra ones after a response are harmless. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (bytes[i] !== byte.cr && bytes[i] !== byte.lf) return false;
  return true;
}
