import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LoadlensError } from '../../../src/core/errors.ts';
import {
  configJson,
  readConfig,
  syntheticModels,
  tensorsOf,
  type Gpt2Config,
} from '../../../src/servers/gpt2/model/config.ts';
import { prepareModel } from '../../../src/servers/gpt2/model/prepare.ts';
import { syntheticWeights } from '../../../src/servers/gpt2/model/synthetic.ts';
import { syntheticTokenizer } from '../../../src/servers/gpt2/text/synthetic-tokenizer.ts';
import { prepareTiny, temporaryFolder } from './support.ts';

const config: Gpt2Config = { ...syntheticModels['synthetic-tiny']!, layers: 1, width: 64, heads: 1, inner: 256 };

/** A GPT-2 folder as one gets it from the hub, with the seeded weights in it. */
async function gpt2Folder(folder: string, prefix = ''): Promise<string> {
  await mkdir(folder, { recursive: true });
  const source = syntheticWeights(config);
  const header: Record<string, object> = { __metadata__: { format: 'pt' } };
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape } of tensorsOf(config)) {
    const values = await source.read(name);
    const end = offset + values.byteLength;
    header[prefix + name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    data.push(new Uint8Array(values.buffer));
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(join(folder, 'model.safetensors'), Buffer.concat([length, text, ...data]));
  await writeFile(join(folder, 'config.json'), JSON.stringify(configJson(config)));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(syntheticTokenizer().tokenizer));
  return folder;
}

async function rejection(promise: Promise<unknown>): Promise<LoadlensError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LoadlensError, String(error));
  return error;
}

/** What readConfig says to a config.json. */
function refused(json: unknown): string {
  try {
    readConfig(json, 'here');
  } catch (error) {
    return error instanceof LoadlensError ? error.message : String(error);
  }
  return 'accepted';
}

function portOf(server: Server): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** A hub that serves one model from a folder, and breaks off within its weights where told to. */
async function withHub(folder: string, work: () => Promise<void>, cut = false, packed = false): Promise<void> {
  const hub = createServer((request, response) => {
    const name = /^\/some\/gpt2\/resolve\/main\/([\w.]+)$/.exec(request.url ?? '')?.[1];
    if (name === undefined) {
      response.writeHead(404).end();
      return;
    }
    void readFile(join(folder, name)).then((file) => {
      const body = packed ? gzipSync(file) : file;
      response.writeHead(200, { 'content-length': body.length, ...(packed && { 'content-encoding': 'gzip' }) });
      if (cut && name === 'model.safetensors') response.write(file.subarray(0, 1000), () => response.destroy());
      else response.end(body);
    });
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  const before = process.env['HF_ENDPOINT'];
  process.env['HF_ENDPOINT'] = `http://127.0.0.1:${portOf(hub)}`;
  try {
    await work();
  } finally {
    hub.closeAllConnections();
    await new Promise((resolve) => hub.close(resolve));
    if (before === undefined) delete process.env['HF_ENDPOINT'];
    else process.env['HF_ENDPOINT'] = before;
  }
}

describe('GPT-2 models', function () {
  this.timeout(60_000);

  it('the synthetic model has the parameters of the 124M model, and is marked as synthetic', async () => {
    const count = tensorsOf(syntheticModels['synthetic']!).reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b),
      0,
    );
    assert.equal(count, 124_439_808);
    assert.equal((await prepareTiny('fp32')).synthetic, true);
  });

  it('seeded weights are reproducible and differ by name', async () => {
    const [a, b] = [syntheticWeights(config), syntheticWeights(config)];
    assert.deepEqual(await a.read('h.0.mlp.c_fc.weight'), await b.read('h.0.mlp.c_fc.weight'));
    assert.deepEqual(
      [...(await a.read('h.0.attn.c_proj.bias'))].slice(0, 3).map((x) => x.toFixed(6)),
      ['0.013018', '0.005493', '-0.010470'],
    );
    assert.notDeepEqual(await a.read('h.0.ln_1.bias'), await a.read('h.0.ln_2.bias'));
  });

  it('a model is built once, reused, and rebuilt if its files are changed or truncated', async () => {
    const phases: string[] = [];
    const prepare = () => {
      phases.length = 0;
      const cacheDir = temporary;
      return prepareModel({
        model: 'synthetic-tiny',
        dtype: 'q8',
        cacheDir,
        onProgress: ({ phase }) => phases.push(phase),
      });
    };
    const temporary = temporaryFolder();
    const { folder } = await prepare();
    assert.ok(phases.includes('convert'));
    const data = join(folder, 'onnx', 'model_quantized.onnx_data');
    const whole = await readFile(data);
    await prepare();
    assert.deepEqual(phases, ['check']);

    const file = await open(data, 'r+');
    await file.write(Uint8Array.from([whole[5_000_000]! ^ 1]), 0, 1, 5_000_000);
    await file.close();
    await prepare();
    assert.ok(phases.includes('convert'));
    assert.ok(whole.equals(await readFile(data)), 'the same bytes as before');

    await truncate(data, 1000);
    await prepare();
    assert.ok(phases.includes('convert'));
    assert.equal((await stat(data)).size, whole.length);

    await writeFile(join(folder, 'manifest.json'), '{"schema":');
    await prepare();
    assert.ok(phases.includes('convert'));
    assert.deepEqual(await readdir(temporary), ['synthetic-tiny-q8'], 'nothing half-made is left');
  });

  it('leftovers of a killed start are removed, and files that another process is building are kept', async () => {
    const cacheDir = temporaryFolder();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    await mkdir(join(cacheDir, `synthetic-tiny-q8.making-${gone}`));
    await mkdir(join(cacheDir, `synthetic-tiny-q8.making-${process.ppid}`));
    await prepareModel({ model: 'synthetic-tiny', dtype: 'q8', cacheDir, onProgress: () => {} });
    const left = (await readdir(cacheDir)).toSorted();
    assert.deepEqual(left, ['synthetic-tiny-q8', `synthetic-tiny-q8.making-${process.ppid}`]);
  });

  it('a folder with the same weights becomes the same graph as the seeded model, with any tensor prefix', async () => {
    const root = temporaryFolder();
    const options = { dtype: 'fp32', cacheDir: join(root, 'cache'), onProgress: () => {} } as const;
    const bare = await prepareModel({ ...options, model: await gpt2Folder(join(root, 'bare')) });
    const prefixed = await prepareModel({
      ...options,
      model: await gpt2Folder(join(root, 'prefixed'), 'transformer.'),
    });
    assert.equal(bare.synthetic, false);
    assert.deepEqual(bare.config, config);
    assert.notEqual(bare.folder, prefixed.folder);
    for (const name of ['onnx/model.onnx', 'onnx/model.onnx_data'])
      assert.ok((await readFile(join(bare.folder, name))).equals(await readFile(join(prefixed.folder, name))), name);
  });

  it('a folder with changed weights is converted again', async () => {
    const root = temporaryFolder();
    const model = await gpt2Folder(join(root, 'model'));
    const phases: string[] = [];
    const options = { model, dtype: 'q8', cacheDir: join(root, 'cache') } as const;
    await prepareModel({ ...options, onProgress: () => {} });
    await writeFile(join(model, 'tokenizer.json'), ' ', { flag: 'a' });
    await prepareModel({ ...options, onProgress: ({ phase }) => phases.push(phase) });
    assert.ok(phases.includes('convert'));
  });

  it('damaged weights are rejected with one sentence, and leave no files', async () => {
    const root = temporaryFolder();
    const cacheDir = join(root, 'cache');
    const model = await gpt2Folder(join(root, 'model'));
    const weights = join(model, 'model.safetensors');
    await truncate(weights, (await stat(weights)).size - 4);
    const options = { model, dtype: 'q8', cacheDir, onProgress: () => {} } as const;
    assert.match((await rejection(prepareModel(options))).message, /header is damaged or the file is incomplete/);
    await writeFile(weights, 'no');
    assert.match((await rejection(prepareModel(options))).message, /header is incomplete/);
    assert.deepEqual(await readdir(cacheDir), []);
  });

  it('a model other than GPT-2 is rejected with one sentence', async () => {
    const good = configJson(config);
    assert.equal(refused(good), 'accepted');
    assert.match(refused({ ...good, model_type: 'llama' }), /model_type is "llama"/);
    assert.match(refused({ ...good, activation_function: 'relu' }), /activation is "relu"/);
    assert.match(refused({ ...good, n_head: 0 }), /no valid n_head/);
    assert.match(refused(undefined), /model_type is null/);
    const missing = await rejection(
      prepareModel({ model: '/no/such/folder', dtype: 'q8', cacheDir: temporaryFolder(), onProgress: () => {} }),
    );
    assert.equal(missing.message, 'Folder /no/such/folder not found.');
  });
});

