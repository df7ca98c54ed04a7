/** Bytes of protocol-buffer fields: the wire types of an ONNX file. */
export type Encoded = Uint8Array<ArrayBuffer>;

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return bytes;
}

/** Returns parts one after another. */
export function join(parts: readonly Encoded[]): Encoded {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Returns a whole number (wire type 0). */
export const integer = (field: number, value: number | bigint): Encoded =>
  Uint8Array.from([...varint(field << 3), ...varint(value)]);

/** Returns a single-precision number (wire type 5). */
export function single(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return join([Uint8Array.from(varint((field << 3) | 5)), bytes]);
}

/** Returns raw bytes (wire type 2). */
export const bytes = (field: number, value: Uint8Array): Encoded =>
  join([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), Uint8Array.from(value)]);

/** Returns a text (wire type 2). */
export const text = (field: number, value: string): Encoded => bytes(field, Buffer.from(value, 'utf8'));

/** Returns whole numbers, packed into one field (wire type 2). */
export const integers = (field: number, values: readonly number[]): Encoded =>
  bytes(field, Uint8Array.from(values.flatMap((value) => varint(value))));

/** Returns a message within a message (wire type 2). */
export const message = (field: number, parts: readonly Encoded[]): Encoded => bytes(field, join(parts));
