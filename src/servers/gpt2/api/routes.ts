import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  doneEvent,
  eventsType,
  eventText,
  isRead,
  readJson,
  startStream,
  writeError,
  writeJson,
  writeText,
} from '../../http.ts';
import { ApiError } from '../../openai/errors.ts';
import { answerWriter, type Choice, type Usage } from '../../openai/responses.ts';
import { metricsType } from '../../prometheus.ts';
import { planGeneration, runGeneration, type GenerationContext } from './generate.ts';
import type { Gpt2Metrics } from './metrics.ts';
import { readChat, readCompletion, type GenerationRequest } from './requests.ts';

/** What the routes need. `context` returns undefined while the model is loading. */
export interface Served {
  readonly model: string;
  readonly dtype: string;
  readonly synthetic: () => boolean;
  readonly context: () => GenerationContext | undefined;
  readonly metrics: Gpt2Metrics;
  readonly maxBatch: number;
  /** Maximum number of queued sequences. */
  readonly maxQueue: number;
  readonly kvTokens: number;
  /** Called for an internal error. */
  readonly onFault: (error: unknown) => void;
}

/** Routes of one server. `failAll` ends all responses in progress with an error. */
export interface Routes {
  handle(request: IncomingMessage, response: ServerResponse): void;
  failAll(message: string): void;
}

type Handler = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void | Promise<void>;

/** Maximum size of a request body, bytes. */
const maxBodyBytes = 1024 * 1024;

/** Name that each model of this server has, so that one endpoints file fits all of them. */
const anyModel = 'gpt2';
const created = Math.floor(Date.now() / 1000);

