import type { Gpt2Config } from '../model/config.ts';

/** Step in which the capacity of a slot grows, tokens. With a constant step, results don't depend on the batch. */
const capacityStep = 128;

/** Returns a number of tokens rounded up to whole steps. */
export const roundUp = (tokens: number): number => Math.ceil(tokens / capacityStep) * capacityStep;

/** Keys and values of one layer, [slot, head, capacity, dim], in the runtime's layout. */
export interface LayerCache {
  readonly keys: Float32Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
}

/** Keys and values of the tokens of running sequences, one slot per sequence. */
export interface KvCache {
  readonly slots: number;
  readonly capacity: number;
  readonly layers: readonly LayerCache[];
  /** Sets slots and capacity. Keeps `used[i]` tokens of slot i. */
  ensure(slots: number, capacity: number, used: readonly number[]): void;
  /** Stores the new keys and values of one row of a layer's `qkv` output after the `past` tokens of its slot. */
  file(layer: number, slot: number, past: number, qkv: Float32Array, row: number, tokens: number): void;
  /** Copies the first `length` tokens of a slot into a slot of this or another cache. */
  copy(from: number, length: number, target: KvCache, to: number): void;
  /** Copies `length` tokens from position `start` of the first slot to position `position` of the first slot of another cache. */
  copyPart(start: number, length: number, target: KvCache, position: number): void;
  /** Frees all memory. */
  clear(): void;
}

/** Returns an empty cache for a model of this shape. */
export function createKvCache(config: Pick<Gpt2Config, 'layers' | 'heads' | 'width'>): KvCache {
  const { heads, width } = config;
  const dim = width / heads;
  let slots = 0;
  let capacity = 0;
  let layers: LayerCache[] = [];

  const allocate = (newSlots: number, newCapacity: number): LayerCache[] =>
    Array.from({ length: config.layers }, () => ({
      keys: new Float32Array(newSlots * width * newCapacity),
      values: new Float32Array(newSlots * width * newCapacity),
    }));

  const cache: KvCache = {
    get slots() {
      return slots;
    },
    get capacity() {
      return capacity;
    },
    get layers() {
      return layers;
    },
    ensure: (wantedSlots, wantedCapacity, used) => {
      if (wantedSlots <= slots && wantedCapacity === capacity) return;
      const newSlots = Math.max(wantedSlots, slots);
      const old = { slots, capacity, layers };
      layers = allocate(newSlots, wantedCapacity);
      slots = newSlots;
      capacity = wantedCapacity;
      for (const [slot, length] of used.entries())
        copyTokens(old, { slot, at: 0 }, length, cache, { slot, at: 0 }, heads, dim);
    },
    file: (layer, slot, past, qkv, row, tokens) => {
      const { keys, values } = at(layers, layer);
      for (let token = 0; token < tokens; token++) {
        const key = (row + token) * 3 * width + width;
        for (let head = 0; head < heads; head++) {
          const from = key + head * dim;
          const to = ((slot * heads + head) * capacity + past + token) * dim;
          // For this few numbers, a loop takes half the time of a view and `set`.
          for (let i = 0; i < dim; i++) {
            keys[to + i] = qkv[from + i] ?? 0;
            values[to + i] = qkv[from + width + i] ?? 0;
          }
        }
      }
    },
    copy: (from, length, target, to) =>
      copyTokens(cache, { slot: from, at: 0 }, length, target, { slot: to, at: 0 }, heads, dim),
    copyPart: (start, length, target, position) =>
      copyTokens(cache, { slot: 0, at: start }, length, target, { slot: 0, at: position }, heads, dim),
    clear: () => {
      slots = 0;
      capacity = 0;
      layers = [];
    },
  };
  return cache;
}

interface Position {
  readonly slot: number;
  /** Token in the slot. */
  readonly at: number;
}

function copyTokens(
  source: Pick<KvCache, 'capacity' | 'layers'>,
  from: Position,
  length: number,
  target: Pick<KvCache, 'capacity' | 'layers'>,
  to: Position,
  heads: number,
  dim: number,
): void {
  for (const [index, layer] of source.layers.entries()) {
    const { keys, values } = at(target.layers, index);
    for (let head = 0; head < heads; head++) {
      const start = ((from.slot * heads + head) * source.capacity + from.at) * dim;
      const end = ((to.slot * heads + head) * target.capacity + to.at) * dim;
      copyRange(layer.keys, start, length * dim, keys, end);
      copyRange(layer.values, start, length * dim, values, end);
    }
  }
}

function copyRange(source: Float32Array, start: number, count: number, target: Float32Array, to: number): void {
  if (source === target) source.copyWithin(to, start, start + count);
  else target.set(source.subarray(start, start + count), to);
}

function at(layers: readonly LayerCache[], index: number): LayerCache {
  const layer = layers[index];
  if (layer === undefined) throw new Error(`The cache has no layer ${index}.`);
  return layer;
}
