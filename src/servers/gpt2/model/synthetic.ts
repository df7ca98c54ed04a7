import { tensorsOf, type Gpt2Config } from './config.ts';
import type { WeightSource } from './weights.ts';

/** Returns the seed of a tensor: FNV-1a of its name, so weights are the same on each machine and in any order. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}

/** Fills an array with uniform numbers in ±range. Integer arithmetic gives the same numbers on each platform. */
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
 * Returns the maximum distance of a weight from its center. Positions and attention have a wider range than in a trained model,
 * so that outputs of different prompts differ.
 */
function rangeOf(name: string): number {
  if (name === 'wpe.weight') return 0.03;
  if (name === 'wte.weight') return 0.05;
  return name.endsWith('.bias') ? 0.02 : 0.12;
}

/** Returns seeded random weights of a shape. */
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
