import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Gpt2Config } from '../model/config.ts';
import type { KvCache } from './kv-cache.ts';

/** New tokens of one sequence in a step, after the `past` tokens in its slot. */
export interface Row {
  readonly tokens: ArrayLike<number>;
  readonly past: number;
}

/** Output of a step: scores of the token after each row's last one. */
export interface StepOutput {
  /** The most likely tokens, best first, `candidates` per row. */
  readonly topIds: Int32Array;
  readonly topValues: Float32Array;
  /** All logits, `vocabulary` per row; undefined unless requested. */
  readonly logits: Float32Array | undefined;
  /** Time inside the runtime, ms. */
  readonly runtimeMs: number;
}

/** A model that computes steps. */
export interface Model {
  readonly config: Gpt2Config;
  /** Computes one step. Row i uses slot `first + i` of the cache, where its new keys and values are stored. */
  step(cache: KvCache, first: number, rows: readonly Row[], wholeLogits: boolean): Promise<StepOutput>;
}

const masked = -3e38;

/** Returns the model of a session with the graph of convert/graph.ts. */
export function createModel(session: InferenceSession, config: Gpt2Config): Model {
  const { layers, heads, width } = config;
  const dim = width / heads;
  const layerOutputs = Array.from({ length: layers }, (_, i) => `qkv.${i}`);
  const outputs = [...layerOutputs, 'top_ids', 'top_values'];
  const nothing = new Float32Array(0);

  const feed = (cache: KvCache, first: number, rows: readonly Row[], length: number): Record<string, Tensor> => {
    const batch = rows.length;
    const past = rows.some((row) => row.past > 0) ? cache.capacity : 0;
    const columns = past + length;
    const ids = new Int32Array(batch * length);
    const positions = new Int32Array(batch * length);
    const mask = new Float32Array(batch * length * columns).fill(masked);
    const lastOnes = new Int32Array(batch);
    for (const [b, row] of rows.entries()) {
      ids.set(row.tokens, b * length);
      // Shorter rows are padded on the right. The results of the padding aren't used.
      for (let s = 0; s < length; s++) {
        const at = b * length + s;
        positions[at] = Math.min(row.past + s, config.context - 1);
        mask.fill(0, at * columns, at * columns + row.past);
        mask.fill(0, at * columns + past, at * columns + past + s + 1);
      }
      lastOnes[b] = b * length + row.tokens.length - 1;
    }
    const feeds: Record<string, Tensor> = {
      input_ids: new Tensor('int32', ids, [batch, length]),
      position_ids: new Tensor('int32', positions, [batch, length]),
      mask: new Tensor('float32', mask, [batch, 1, length, columns]),
      rows: new Tensor('int32', lastOnes, [batch]),
    };
    const from = first * width * past;
    const to = from + batch * width * past;
    for (let i = 0; i < layers; i++) {
      const layer = past === 0 ? undefined : cache.layers[i];
      const keys = layer?.keys.subarray(from, to) ?? nothing;
      const values = layer?.values.subarray(from, to) ?? nothing;
      feeds[`past_key.${i}`] = new Tensor('float32', keys, [batch, heads, past, dim]);
      feeds[`past_value.${i}`] = new Tensor('float32', values, [batch, heads, past, dim]);
    }
    return feeds;
  };

  return {
    config,
    step: async (cache, first, rows, wholeLogits) => {
      const length = Math.max(...rows.map((row) => row.tokens.length));
      const feeds = feed(cache, first, rows, length);
      const started = performance.now();
      const results = await session.run(feeds, wholeLogits ? [...outputs, 'logits'] : outputs);
      const runtimeMs = performance.now() - started;
      for (const [layer, name] of layerOutputs.entries()) {
        const qkv = singles(results[name]);
        for (const [b, row] of rows.entries())
          cache.file(layer, first + b, row.past, qkv, b * length, row.tokens.length);
      }
      const topIds = results['top_ids']?.data;
      if (!(topIds instanceof Int32Array)) throw new Error('The model returned no candidates.');
      return {
        topIds,
        topValues: singles(results['top_values']),
        logits: wholeLogits ? singles(results['logits']) : undefined,
        runtimeMs,
      };
    },
  };
}

function singles(tensor: { readonly data: unknown } | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('The model returned no numbers.');
  return tensor.data;
}
