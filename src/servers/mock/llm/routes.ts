import type { IncomingMessage, ServerResponse } from 'node:http';
import { readJson, writeJson } from '../../http.ts';
import { ApiError } from '../../openai/errors.ts';
import type { Family } from '../../prometheus.ts';
import { createAgenda } from '../scheduler/agenda.ts';
import { createScheduler, type SchedulerLimits } from '../scheduler/scheduler.ts';
import { blockTokens } from '../scheduler/kv-blocks.ts';
import type { Exactness } from '../metrics.ts';
import type { LlmApi } from './apis/api.ts';
import { nowS } from './apis/api.ts';
import { apisAt } from './apis/apis.ts';
import { modelName, type LlmRequest, readLlmRequest, type TimingDefaults } from './request.ts';
import { bodyOf, type Place, toldToFail, writeStream, writeWhole } from './respond.ts';
import { isUnlucky, makeSchedule, ttftOf } from './schedule.ts';
import { outputToken } from './text.ts';

/** Settings of the mock model. */
export interface LlmOptions extends SchedulerLimits, TimingDefaults {}

/** The routes of the mock model. */
export interface LlmRoutes {
  /** Returns true for a path of the model, also one that doesn't exist under /v1/. */
  serves(path: string): boolean;
  handle(url: URL, request: IncomingMessage, response: ServerResponse, place: Place): Promise<void>;
  /** Writes an error in the format of the path's API. */
  refuse(path: string, response: ServerResponse, error: ApiError): void;
  metrics(): Family[];
}

/** Maximum size of a request body, bytes: real traces have prompts of a million characters. */
const maxBodyBytes = 32 * 1024 * 1024;

const modelCard = { id: modelName, object: 'model', created: nowS(), owned_by: 'loadlens' };
const models: Readonly<Record<string, object>> = {
  '/v1/models': { object: 'list', data: [modelCard] },
  [`/v1/models/${modelName}`]: modelCard,
};

/** Returns the routes of a model without weights: known text at known times; docs/mock-server.md. */
export function createLlmRoutes(options: LlmOptions & { timeScale: number; exactness: Exactness }): LlmRoutes {
  const { timeScale, exactness, prefixCaching = false, kvCacheBlocks } = options;
  const scheduler = createScheduler(options, timeScale, createAgenda());
  let requests = 0;

  const generate = (api: LlmApi, wanted: LlmRequest, response: ServerResponse, place: Place): void => {
    const { asked, tokens, timing, errors, finishReason } = wanted;
    const index = requests++;
    const fails = isUnlucky(errors.rate, timing.seed, index);
    if (fails && (errors.mode === 'status' || !asked.stream)) throw new ApiError(errors.status, toldToFail);
    const promptTokens = asked.prompt.length;
    if (scheduler.missingBlocks(promptTokens, tokens) > 0) {
      throw new ApiError(
        400,
        `The KV cache has ${kvCacheBlocks} blocks of ${blockTokens} tokens. The prompt has ${promptTokens} and the response ` +
          `may have ${tokens}. Shorten the prompt, lower max_tokens, or increase --kv-cache-blocks.`,
        { code: 'context_length_exceeded' },
      );
    }
    const reply = { api, wanted, response, place, exactness, tellsCached: prefixCaching };
    const writing = asked.stream ? writeStream(reply) : writeWhole(reply);
    const tokenAt = (at: number): string => asked.prompt[at] ?? outputToken(at - promptTokens);
    const leave = scheduler.submit({
      since: place.since,
      promptTokens,
      tokenAt: asked.pooled ? undefined : tokenAt,
      whole: !asked.stream,
      finishReason,
      prefillMs: (uncachedTokens) => ttftOf(timing, uncachedTokens),
      schedule: (uncachedTokens) => makeSchedule(tokens, timing, { index, fails, uncachedTokens }),
      ...writing,
    });
    place.onGone(leave);
  };

  return {
    serves: (path) => path.startsWith('/v1/') || apisAt(path).length > 0,
    handle: async (url, request, response, place) => {
      let api = apisAt(url.pathname)[0];
      try {
        const apis = choose(url.pathname, request.method ?? '');
        const model = Object.hasOwn(models, url.pathname) ? models[url.pathname] : undefined;
        if (model) {
          place.answered(200);
          writeJson(response, 200, model);
          return;
        }
        const json = await readJson(request, maxBodyBytes);
        api = apis.find((one) => one.takes?.(Object(json)) ?? true) ?? api;
        // The client may have disconnected.
        if (api && !response.destroyed) {
          generate(api, readLlmRequest(api, json, url, options), response, place);
        }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        place.answered(error.status);
        refuse(api, response, error);
      }
    },
    refuse: (path, response, error) => refuse(apisAt(path)[0], response, error),
    metrics: () => scheduler.metrics(),
  };
}

/** Returns the APIs of a path; none for the routes of the models. Throws an ApiError for another path or method. */
function choose(path: string, method: string): readonly LlmApi[] {
  const apis = apisAt(path);
  const allow = Object.hasOwn(models, path) ? 'GET, HEAD' : 'POST';
  if (apis.length === 0 && allow === 'POST') {
    throw new ApiError(404, `${path} not found. Try POST /v1/chat/completions.`);
  }
  if (!allow.split(', ').includes(method)) {
    throw new ApiError(405, `${path} accepts only ${allow} requests.`, { headers: { allow } });
  }
  return apis;
}

const refuse = (api: LlmApi | undefined, response: ServerResponse, error: ApiError): void =>
  writeJson(response, error.status, bodyOf(api, error), error.headers);
