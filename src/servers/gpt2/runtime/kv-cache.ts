import type { Gpt2Config } from '../model/config.ts';

/** Capacity of a slot grows in steps of this many tokens. The same step keeps results the same in any batch. */
const capacityStep = 128;

/** Rounds a number of tokens up to a whole number of steps. */
export const roundUp = (tokens: number): number => Math.ceil(tokens / capacityStep) * capacityStep;

/** Keys and values of one layer, [slot, head, capacity, dim], fed to the runtime as they lie. */
export interface LayerCache {
  readonly keys: Float32Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
}

/** The tokens that running sequences have behind them, a slot each. */
export interface KvCache {
  readonly slots: number;
  readonly capacity: number;
  readonly layers: readonly LayerCache[];
  /** Makes room; what the first `used` slots hold stays. */
  ensure(slots: number, capacity: number, used: readonly number[]): void;
  /** Files the new keys and values of one row of a layer's `qkv` output behind what its slot holds. */
  file(layer: number, slot: number, past: number, qkv: Float32Array, row: number, tokens: number): void;
  /** Copies a slot's first `length` tokens into a slot of this or another cache. */
  copy(from: number, length: number, target: KvCache, to: number): void;
  /** Gives all memory back. */
  clear(): void;
}

/** An empty cache for a model of this shape. */
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
      for (const [slot, length] of used.entries()) copySlot(old, slot, length, cache, slot, heads, dim);
    },
    file: (layer, slot, past, qkv, row, tokens) => {
      const { keys, values } = at(layers, layer);
      for (let token = 0; token < tokens; token++) {
        const key = (row + token) * 3 * width + width;
        for (let head = 0; head < heads; head++) {
          const from = key + head * dim;
          const to = ((slot * heads + head) * capacity + past + token) * dim;
          // A loop: for so few numbers it takes half the time of a view and `set`.
          for (let i = 0; i < dim; i++) {
            keys[to + i] = qkv[from + i] ?? 0;
            values[to + i] = qkv[from + width + i] ?? 0;
          }
        }
      }
    },
    copy: (from, length, target, to) => copySlot(cache, from, length, target, to, heads, dim),
    clear: () => {
      slots = 0;
      capacity = 0;
      layers = [];
    },
  };
  return cache;
}

function copySlot(
  source: Pick<KvCache, 'capacity' | 'layers'>,
  from: number,
  length: number,
  target: Pick<KvCache, 'capacity' | 'layers'>,
  to: number,
  heads: number,
  dim: number,
): void {
  for (const [index, layer] of source.layers.entries()) {
    const { keys, values } = at(target.layers, index);
    for (let head = 0; head < heads; head++) {
      const start = (from * heads + head) * source.capacity * dim;
      const end = (to * heads + head) * target.capacity * dim;
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
