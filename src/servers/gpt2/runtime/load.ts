import { basename, dirname } from 'node:path';
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  env,
  LogLevel,
  type PreTrainedTokenizer,
} from '@huggingface/transformers';
import type { InferenceSession } from 'onnxruntime-node';
import type { Dtype } from '../convert/store.ts';

/** Lets transformers.js load from the prepared folder only. Returns the folder's name. */
function stayLocal(folder: string): string {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = dirname(folder);
  env.useFSCache = false;
  env.logLevel = LogLevel.ERROR;
  return basename(folder);
}

/**
 * Opens the session of a prepared folder. The runtime finds the data file next to the model. With `use_external_data_format`,
 * transformers.js would read it into memory as well and keep it.
 */
export async function loadSession(folder: string, dtype: Dtype, threads: number): Promise<InferenceSession> {
  const model = await AutoModelForCausalLM.from_pretrained(stayLocal(folder), {
    dtype,
    device: 'cpu',
    local_files_only: true,
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' },
  });
  // The sessions of transformers.js have loose types.
  const sessions: Readonly<Record<string, InferenceSession>> = model.sessions;
  const session = sessions['model'];
  if (session === undefined) throw new Error(`${folder} has no session named "model".`);
  return session;
}

/** Opens the tokenizer of a prepared folder. */
export const loadTokenizer = (folder: string): Promise<PreTrainedTokenizer> =>
  AutoTokenizer.from_pretrained(stayLocal(folder), { local_files_only: true });
