import type { Sample } from '../../core/metrics/types.ts';

/** Minimum number of chunks in a burst that weren't sent as they were generated. */
const fewestInLump = 4;
const longestLumpMs = 1;
/** Minimum number of such streams, and their share. A pause of the client makes some of any server's streams arrive so. */
const fewestLumps = 4;
const leastShare = 0.75;

/** Finds servers that send all tokens of a stream at the same time. */
export interface Lumps {
  add(sample: Sample): void;
  /** Returns the server note, if there is one. */
  notes(): readonly string[];
}

/** Creates an empty count of streams. */
export function createLumps(): Lumps {
  const targets = new Map<number, { streams: number; lumps: number }>();
  return {
    add({ target, stream, error }) {
      if (stream === undefined || error !== undefined || stream.chunks < fewestInLump) return;
      const counts = targets.get(target) ?? { streams: 0, lumps: 0 };
      counts.streams += 1;
      if (stream.lastTokenMs - stream.firstTokenMs < longestLumpMs) counts.lumps += 1;
      targets.set(target, counts);
    },
    notes() {
      const isFound = [...targets.values()].some(
        ({ streams, lumps }) => lumps >= fewestLumps && lumps >= leastShare * streams,
      );
      return isFound ? ['sends all tokens of a stream at the same time, so inter-chunk latency is meaningless'] : [];
    },
  };
}
