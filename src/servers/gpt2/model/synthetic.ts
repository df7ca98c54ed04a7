import { tensorsOf, type Gpt2Config } from './config.ts';
import type { WeightSource } from './weights.ts';

/** FNV-1a: a tensor's name is its seed, so every weight is the same on every machine and in any order of reading. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}

/** Fills with numbers spread evenly over ±range, from integers alone: no rounding that could differ by platform. */
function fillUniform(target: Float32Array, seed: number, centre: number, range: number): void {
  let x = seed | 0;
  const scale = range / 2 ** 23;
  for (let i = 0; i < target.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    target[i] = centre + (x >> 8) * scale;
  }
}

/**
 * How far a weight may lie from its centre. Wider than a trained model's positions and attention,
 * so that the answers of different prompts differ although nothing was learned.
 */
function rangeOf(name: string): number {
  if (name === 'wpe.weight') return 0.03;
  if (name === 'wte.weight') return 0.05;
  return name.endsWith('.bias') ? 0.02 : 0.12;
}

/** Seeded random weights of the given shape. */
export function syntheticWeights(config: Gpt2Config): WeightSource {
  const shapes = new Map(tensorsOf(config).map((tensor) => [tensor.name, tensor.shape]));
  return {
    read: (name) => {
      const shape = shapes.get(name);
      if (shape === undefined) return Promise.reject(new Error(`No weight is named ${name}.`));
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      const isGain = name.includes('ln_') && name.endsWith('.weight');
      fillUniform(values, seedOf(name), isGain ? 1 : 0, rangeOf(name));
      return Promise.resolve(values);
    },
    close: () => Promise.resolve(),
  };
}