describe('GPT-2 models of Hugging Face', function () {
  this.timeout(60_000);

  it('are downloaded with progress, converted, and later used without a network', async () => {
    const root = temporaryFolder();
    const folder = await gpt2Folder(join(root, 'origin'));
    const shares: number[] = [];
    const options = { model: 'some/gpt2', dtype: 'q8', cacheDir: join(root, 'cache') } as const;
    await withHub(folder, async () => {
      const made = await prepareModel({
        ...options,
        onProgress: ({ phase, share }) => void (phase === 'download' && shares.push(share ?? 0)),
      });
      assert.deepEqual([made.synthetic, made.config.width], [false, 64]);
    });
    assert.equal(shares.at(-1), 1);
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9';
    const again = await prepareModel({ ...options, onProgress: () => {} });
    delete process.env['HF_ENDPOINT'];
    assert.equal(again.config.width, 64);
  });

  it('are downloaded completely if the server compresses them', async () => {
    const root = temporaryFolder();
    const folder = await gpt2Folder(join(root, 'origin'));
    const options = { model: 'some/gpt2', dtype: 'q8', cacheDir: join(root, 'cache'), onProgress: () => {} } as const;
    const work = async (): Promise<void> => {
      assert.equal((await prepareModel(options)).config.width, 64);
    };
    await withHub(folder, work, false, true);
  });

  it("that can't be downloaded cause one sentence that suggests the synthetic model", async () => {
    const root = temporaryFolder();
    const folder = await gpt2Folder(join(root, 'origin'));
    const options = { model: 'some/gpt2', dtype: 'q8', cacheDir: join(root, 'cache'), onProgress: () => {} } as const;
    await withHub(
      folder,
      async () => {
        const cut = await rejection(prepareModel(options));
        assert.match(cut.message, /^Model some\/gpt2 isn't on this machine, and 127\.0\.0\.1:\d+ can't be reached\.$/);
        assert.match(cut.hint, /"synthetic"/);
      },
      true,
    );
    const left = await readdir(join(root, 'cache', 'downloads', 'some--gpt2'));
    assert.deepEqual(left.toSorted(), ['config.json', 'tokenizer.json']);
    await withHub(folder, async () => {
      const unknown = await rejection(prepareModel({ ...options, model: 'no/such' }));
      assert.match(unknown.message, /^File config\.json of model no\/such not found on .* \(404\)/);
    });
  });
});
