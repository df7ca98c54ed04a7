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

/** What the GPT-2 server is asked to be; ranges as in docs/gpt2-server.md. */
export interface Gpt2ServerOptions {
  readonly host?: string;
  readonly port: number;
  /** `synthetic`, `synthetic-tiny`, a local GPT-2 folder, or a model of the Hugging Face hub. */
  readonly model: string;
  readonly dtype: Dtype;
  readonly threads: number;
  readonly maxBatch: number;
  /** Sequences that may wait for a slot; above that requests get 429. 4 × maxBatch unless given. */
  readonly maxQueue?: number;
  readonly cacheDir: string;
  readonly onProgress: (progress: Progress) => void;
  /** The model's thread ended by itself. Answers under way got an error; the server is of no use any more. */
  readonly onCrash?: (error: Error) => void;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

/** A running GPT-2 server. */
export interface Gpt2Server {
  readonly url: string;
  readonly port: number;
  /** Random weights: the answers mean nothing. */
  readonly synthetic: boolean;
  stats(): Gpt2Stats;
  /** Breaks off the answers under way, waits for the running step, and stops. */
  close(): Promise<void>;
}

/** Tokens of KV cache for each sequence that may run: on average half a context. */
const kvTokensPerSequence = 512;
const requestTimeoutMs = 30_000;

/**
 * Starts the server: listens at once (`/health` says "loading"), makes or finds the model, loads it, and resolves when
 * it answers. Throws a LoadlensError for what the user can mend.
 */
export async function startGpt2Server(options: Gpt2ServerOptions): Promise<Gpt2Server> {
  const problem = nativePartProblem();
  if (problem !== undefined) throw problem;
  let context: GenerationContext | undefined;
  let engine: Engine | undefined;
  const metrics = createMetrics();
  const { maxBatch } = options;
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
      signal: options.signal ?? new AbortController().signal,
      onStep: (report) => metrics.step(report),
      onCrash: (error) => {
        context = undefined;
        routes.failAll('The model stopped unexpectedly.');
        options.onCrash?.(error);
      },
    });
    // Subtle here: load.ts needs the native part, so it may only be touched after the check above.
    const { loadTokenizer } = await import('./runtime/load.ts');
    const tokenizer = createTextTokenizer(await loadTokenizer(engine.model.folder));
    context = {
      engine,
      config: engine.model.config,
      tokenizer,
      encode: createEncoder((text) => tokenizer.encode(text)),
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
