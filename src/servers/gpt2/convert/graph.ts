import type { Gpt2Config } from '../model/config.ts';
import { ElementType, newGraph, type Attributes } from './onnx.ts';
import { blockSize } from './quantize.ts';
import { headWeight, type Dtype, type Stored } from './store.ts';

/** Number of most likely tokens that a step returns. More require all logits. */
export const candidates = 64;

const int64s = (values: readonly number[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);

/**
 * Adds the graph of one step over B sequences of S new tokens each, with T past positions.
 *
 * - The past is only read, as [slot, head, T, dim] for keys and values, so the caller's cache is the input without a copy.
 *   Scores for past and new tokens are concatenated, but never keys and values.
 * - The outputs are the new query, key, and value of each layer (`qkv.N`), which the caller stores in its cache.
 * - `rows` selects the positions (of all B × S) whose next token is needed. The last layer is computed for these only.
 *   At least one, because an 8-bit product without rows divides by zero.
 */
export function buildGraph(config: Gpt2Config, dtype: Dtype, stored: ReadonlyMap<string, Stored>): Uint8Array {
  const { layers, heads, width } = config;
  const dim = width / heads;
  const graph = newGraph('gpt2');
  const { float, int32, int64 } = ElementType;

  const constant = (name: string) => {
    const tensor = stored.get(name);
    if (tensor === undefined) throw new Error(`The weight ${name} was not stored.`);
    return graph.constant(name, tensor.type, tensor.shape, tensor.data);
  };
  const ints = (name: string, values: readonly number[]) =>
    graph.constant(name, int64, [values.length], int64s(values));
  const op = (type: string, inputs: readonly string[], output: string, attributes?: Attributes) => {
    graph.node(type, inputs, [output], attributes);
    return output;
  };

  /** Adds x·W, with the bias only if the operator of the precision supports it. */
  const matMul = (x: string, weight: string, shape: readonly [number, number], output: string, bias?: string) => {
    if (dtype === 'fp32') {
      if (bias === undefined) return op('MatMul', [x, constant(weight)], output);
      return op('Add', [op('MatMul', [x, constant(weight)], `${output}.product`), constant(bias)], output);
    }
    const inputs = [x, constant(`${weight}.codes`), constant(`${weight}.scales`)];
    if (bias !== undefined) inputs.push('', '', constant(bias));
    return op('MatMulNBits', inputs, output, {
      K: shape[0],
      N: shape[1],
      bits: dtype === 'q8' ? 8 : 4,
      block_size: blockSize,
      accuracy_level: 4,
    });
  };
  /** Adds bias, residual, and normalization. Returns the normalized values and the sum. */
  const addAndNorm = (x: string, residual: string, norm: string, bias: string, sum: string) => {
    const output = `${norm}.out`;
    const inputs = [x, residual, constant(`${norm}.weight`), constant(`${norm}.bias`), constant(bias)];
    const outputs = sum === '' ? [output] : [output, '', '', sum];
    graph.node('SkipLayerNormalization', inputs, outputs, { epsilon: { float: config.epsilon } });
    return output;
  };

  graph.input('input_ids', int32, ['B', 'S']);
  graph.input('position_ids', int32, ['B', 'S']);
  graph.input('mask', float, ['B', 1, 'S', 'T+S']);
  graph.input('rows', int32, ['R']);
  const headShape = ints('shape.heads', [0, 0, 3 * heads, dim]);
  const flatShape = ints('shape.flat', [0, 0, width]);
  const rowShape = ints('shape.rows', [-1, width]);

  let embedding: string;
  if (dtype === 'fp32') {
    embedding = op('Gather', [constant('wte.weight'), 'input_ids'], 'embedding');
  } else {
    const inputs = [constant('wte.weight.codes'), 'input_ids', constant('wte.weight.scales')];
    const axes = { gather_axis: 0, quantize_axis: 2, block_size: blockSize, bits: 8 };
    embedding = op('Reshape', [op('GatherBlockQuantized', inputs, 'embedding.blocks', axes), flatShape], 'embedding');
  }
  let residual = op('Add', [embedding, op('Gather', [constant('wpe.weight'), 'position_ids'], 'positions')], 'h.0.in');
  let x = op('LayerNormalization', [residual, constant('h.0.ln_1.weight'), constant('h.0.ln_1.bias')], 'h.0.ln_1.out', {
    axis: -1,
    epsilon: { float: config.epsilon },
  });

  for (let i = 0; i < layers; i++) {
    const at = `h.${i}`;
    const pastKey = graph.input(`past_key.${i}`, float, ['B', heads, 'T', dim]);
    const pastValue = graph.input(`past_value.${i}`, float, ['B', heads, 'T', dim]);
    if (i === 0) {
      const past = op('Shape', [pastKey], 'size.past', { start: 2, end: 3 });
      op('Concat', [past, op('Shape', ['input_ids'], 'size.new', { start: 1, end: 2 })], 'size.split', { axis: 0 });
    }
    const qkv = matMul(x, `${at}.attn.c_attn.weight`, [width, 3 * width], `qkv.${i}`, `${at}.attn.c_attn.bias`);
    graph.output(qkv, float, ['B', 'S', 3 * width]);
    const byHead = op('Reshape', [qkv, headShape], `${at}.heads`);
    const ordered = op('Transpose', [byHead], `${at}.ordered`, { perm: [0, 2, 1, 3] });
    const [q, k, v] = [`${at}.q`, `${at}.k`, `${at}.v`];
    graph.node('Split', [ordered, i === 0 ? ints('size.heads', [heads, heads, heads]) : 'size.heads'], [q, k, v], {
      axis: 1,
    });
    const old = op('FusedMatMul', [q, pastKey], `${at}.scores.past`, { transB: 1 });
    const fresh = op('FusedMatMul', [q, k], `${at}.scores.new`, { transB: 1 });
    const scores = op('Concat', [old, fresh], `${at}.scores`, { axis: -1 });
    const shares = op('Softmax', [op('Add', [scores, 'mask'], `${at}.masked`)], `${at}.shares`, { axis: -1 });
    graph.node('Split', [shares, 'size.split'], [`${at}.shares.past`, `${at}.shares.new`], { axis: 3 });
    const fromOld = op('MatMul', [`${at}.shares.past`, pastValue], `${at}.context.past`);
    const fromFresh = op('MatMul', [`${at}.shares.new`, v], `${at}.context.new`);
    const context = op('Add', [fromOld, fromFresh], `${at}.context`);
    const merged = op('Transpose', [context], `${at}.merged`, { perm: [0, 2, 1, 3] });
    let attended: string;
    if (i < layers - 1) {
      attended = op('Reshape', [merged, flatShape], `${at}.attended`);
    } else {
      const pick = (value: string, name: string) =>
        op('Gather', [op('Reshape', [value, rowShape], `${name}.all`), 'rows'], name, { axis: 0 });
      attended = pick(merged, `${at}.attended`);
      residual = pick(residual, `${at}.in.picked`);
    }
    const projected = matMul(attended, `${at}.attn.c_proj.weight`, [width, width], `${at}.attn.out`);
    x = addAndNorm(projected, residual, `${at}.ln_2`, `${at}.attn.c_proj.bias`, `${at}.middle`);
    const wide = matMul(x, `${at}.mlp.c_fc.weight`, [width, config.inner], `${at}.mlp.wide`);
    const bent = op('FastGelu', [wide, constant(`${at}.mlp.c_fc.bias`)], `${at}.mlp.bent`);
    const narrow = matMul(bent, `${at}.mlp.c_proj.weight`, [config.inner, width], `${at}.mlp.out`);
    const last = i === layers - 1;
    const norm = last ? 'ln_f' : `h.${i + 1}.ln_1`;
    x = addAndNorm(narrow, `${at}.middle`, norm, `${at}.mlp.c_proj.bias`, last ? '' : `h.${i + 1}.in`);
    residual = `h.${i + 1}.in`;
  }

  if (dtype === 'fp32') {
    op('MatMul', [x, constant(headWeight)], 'logits');
  } else {
    op('MatMulNBits', [x, constant(`${headWeight}.codes`), constant(`${headWeight}.scales`)], 'logits', {
      K: width,
      N: config.vocabulary,
      bits: 8,
      block_size: blockSize,
      accuracy_level: 4,
    });
  }
  graph.node('TopK', ['logits', ints('size.candidates', [candidates])], ['top_values', 'top_ids64'], { axis: -1 });
  op('Cast', ['top_ids64'], 'top_ids', { to: int32 });
  graph.output('top_values', float, ['R', candidates]);
  graph.output('top_ids', int32, ['R', candidates]);
  graph.output('logits', float, ['R', config.vocabulary]);
  return graph.build(`GPT-2, ${dtype}`);
}
