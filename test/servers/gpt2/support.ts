import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dtype } from '../../../src/servers/gpt2/convert/store.ts';
import { prepareModel, type PreparedModel } from '../../../src/servers/gpt2/model/prepare.ts';
import { loadSession } from '../../../src/servers/gpt2/runtime/load.ts';
import { createModel, type Model } from '../../../src/servers/gpt2/runtime/model.ts';
import { startGpt2Server, type Gpt2Server, type Gpt2ServerOptions } from '../../../src/servers/gpt2/server.ts';
import type { Emitted, Job, Scheduler } from '../../../src/servers/gpt2/runtime/scheduler.ts';

/** A folder that goes when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-gpt2-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Models are made once for all tests. */
export const cacheDir = temporaryFolder();

export const prepareTiny = (dtype: Dtype): Promise<PreparedModel> =>
  prepareModel({ model: 'synthetic-tiny', dtype, cacheDir, onProgress: () => {} });

/** The server with the tiny model, on any port. */
export const startTinyServer = (options: Partial<Gpt2ServerOptions> = {}): Promise<Gpt2Server> =>
  startGpt2Server({
    port: 0,
    model: 'synthetic-tiny',
    dtype: 'q8',
    threads: 1,
    maxBatch: 4,
    cacheDir,
    onProgress: () => {},
    ...options,
  });

const models = new Map<Dtype, Promise<Model>>();

/** The tiny model in this process, loaded once. */
export function tinyModel(dtype: Dtype): Promise<Model> {
  const load = async () => {
    const { folder, config } = await prepareTiny(dtype);
    return createModel(await loadSession(folder, dtype, 2), config);
  };
  const model = models.get(dtype) ?? load();
  models.set(dtype, model);
  return model;
}

/** A job with greedy decoding unless told otherwise. */
export const job = (id: number, prompt: readonly number[], options: Partial<Job> = {}): Job => ({
  id,
  prompt: Int32Array.from(prompt),
  maxTokens: 8,
  ignoreEos: true,
  minTokens: 0,
  sampling: { temperature: 0, topK: 0, topP: 1, seed: id },
  ...options,
});

/** Steps until nothing is left to do. */
export async function drain(scheduler: Scheduler): Promise<Emitted[]> {
  const emitted: Emitted[] = [];
  for (;;) {
    const done = await scheduler.advance();
    if (done === undefined) return emitted;
    emitted.push(...done.emitted);
  }
}

/** Whole numbers from a seed, below a limit. */
export function integers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
