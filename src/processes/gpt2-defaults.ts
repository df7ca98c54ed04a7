import { bundledServers } from '../core/endpoints/bundled-servers.ts';

/** Defaults of the GPT-2 server, for editor and command line. */
export const gpt2Defaults = { port: bundledServers.gpt2.port, model: 'synthetic', dtype: 'q8', maxBatch: 16 } as const;

/**
 * Node options of the server's process. HTTP creates mostly short-lived objects. With Node's default size of the young generation,
 * memory varies by about 100 MB. It also applies to the model's thread, instead of the thread's own limit.
 */
export const gpt2Switches = ['--max-semi-space-size=4'];

/** Precisions of the GPT-2 server. */
export const gpt2Dtypes = ['fp32', 'q8', 'q4'] as const;

/** Maximum number of useful threads: with the size of GPT-2, more of them wait for each other. */
const mostUsefulThreads = 8;

/** Returns the number of threads for a number of processors. */
export const threadsFor = (processors: number): number => Math.max(1, Math.min(mostUsefulThreads, processors));