/** Returns the routes: OpenAI's completions and chat, and the mock server's /tokenizer. */
export function createRoutes(served: Served): Routes {
  const { metrics } = served;
  const active = new Set<(error: ApiError) => void>();
  let sequences = 0;

  const ready = (): GenerationContext => {
    const context = served.context();
    if (context === undefined)
      throw new ApiError(503, 'The model is still loading.', { headers: { 'retry-after': '1' } });
    return context;
  };
  const label = () => (served.synthetic() ? 'synthetic' : 'trained');
  const headers = () => ({ 'x-loadlens-weights': label() });
  const fingerprint = () => `loadlens-gpt2-${served.dtype}-${label()}`;
  const modelCard = () => ({ id: served.model, object: 'model', created, owned_by: `loadlens (${label()} weights)` });

  /** Admits all choices of a request. Throws an ApiError if the queue is full. */
  const admit = (count: number) => {
    if (sequences + count <= served.maxBatch + served.maxQueue) {
      sequences += count;
      return;
    }
    if (count > served.maxBatch + served.maxQueue)
      throw new ApiError(400, `This server accepts up to ${served.maxBatch + served.maxQueue} concurrent responses.`);
    const rounds = (sequences - served.maxBatch) / served.maxBatch;
    const waitS = Math.max(1, Math.ceil((rounds * metrics.meanRequestMs) / 1000));
    const message = `The server is full: ${served.maxBatch} responses are running and ${served.maxQueue} can be queued. Try again later.`;
    throw new ApiError(429, message, { code: 'rate_limit_exceeded', headers: { 'retry-after': String(waitS) } });
  };

  /** Generates a response. A stream is written as it's generated; otherwise, `onWhole` gets the texts. */
  const generate = async (
    request: GenerationRequest,
    response: ServerResponse,
    arrived: number,
    onWhole: (choices: Choice[], usage: Usage) => void,
  ) => {
    const context = ready();
    // Before the prompts are tokenized, so that a rejected request costs nothing.
    let running = request.prompts.length * request.n;
    admit(running);
    const generation = await planGeneration(request, context).catch((error: unknown) => {
      sequences -= running;
      throw error;
    });
    if (response.destroyed) {
      sequences -= running;
      metrics.answered(499);
      return;
    }
    const writer = answerWriter(
      { kind: request.kind, model: served.model, fingerprint: fingerprint() },
      request.includeUsage,
    );
    const texts = generation.jobs.map(() => '');
    const reasons = generation.jobs.map((): Choice['finishReason'] => 'length');
    let write: ((event: object) => void) | undefined;
    let first = true;
    const begin = () => {
      if (!request.stream || write !== undefined) return;
      startStream(response, eventsType, headers());
      write = (event) => response.write(eventText(event));
      for (const index of texts.keys()) {
        const opening = writer.opening(index);
        if (opening !== undefined) write(opening);
      }
    };
    const settle = () => {
      active.delete(fail);
      sequences -= running;
      running = 0;
      response.off('close', gone);
    };
    const gone = () => {
      cancel();
      settle();
      // Proxies use 499 for a client that disconnected.
      metrics.answered(499);
    };
    const fail = (error: ApiError) => {
      settle();
      metrics.answered(error.status);
      writeError(response, error);
    };
    const cancel = runGeneration(generation, context, {
      onToken: () => {
        metrics.tokens(1);
        if (first) metrics.firstToken(performance.now() - arrived);
        first = false;
        begin();
      },
      onText: (index, text, usage) => {
        if (write !== undefined) write(writer.piece(index, text, request.continuousUsage ? usage : undefined));
        else texts[index] += text;
      },
      onEnd: (index, reason, usage) => {
        running--;
        sequences--;
        reasons[index] = reason;
        write?.(writer.closing(index, reason, request.continuousUsage ? usage : undefined));
      },
      onDone: (usage) => {
        settle();
        metrics.finished(performance.now() - arrived);
        metrics.answered(200);
        if (write !== undefined) {
          if (request.includeUsage) write(writer.usage(usage));
          response.end(doneEvent);
          return;
        }
        onWhole(
          texts.map((text, index) => ({ text, finishReason: reasons[index] ?? 'length' })),
          usage,
        );
      },
    });
    active.add(fail);
    response.once('close', gone);
  };

  const openAi =
    (read: (json: unknown) => GenerationRequest): Handler =>
    async (request, response) => {
      const arrived = performance.now();
      ready();
      const wanted = read(await readJson(request, maxBodyBytes));
      if (wanted.model !== undefined && wanted.model !== served.model && wanted.model !== anyModel)
        throw new ApiError(404, `Model ${wanted.model} not found. This server has ${served.model}.`, {
          param: 'model',
          code: 'model_not_found',
        });
      const writer = (choices: Choice[], usage: Usage) => {
        const head = { kind: wanted.kind, model: served.model, fingerprint: fingerprint() };
        writeJson(response, 200, answerWriter(head, false).whole(choices, usage), headers());
      };
      if (!response.destroyed) await generate(wanted, response, arrived, writer);
    };

  const tokenizer: Handler = (_, response, query) => {
    const { config } = ready();
    const most = config.context - 1;
    const given = query.getAll('output_tokens');
    const tokens = Number(given[0]);
    if (given.length !== 1 || !/^\d+$/.test(given[0] ?? '') || tokens < 1 || tokens > most)
      throw new ApiError(
        400,
        `output_tokens must be one whole number from 1 to ${most}, such as /tokenizer?output_tokens=30.`,
        {
          param: 'output_tokens',
        },
      );
    const request: GenerationRequest = {
      kind: 'completion',
      model: undefined,
      prompts: [[config.eosTokenId]],
      n: 1,
      maxTokens: tokens,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
      stop: [],
      ignoreEos: true,
      minTokens: 0,
      stream: false,
      includeUsage: false,
      continuousUsage: false,
    };
    return generate(request, response, performance.now(), (_choices, usage) =>
      writeJson(response, 200, { output_tokens: usage.completion }, headers()),
    );
  };

  const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/v1/completions': { POST: openAi(readCompletion) },
    '/v1/chat/completions': { POST: openAi(readChat) },
    '/v1/models': {
      GET: (_, response) => writeJson(response, 200, { object: 'list', data: [modelCard()] }, headers()),
    },
    '/tokenizer': { GET: tokenizer },
    '/health': {
      GET: (_, response) => {
        const loading = served.context() === undefined;
        const body = {
          status: loading ? 'loading' : 'ready',
          model: served.model,
          dtype: served.dtype,
          weights: label(),
        };
        // With this header, the extension recognizes the server.
        writeJson(response, loading ? 503 : 200, body, { server: 'loadlens-gpt2' });
      },
    },
    '/metrics': {
      GET: (_, response) => {
        const labels = { model: served.model, dtype: served.dtype, weights: label() };
        writeText(response, 200, metricsType, metrics.render(labels, served.kvTokens));
      },
    },
  };

  const find = (method: string, path: string): Handler => {
    const names = [anyModel, served.model, encodeURIComponent(served.model)];
    if (isRead(method) && names.some((name) => path === `/v1/models/${name}`))
      return (_, response) => writeJson(response, 200, modelCard(), headers());
    const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (methods === undefined) throw new ApiError(404, `${path} not found. Try POST /v1/completions.`);
    const asked = isRead(method) ? 'GET' : method;
    const handler = Object.hasOwn(methods, asked) ? methods[asked] : undefined;
    const allow = Object.keys(methods)
      .flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
      .join(', ');
    if (handler === undefined)
      throw new ApiError(405, `${path} accepts only ${allow} requests.`, { headers: { allow } });
    return handler;
  };

  const refuse = (response: ServerResponse, thrown: unknown) => {
    const error =
      thrown instanceof ApiError ? thrown : new ApiError(500, 'Internal error. See the server log for details.');
    metrics.answered(error.status);
    writeError(response, error);
    // An internal error in one request doesn't end the others.
    if (!(thrown instanceof ApiError)) served.onFault(thrown);
  };
  return {
    handle: (request, response) => {
      void (async () => {
        try {
          const { pathname, searchParams } = parse(request.url ?? '/');
          await find(request.method ?? 'GET', pathname)(request, response, searchParams);
        } catch (error) {
          // A client that disconnects while it sends its body isn't an error of the server.
          if (!request.destroyed || request.complete) refuse(response, error);
        }
      })();
    },
    failAll: (message) => {
      for (const fail of active) fail(new ApiError(500, message));
    },
  };
}

function parse(url: string): URL {
  try {
    return new URL(url, 'http://server');
  } catch {
    throw new ApiError(400, "The URL of the request isn't valid.");
  }
}
