/** Bytes of a body. Pieces are sent one after the other; a body that is made for one sending consists of them. */
export type Body = Buffer | readonly Uint8Array[];

/** Returns the length of a body, bytes. */
export function lengthOf(body: Body): number {
  return Buffer.isBuffer(body) ? body.byteLength : body.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/** Returns a body as one buffer. Pieces are copied. */
export function wholeOf(body: Body): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.concat(body);
}
