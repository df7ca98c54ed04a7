import { modelsIn } from '../core/endpoints/llm/model-list.ts';
import { maskSecrets } from '../core/endpoints/mask.ts';
import type { PreparedRequest } from '../core/endpoints/types.ts';
import type { RunInput, RunPlan } from '../core/plan/types.ts';
import { getText, reasonOf, textClient } from './transport/get-text.ts';

/** Timeout of one request for a list of models, ms. */
const mostMs = 10_000;
/** Maximum number of characters read of a list. */
const mostText = 1 << 22;

type Asking = Pick<RunInput, 'requests' | 'secrets' | 'notes'>;

/**
 * Returns the requests with a model for those that name none. Asks each server once for its list, with the headers of
 * the request. The first model goes into the bodies, and a note names its source. A request whose server names no model
 * is unchanged, because some servers don't need one.
 */
export async function withModels<T extends Asking>(
  inputs: readonly T[],
  signal: AbortSignal,
  plan: Pick<RunPlan, 'timeoutMs' | 'insecure'>,
): Promise<T[]> {
  const lists = new Map<string, Promise<Listed>>();
  const listedBy = (url: string, headers: PreparedRequest['headers']): Promise<Listed> => {
    const key = JSON.stringify([url, headers]);
    const known = lists.get(key) ?? readList(url, headers, signal, plan);
    lists.set(key, known);
    return known;
  };
  return Promise.all(
    inputs.map(async (input) => {
      if (input.requests.every(({ modelLists }) => modelLists === undefined)) return input;
      const found = await Promise.all(input.requests.map((request) => withModel(request, listedBy)));
      const notes = found.flatMap(({ note }) => (note === undefined ? [] : [maskSecrets(note, input.secrets)]));
      return {
        ...input,
        requests: found.map(({ request }) => request),
        notes: [...new Set([...(input.notes ?? []), ...notes])],
      };
    }),
  );
}

async function withModel(
  { modelLists = [], ...request }: PreparedRequest,
  listedBy: (url: string, headers: PreparedRequest['headers']) => Promise<Listed>,
): Promise<{ readonly request: PreparedRequest; readonly note?: string }> {
  let failed: string | undefined;
  for (const url of modelLists) {
    const listed = await listedBy(url, request.headers);
    const asked = `GET ${new URL(url).pathname}`;
    if ('failure' in listed) {
      failed ??= `no model in the request, and none known from ${asked}: ${listed.failure}`;
      continue;
    }
    const [model = ''] = listed.models;
    const more = listed.models.length > 1 ? `, the first of ${listed.models.length}` : '';
    return { request: putModel(request, model), note: `model ${model}${more}, from ${asked}` };
  }
  return failed === undefined ? { request } : { request, note: failed };
}

type Listed = { readonly models: readonly string[] } | { readonly failure: string };

async function readList(
  url: string,
  headers: PreparedRequest['headers'],
  signal: AbortSignal,
  plan: Pick<RunPlan, 'timeoutMs' | 'insecure'>,
): Promise<Listed> {
  const address = new URL(url);
  const timeoutMs = Math.min(plan.timeoutMs, mostMs);
  const client = textClient(address.origin, plan.insecure);
  try {
    const own = headers.filter(([name]) => !/^(?:content-.*|host|accept)$/i.test(name)).flat();
    const text = await getText(client, {
      url: address,
      headers: [...own, 'accept', 'application/json'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      most: mostText,
      what: 'list',
    });
    const models = modelsIn(text);
    return models.length > 0 ? { models } : { failure: 'it lists none' };
  } catch (error) {
    return { failure: failureText(error, timeoutMs) };
  } finally {
    await client.destroy();
  }
}

function failureText(error: unknown, timeoutMs: number): string {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return isLate ? `no response within ${timeoutMs} ms` : reasonOf(error);
}

/** Returns the request with the model as the first member of each body. The other bytes stay the same. */
function putModel(request: PreparedRequest, model: string): PreparedRequest {
  const start = Buffer.from(`{"model":${JSON.stringify(model)},`);
  const put = (body: Uint8Array): Uint8Array => {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return Buffer.concat([bytes.subarray(0, bytes.indexOf('{')), start, bytes.subarray(bytes.indexOf('{') + 1)]);
  };
  const { body, prompts, conversations } = request;
  return {
    ...request,
    ...(body && { body: put(body) }),
    ...(prompts && { prompts: { ...prompts, bodies: prompts.bodies.map(put) } }),
    ...(conversations && { conversations: { ...conversations, bodies: conversations.bodies.map(put) } }),
  };
}
