import { createServer } from 'node:http';
import { LoadlensError } from '../../core/errors.ts';
import { listen } from '../listen.ts';
import type { GenerationContext } from './api/generate.ts';
import { createMetrics, type Gpt2Stats } from './api/metrics.ts';
import { createRoutes } from './api/routes.ts';
import type { Dtype } from './convert/store.ts';
import { startEngine, type Engine } from './runtime/engine.ts';
import type { Progress } from './runtime/messages.ts';
import { explainLoadFailure, nativePartProblem } from './runtime/native.ts';
import { createEncoder } from './text/encode.ts';
import { createTextTokenizer } from './text/tokenizer.ts';

/** Settings of a GPT-2 server; ranges as in docs/gpt2-server.md. */
export interface Gpt2ServerOptions {
  readonly host?: string;
  readonly port: number;
  /** `synthetic`, `synthetic-tiny`, a local GPT-2 folder, or a model on Hugging Face. */
  readonly model: string;
  readonly dtype: Dtype;
  readonly threads: number;
  readonly maxBatch: number;
  /** Maximum number of queued sequences (default: 4 × `maxBatch`). Requests above it get status 429. */
  readonly maxQueue?: number;
  /** Maximum tokens of the prefix cache (default: 0, no cache). */
  readonly prefixCacheTokens?: number;
  readonly cacheDir: string;
  readonly onProgress: (progress: Progress) => void;
  /** Called when the model's thread stopped unexpectedly. Responses in progress got an error, and the server can't continue. */
  readonly onCrash?: (error: Error) => void;
  /** Cancels the start. */
  readonly signal?: AbortSignal;
}

/** A running GPT-2 server. */
export interface Gpt2Server {
  readonly url: string;
  readonly port: number;
  /** The weights are random, so texts have no meaning. */
  readonly synthetic: boolean;
  stats(): Gpt2Stats;
  /** Ends the responses in progress, waits for the running step, and stops. */
  close(): Promise<void>;
}

/** Tokens of the KV cache per running sequence: half a context on average. */
const kvTokensPerSequence = 512;
const requestTimeoutMs = 30_000;

/**
 * Starts the server. It listens immediately (`/health` reports "loading"), then prepares and loads the model. Resolves
 * when the model is ready.
 * @throws LoadlensError if the user can fix the cause
 */
export async function startGpt2Server(options: Gpt2ServerOptions): Promise<Gpt2Server> {
  const problem = nativePartProblem();
  if (problem !== undefined) throw problem;
  let context: GenerationContext | undefined;
  let engine: Engine | undefined;
  const metrics = createMetrics();
  const { maxBatch, prefixCacheTokens = 0 } = options;
  const kvTokens = Math.max(2 * kvTokensPerSequence, maxBatch * kvTokensPerSequence);
  const routes = createRoutes({
    model: options.model,
    dtype: options.dtype,
    synthetic: () => engine?.model.synthetic ?? options.model.startsWith('synthetic'),
    context: () => context,
    metrics,
    maxBatch,
    maxQueue: options.maxQueue ?? 4 * maxBatch,
    kvTokens,
    onFault: (error) => void process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  const http = createServer({ requestTimeout: requestTimeoutMs }, (request, response) =>
    routes.handle(request, response),
  );
  const where = await listen(http, options.host ?? '127.0.0.1', options.port);
  const closeHttp = () =>
    new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  try {
    engine = await startEngine({
      ...options,
      kvTokens,
      prefixCacheTokens,
      signal: options.signal ?? new AbortController().signal,
      onStep: (report) => metrics.step(report),
      onCrash: (error) => {
        context = undefined;
        routes.failAll('The model stopped unexpectedly.');
        options.onCrash?.(error);
      },
    });
    // load.ts needs the native runtime, so it's imported after the check above.
    const { loadTokenizer } = await import('./runtime/load.ts');
    const tokenizer = createTextTokenizer(await loadTokenizer(engine.model.folder));
    context = {
      engine,
      config: engine.model.config,
      tokenizer,
      encode: createEncoder((text) => tokenizer.encode(text)),
      tellsCached: prefixCacheTokens > 0,
    };
  } catch (error) {
    await engine?.close();
    await closeHttp();
    if (options.signal?.aborted === true)
      throw new LoadlensError('Starting the GPT-2 server was canceled.', { hint: 'Start it again.' });
    throw explainLoadFailure(error);
  }
  const started = engine;
  return {
    ...where,
    synthetic: started.model.synthetic,
    stats: () => metrics.stats(),
    close: async () => {
      context = undefined;
      await Promise.all([closeHttp(), started.close()]);
    },
  };
}
