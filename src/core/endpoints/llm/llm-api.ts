import type { DialectName } from '../types.ts';
import { isObject, type Json } from './json.ts';

/** An API of language models: how an address and a body show that it is asked. */
export interface LlmApi {
  /** Name in messages: `the … API`. */
  readonly name: string;
  /** How its responses are read; absent when they aren't. */
  readonly dialect?: DialectName;
  /** The end of the path, without a slash after it. */
  readonly path: RegExp;
  /** Members that tell its bodies from others': one of them is there. */
  readonly members: readonly string[];
}

/** The known APIs; the first that fits counts. Prefixes of gateways differ, so the end of the path decides. */
const apis: readonly LlmApi[] = [
  { name: 'Chat Completions', dialect: 'openai', path: /\/chat\/completions$/, members: ['messages', 'prompt'] },
  { name: 'Completions', dialect: 'openai', path: /\/completions$/, members: ['prompt', 'messages'] },
  { name: 'Ollama', dialect: 'ollama', path: /\/api\/(?:generate|chat)$/, members: ['prompt', 'messages'] },
  { name: 'Responses', dialect: 'responses', path: /\/(?:v\d\w*|openai)\/responses$/, members: ['input'] },
  { name: 'Messages', dialect: 'messages', path: /\/messages$/, members: ['max_tokens'] },
  {
    name: 'Embeddings',
    dialect: 'embeddings',
    path: /\/embed(?:dings?)?$/,
    members: ['input', 'inputs', 'prompt', 'texts', 'content'],
  },
  { name: 'Rerank', dialect: 'rerank', path: /\/re-?rank$/, members: ['query'] },
  {
    name: 'llama.cpp completion',
    dialect: 'llama-cpp',
    path: /\/(?:completion|infill)$/,
    members: ['prompt', 'input_prefix'],
  },
  { name: 'Text Generation Inference', dialect: 'tgi', path: /\/generate(?:_stream)?$/, members: ['inputs'] },
  { name: 'SGLang generate', dialect: 'sglang', path: /\/generate$/, members: ['sampling_params', 'input_ids'] },
  { name: 'Triton generate', path: /\/generate(?:_stream)?$/, members: ['text_input'] },
  { name: 'vLLM generate', path: /\/generate$/, members: ['prompt'] },
  { name: 'Gemini', dialect: 'gemini', path: /:(?:stream)?generateContent$/i, members: ['contents'] },
  { name: 'Cohere Chat', path: /\/v[12]\/chat$/, members: ['message', 'messages'] },
  {
    name: 'Bedrock',
    path: /\/model\/[^/]+\/(?:converse|converse-stream|invoke|invoke-with-response-stream)$/,
    members: ['messages', 'prompt', 'inputText'],
  },
];

/** Paths to which clients of OpenAI's API add the rest. */
const basePath = /(?:\/v\d\w*|\/openai|\/deployments\/[^/]+)$/;

/** What a request says of the API that it is for. */
export interface Recognised {
  /** Absent when no API is recognised. */
  readonly api?: LlmApi;
  /** The address to send to, when the one that is written is only the start of it. */
  readonly completed?: string;
  /** It looks like a request to a language model, whether or not its API is recognised. */
  readonly asksModel: boolean;
}

/**
 * Recognises the API by the end of the path and by the body.
 * @param body undefined when the request has none that is a JSON object; null: any body, the path alone decides
 * @param prompts whether a prompt will be put into the body
 */
export function recogniseApi(url: string, body: Json | undefined | null, prompts = false): Recognised {
  const { pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  const fits = (members: readonly string[]): boolean =>
    (path !== '' && (body === null || prompts)) || members.some((member) => member in (body ?? {}));
  const api = apis.find((one) => one.path.test(path) && fits(one.members));
  if (api !== undefined) return { api, asksModel: true };
  const asksModel = prompts || (body !== undefined && body !== null && looksLikeQuestion(body));
  const rest = asksModel ? restOf(path, body ?? {}) : undefined;
  return rest === undefined ? { asksModel } : { ...completedTo(url, path + rest), asksModel };
}

/** Scheme and host, path, query. */
const addressParts = /^([a-z]+:\/\/[^/?#]*)[^?#]*(\?[^#]*)?/i;

function completedTo(url: string, path: string): Pick<Recognised, 'api' | 'completed'> {
  const [, start = '', search = ''] = addressParts.exec(url) ?? [];
  const api = apis.find((one) => one.path.test(path));
  return { completed: start + path + search, ...(api && { api }) };
}

/** What is missing at the end of a base path of OpenAI's API; undefined for any other path. */
function restOf(path: string, body: Json): string | undefined {
  const isChat = 'messages' in body || !('prompt' in body);
  if (basePath.test(path)) return isChat ? '/chat/completions' : '/completions';
  return path === '' && isChat && 'messages' in body ? '/v1/chat/completions' : undefined;
}

/** Members that say how a model is to respond. */
const settings =
  'model stream temperature top_p max_tokens max_completion_tokens max_new_tokens n_predict parameters sampling_params'.split(
    ' ',
  );

/** Whether a body has messages with roles, or a prompt and a setting of a model. */
function looksLikeQuestion(body: Json): boolean {
  const { messages } = body;
  if (Array.isArray(messages) && messages.some((message) => isObject(message) && 'role' in message)) return true;
  const prompt = body['prompt'] ?? body['inputs'] ?? body['input'];
  return typeof prompt === 'string' && settings.some((member) => member in body);
}

/** Whether a path is one of a chat: its prompts are messages. */
export const isChatPath = (url: string): boolean => /chat(?:\/completions)?\/*$/.test(new URL(url).pathname);

/**
 * Returns the addresses that may list the models behind an address of OpenAI's or Ollama's API, the likeliest first.
 * Empty where the path itself names the model.
 */
export function modelListsOf(url: string): string[] {
  const { pathname } = new URL(url);
  const [, origin = '', search = ''] = addressParts.exec(url) ?? [];
  if (/\/deployments\//.test(pathname)) return [];
  const prefix = pathname
    .replace(/\/+$/, '')
    .replace(
      /\/(?:chat\/)?completions$|\/responses$|\/messages$|\/embed(?:dings?)?$|\/re-?rank$|\/api\/(?:generate|chat)$/,
      '',
    );
  const paths =
    pathname.includes('/api/generate') || pathname.includes('/api/chat') ? [`${prefix}/v1`] : [prefix, '/v1'];
  return [...new Set(paths.map((path) => `${origin}${path}/models${search}`))];
}
