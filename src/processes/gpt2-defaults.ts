import { bundledServers } from '../core/endpoints/bundled-servers.ts';

/** What the GPT-2 server is unless somebody chooses otherwise: the same from the editor and from the command line. */
export const gpt2Defaults = { port: bundledServers.gpt2.port, model: 'synthetic', dtype: 'q8', maxBatch: 16 } as const;

/**
 * Switches of Node for the server's process. HTTP leaves little that lasts; with Node's own size of the young generation some
 * 100 MB of what it left come and go. It holds for the model's thread as well, in the place of its own limit.
 */
export const gpt2Switches = ['--max-semi-space-size=4'];

/** Precisions that the GPT-2 server has. */
export const gpt2Dtypes = ['fp32', 'q8', 'q4'] as const;

/** More threads than this only wait for each other at the size of a GPT-2. */
const mostUsefulThreads = 8;

/** As many threads as a machine with so many processors has use for. */
export const threadsFor = (processors: number): number => Math.max(1, Math.min(mostUsefulThreads, processors));
