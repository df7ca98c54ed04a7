// transformers.js as it comes: `generate` on a GPT-2 with the usual export's inputs and outputs (a cache that grows by joining),
// called concurrently. Orders and answers as in pytorch_threads.py, over IPC.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AutoModelForCausalLM, Tensor, env } from '@huggingface/transformers';
import { ElementType, newGraph, type Attributes, type ExternalData } from '../../src/servers/gpt2/convert/onnx.ts';
import { configJson, syntheticModels, tensorsOf, type Gpt2Config } from '../../src/servers/gpt2/model/config.ts';
import { syntheticWeights } from '../../src/servers/gpt2/model/synthetic.ts';

/** What is asked for, and how long the prompts are. */
export interface Order {
  readonly concurrency: number;
  readonly requests: number;
  readonly newTokens: number;
  readonly promptTokens: readonly number[];
}

const [folder = '', threads = '2'] = process.argv.slice(2);
function synthetic(): Gpt2Config {
  const config = syntheticModels['synthetic'];
  if (config === undefined) throw new Error('There is no synthetic model.');
  return config;
}
const config = synthetic();
const { layers, heads, width, vocabulary, epsilon } = config;
const { float, int64 } = ElementType;

/** Writes the model with the inputs and outputs that transformers.js expects. */
async function writeModel(path: string): Promise<void> {
  const graph = newGraph('gpt2');
  const source = syntheticWeights(config);
  const stored: Uint8Array[] = [];
  const places = new Map<string, { shape: readonly number[]; data: ExternalData }>();
  let offset = 0;
  for (const { name, shape } of tensorsOf(config)) {
    const values = await source.read(name);
    const bytes = new Uint8Array(values.buffer);
    places.set(name, { shape, data: { file: 'model.onnx_data', offset, bytes: bytes.length } });
    stored.push(bytes);
    offset += bytes.length;
  }
  const constant = (name: string) => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`No weight ${name}.`);
    return graph.constant(name, float, place.shape, place.data);
  };
  const op = (type: string, inputs: readonly string[], output: string, attributes?: Attributes) => {
    graph.node(type, inputs, [output], attributes);
    return output;
  };
  const linear = (x: string, name: string, output: string) =>
    op('Add', [op('MatMul', [x, constant(`${name}.weight`)], `${output}.x`), constant(`${name}.bias`)], output);
  const norm = (x: string, name: string) =>
    op('LayerNormalization', [x, constant(`${name}.weight`), constant(`${name}.bias`)], `${name}.out`, {
      axis: -1,
      epsilon: { float: epsilon },
    });
  for (const name of ['input_ids', 'attention_mask', 'position_ids']) {
    graph.input(name, int64, ['batch_size', name === 'attention_mask' ? 'total' : 'length']);
  }
  const wte = constant('wte.weight');
  const places64 = op('Gather', [constant('wpe.weight'), 'position_ids'], 'places');
  let x = op('Add', [op('Gather', [wte, 'input_ids'], 'words'), places64], 'x');
  for (let i = 0; i < layers; i++) {
    const at = `h.${i}`;
    const past = ['key', 'value'].map((part) =>
      graph.input(`past_key_values.${i}.${part}`, float, ['batch_size', heads, 'past', width / heads]),
    );
    const present = ['key', 'value'].map((part) => `present.${i}.${part}`);
    for (const name of present) graph.output(name, float, ['batch_size', heads, 'total', width / heads]);
    const qkv = linear(norm(x, `${at}.ln_1`), `${at}.attn.c_attn`, `${at}.qkv`);
    const parts = [`${at}.q`, `${at}.k`, `${at}.v`];
    graph.node('Split', [qkv], parts, { axis: -1 });
    graph.node('MultiHeadAttention', [...parts, '', '', '', ...past], [`${at}.context`, ...present], {
      num_heads: heads,
      unidirectional: 1,
    });
    x = op('Add', [x, linear(`${at}.context`, `${at}.attn.c_proj`, `${at}.attn`)], `${at}.middle`);
    const wide = op('FastGelu', [linear(norm(x, `${at}.ln_2`), `${at}.mlp.c_fc`, `${at}.wide`)], `${at}.bent`);
    x = op('Add', [x, linear(wide, `${at}.mlp.c_proj`, `${at}.mlp`)], `${at}.out`);
  }
  graph.output('logits', float, ['batch_size', 'length', vocabulary]);
  const head = op('Transpose', [wte], 'head', { perm: [1, 0] });
  op('MatMul', [norm(x, 'ln_f'), head], 'logits');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}_data`, Buffer.concat(stored));
  await writeFile(path, graph.build('GPT-2 as transformers.js expects it'));
}

await writeModel(join(folder, 'onnx', 'model.onnx'));
await writeFile(join(folder, 'config.json'), JSON.stringify(configJson(config)));
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const model = await AutoModelForCausalLM.from_pretrained(folder.slice(dirname(folder).length + 1), {
  dtype: 'fp32',
  device: 'cpu',
  use_external_data_format: true,
  session_options: { intraOpNumThreads: Number(threads) },
});

async function generate(length: number, newTokens: number): Promise<number> {
  const seed = createHash('sha256').update(String(length)).digest();
  const ids = BigInt64Array.from({ length }, (_, i) => BigInt(seed.readUInt16LE(i % 30) % vocabulary));
  const inputs = {
    input_ids: new Tensor('int64', ids, [1, length]),
    attention_mask: new Tensor('int64', new BigInt64Array(length).fill(1n), [1, length]),
  };
  await model.generate({ ...inputs, max_new_tokens: newTokens, min_new_tokens: newTokens, do_sample: false });
  return newTokens;
}

process.on('message', (order: Order) => {
  void (async () => {
    const started = performance.now();
    let next = 0;
    let tokens = 0;
    const slot = async () => {
      while (next < order.requests) {
        const length = order.promptTokens[next++ % order.promptTokens.length] ?? 6;
        tokens += await generate(length, order.newTokens);
      }
    };
    await Promise.all(Array.from({ length: order.concurrency }, slot));
    process.send?.({ seconds: (performance.now() - started) / 1000, tokens });
  })();
});
process.send?.('ready');
