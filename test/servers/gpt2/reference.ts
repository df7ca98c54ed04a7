import type { Gpt2Config } from '../../../src/servers/gpt2/model/config.ts';
import type { WeightSource } from '../../../src/servers/gpt2/model/weights.ts';

/**
 * GPT-2 as its paper and code describe it, in double precision, one token after the other, with nothing shared with
 * the server but the weights.
 */
export interface Reference {
  /** The logits after each token of the text. */
  forward(tokens: readonly number[]): Promise<Float64Array[]>;
}

const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const add = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]!);

export function reference(config: Gpt2Config, weights: WeightSource): Reference {
  const { width, heads, inner } = config;
  const dim = width / heads;

  async function linear(x: Float64Array, name: string, outputs: number): Promise<Float64Array> {
    const w = await weights.read(`${name}.weight`);
    const b = await weights.read(`${name}.bias`);
    const y = Float64Array.from(b);
    for (let i = 0; i < x.length; i++) for (let j = 0; j < outputs; j++) y[j]! += x[i]! * w[i * outputs + j]!;
    return y;
  }
  async function norm(x: Float64Array, name: string): Promise<Float64Array> {
    const gain = await weights.read(`${name}.weight`);
    const shift = await weights.read(`${name}.bias`);
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + config.epsilon)) * gain[i]! + shift[i]!);
  }

  function attend(q: Float64Array, keys: readonly Float64Array[], values: readonly Float64Array[]): Float64Array {
    const out = new Float64Array(width);
    for (let head = 0; head < heads; head++) {
      const at = head * dim;
      const scores = keys.map((key) => {
        let sum = 0;
        for (let i = 0; i < dim; i++) sum += q[at + i]! * key[at + i]!;
        return sum / Math.sqrt(dim);
      });
      const highest = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - highest));
      const total = shares.reduce((a, b) => a + b);
      for (const [t, value] of values.entries())
        for (let i = 0; i < dim; i++) out[at + i]! += (shares[t]! / total) * value[at + i]!;
    }
    return out;
  }

  return {
    forward: async (tokens) => {
      const wte = await weights.read('wte.weight');
      const wpe = await weights.read('wpe.weight');
      const keys = Array.from({ length: config.layers }, (): Float64Array[] => []);
      const values = Array.from({ length: config.layers }, (): Float64Array[] => []);
      const logits: Float64Array[] = [];
      for (const [position, token] of tokens.entries()) {
        let x = Float64Array.from({ length: width }, (_, i) => wte[token * width + i]! + wpe[position * width + i]!);
        for (let layer = 0; layer < config.layers; layer++) {
          const at = `h.${layer}`;
          const qkv = await linear(await norm(x, `${at}.ln_1`), `${at}.attn.c_attn`, 3 * width);
          keys[layer]!.push(qkv.slice(width, 2 * width));
          values[layer]!.push(qkv.slice(2 * width));
          const attended = attend(qkv.slice(0, width), keys[layer]!, values[layer]!);
          x = add(x, await linear(attended, `${at}.attn.c_proj`, width));
          const wide = await linear(await norm(x, `${at}.ln_2`), `${at}.mlp.c_fc`, inner);
          x = add(x, await linear(wide.map(gelu), `${at}.mlp.c_proj`, width));
        }
        const last = await norm(x, 'ln_f');
        const scores = new Float64Array(config.vocabulary);
        for (let v = 0; v < config.vocabulary; v++) {
          let sum = 0;
          for (let i = 0; i < width; i++) sum += last[i]! * wte[v * width + i]!;
          scores[v] = sum;
        }
        logits.push(scores);
      }
      return logits;
    },
  };
}

/** Reads each weight once. */
export function remembering(source: WeightSource): WeightSource {
  const known = new Map<string, ReturnType<WeightSource['read']>>();
  return {
    read: (name) => {
      const values = known.get(name) ?? source.read(name);
      known.set(name, values);
      return values;
    },
    close: () => source.close(),
  };
}
