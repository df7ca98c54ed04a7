/** Part of a ring. Valid until it is freed. */
export interface Section {
  readonly bytes: Buffer;
  /** Gives the memory back. */
  readonly free: () => void;
}

/** Memory that is given out and given back in about the same order, again and again. */
export interface ByteRing {
  readonly size: number;
  /** Returns `length` bytes with any content; undefined if no free part of the ring is that long. */
  take(length: number): Section | undefined;
}

/**
 * Creates a ring of `size` bytes. Memory of its own for each request would make V8 look for garbage in all of its memory
 * every few seconds, and requests that are due then would be late.
 */
export function createByteRing(size: number): ByteRing {
  // Touches every page, because the first access to one can take a tenth of a millisecond.
  const memory = Buffer.allocUnsafeSlow(size).fill(0);
  /** Sections in the order in which they were given out, up to the first that hasn't been freed. */
  const given: { readonly start: number; isFree: boolean }[] = [];
  let next = 0;

  /** Returns where `length` bytes in a row are free; undefined if they are nowhere. */
  const placeFor = (length: number): number | undefined => {
    const [oldest] = given;
    if (oldest === undefined) return length <= size ? 0 : undefined;
    if (next <= oldest.start) return next + length < oldest.start ? next : undefined;
    if (next + length <= size) return next;
    return length < oldest.start ? 0 : undefined;
  };

  return {
    size,
    take(length) {
      const start = placeFor(length);
      if (start === undefined) return undefined;
      const section = { start, isFree: false };
      given.push(section);
      next = start + length;
      return {
        bytes: memory.subarray(start, next),
        free() {
          section.isFree = true;
          while (given[0]?.isFree) given.shift();
        },
      };
    },
  };
}
