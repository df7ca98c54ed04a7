import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Gpt2Config } from '../model/config.ts';
import type { WeightSource } from '../model/weights.ts';
import { buildGraph } from './graph.ts';
import { storeWeights, type Dtype, type Sink } from './store.ts';

/** Version of the output. Models of an older version are converted again. */
export const converterVersion = 2;

/** A written file, for the manifest. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Tensors start at page boundaries, so that the runtime can map them from the file. */
const alignment = 4096;

/** Writes `path` (the graph) and `path_data` (the weights), one tensor in memory at a time. Returns both files. */
export async function convert(
  config: Gpt2Config,
  source: WeightSource,
  dtype: Dtype,
  path: string,
  onProgress: (share: number) => void,
): Promise<Record<string, WrittenFile>> {
  const dataPath = `${path}_data`;
  const dataName = basename(dataPath);
  const file = await open(dataPath, 'wx');
  const hash = createHash('sha256');
  let offset = 0;
  const sink: Sink = async (data) => {
    const padding = Buffer.alloc((alignment - (offset % alignment)) % alignment);
    const at = offset + padding.length;
    await file.write(padding, 0, padding.length, offset);
    for (let sent = 0; sent < data.length;) {
      const { bytesWritten } = await file.write(data, sent, data.length - sent, at + sent);
      sent += bytesWritten;
    }
    hash.update(padding).update(data);
    offset = at + data.length;
    return { file: dataName, offset: at, bytes: data.length };
  };
  try {
    const stored = await storeWeights(config, source, dtype, sink, onProgress);
    const graph = buildGraph(config, dtype, stored);
    await file.sync();
    await writeFile(path, graph, { flag: 'wx', flush: true });
    return {
      [basename(path)]: { bytes: graph.length, sha256: createHash('sha256').update(graph).digest('hex') },
      [dataName]: { bytes: offset, sha256: hash.digest('hex') },
    };
  } finally {
    await file.close();
  }
}
