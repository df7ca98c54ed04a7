import * as v from 'valibot';
import { LoadlensError } from '../../../core/errors.ts';

/** Shape of a GPT-2 model. */
export interface Gpt2Config {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  /** Maximum tokens of prompt and output together. */
  readonly context: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly eosTokenId: number;
}

/** Synthetic models: real shape, random weights. */
export const syntheticModels: Readonly<Record<string, Gpt2Config>> = {
  synthetic: {
    layers: 12,
    heads: 12,
    width: 768,
    inner: 3072,
    context: 1024,
    vocabulary: 50257,
    epsilon: 1e-5,
    eosTokenId: 50256,
  },
  'synthetic-tiny': {
    layers: 2,
    heads: 2,
    width: 128,
    inner: 512,
    context: 1024,
    vocabulary: 50257,
    epsilon: 1e-5,
    eosTokenId: 50256,
  },
};

/** One weight. Linear layers are stored as [in, out], as in GPT-2. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Returns all weights of a GPT-2 model of this shape, with their names in a GPT-2 folder. */
export function tensorsOf(config: Gpt2Config): TensorShape[] {
  const { width, inner } = config;
  const layers = Array.from({ length: config.layers }, (_, i): TensorShape[] => [
    { name: `h.${i}.ln_1.weight`, shape: [width] },
    { name: `h.${i}.ln_1.bias`, shape: [width] },
    { name: `h.${i}.attn.c_attn.weight`, shape: [width, 3 * width] },
    { name: `h.${i}.attn.c_attn.bias`, shape: [3 * width] },
    { name: `h.${i}.attn.c_proj.weight`, shape: [width, width] },
    { name: `h.${i}.attn.c_proj.bias`, shape: [width] },
    { name: `h.${i}.ln_2.weight`, shape: [width] },
    { name: `h.${i}.ln_2.bias`, shape: [width] },
    { name: `h.${i}.mlp.c_fc.weight`, shape: [width, inner] },
    { name: `h.${i}.mlp.c_fc.bias`, shape: [inner] },
    { name: `h.${i}.mlp.c_proj.weight`, shape: [inner, width] },
    { name: `h.${i}.mlp.c_proj.bias`, shape: [width] },
  ]);
  return [
    { name: 'wte.weight', shape: [config.vocabulary, width] },
    { name: 'wpe.weight', shape: [config.context, width] },
    ...layers.flat(),
    { name: 'ln_f.weight', shape: [width] },
    { name: 'ln_f.bias', shape: [width] },
  ];
}

/** Returns the config.json for transformers.js. */
export function configJson(config: Gpt2Config): object {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    activation_function: 'gelu_new',
    n_layer: config.layers,
    n_head: config.heads,
    n_embd: config.width,
    n_inner: config.inner,
    n_positions: config.context,
    n_ctx: config.context,
    vocab_size: config.vocabulary,
    layer_norm_epsilon: config.epsilon,
    bos_token_id: config.eosTokenId,
    eos_token_id: config.eosTokenId,
  };
}

/** Reads the config.json of a GPT-2 folder. @throws LoadlensError for a model that this server can't run */
export function readConfig(json: unknown, where: string): Gpt2Config {
  const read = v.safeParse(v.record(v.string(), v.unknown()), json);
  const fields = read.success ? read.output : {};
  const refuse = (what: string) =>
    new LoadlensError(`${where} isn't a supported GPT-2 model: ${what}.`, {
      hint: 'Use openai-community/gpt2, distilgpt2, gpt2-medium, a local folder with such a model, or the model "synthetic".',
    });
  const number = (name: string, fallback?: number): number => {
    const value = fields[name] ?? fallback;
    if (typeof value !== 'number' || !(value > 0)) throw refuse(`config.json has no valid ${name}`);
    return value;
  };
  if (fields['model_type'] !== 'gpt2')
    throw refuse(`its model_type is ${JSON.stringify(fields['model_type'] ?? null)}, not "gpt2"`);
  const activation = fields['activation_function'] ?? 'gelu_new';
  if (activation !== 'gelu_new') throw refuse(`its activation is ${JSON.stringify(activation)}, not "gelu_new"`);
  for (const flag of ['scale_attn_by_inverse_layer_idx', 'reorder_and_upcast_attn', 'add_cross_attention'])
    if (fields[flag] === true) throw refuse(`${flag} is set`);
  if (fields['tie_word_embeddings'] === false) throw refuse("its head doesn't share the embedding");
  const width = number('n_embd');
  const config = {
    layers: number('n_layer'),
    heads: number('n_head'),
    width,
    inner: number('n_inner', 4 * width),
    context: number('n_positions', 1024),
    vocabulary: number('vocab_size'),
    epsilon: number('layer_norm_epsilon', 1e-5),
    eosTokenId: number('eos_token_id', 50256),
  };
  if (config.width % config.heads !== 0) throw refuse("its width isn't a multiple of its number of heads");
  if (config.width % 64 !== 0) throw refuse("its width isn't a multiple of 64");
  return config;
}
