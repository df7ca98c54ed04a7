import type { DialectName } from '../types.ts';
import { isObject, type Json } from '../json.ts';

/** An API of language models, recognized by URL and body. */
export interface LlmApi {
  /** Name in messages: `the … API`. */
  readonly name: string;
  /** Format of its responses; absent if unsupported. */
  readonly dialect?: DialectName;
  /** The end of the path, without a slash after it. */
  readonly path: RegExp;
  /** Members that distinguish its bodies from others: each body has at least one. */
  readonly members: readonly string[];
  /** Another such member, which bodies of servers without a model have as well, such as those for speech or chats of people. */
  readonly commonMember?: string;
}

/** Known APIs; the first match counts. The end of the path decides, because gateways add prefixes. */
const apis: readonly LlmApi[] = [
  { name: 'Chat Completions', dialect: 'openai', path: /\/chat\/completions$/, members: ['messages', 'prompt'] },
  { name: 'Completions', dialect: 'openai', path: /\/completions$/, members: ['prompt', 'messages'] },
  { name: 'Ollama', dialect: 'ollama', path: /\/api\/(?:generate|chat)$/, members: ['prompt', 'messages'] },
  { name: 'Responses', dialect: 'responses', path: /\/(?:v\d\w*|openai)\/responses$/, members: ['input'] },
  {
    name: 'Messages',
    dialect: 'messages',
    path: /\/messages$/,
    members: ['max_tokens'],
    commonMember: 'messages',
  },
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
  {
    name: 'SGLang generate',
    dialect: 'sglang',
    path: /\/generate$/,
    members: ['sampling_params', 'input_ids'],
    commonMember: 'text',
  },
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

/** Base paths, which clients of OpenAI's API complete. */
const basePath = /(?:\/v\d\w*|\/openai|\/deployments\/[^/]+)$/;

/** API of a request. */
export interface Recognized {
  /** Absent if no API is recognized. */
  readonly api?: LlmApi;
  /** Complete URL, if the request has a base URL. */
  readonly completed?: string;
  /** Whether the request looks like one to a language model with any API. */
  readonly asksModel: boolean;
}

/**
 * Recognizes the API by the end of the path and by the body.
 * @param body undefined if the body isn't a JSON object; null: only the path decides
 * @param prompts whether prompts are added to the body
 * @param isModel whether the request is known to be for a language model
 */
export function recognizeApi(
  url: string,
  body: Json | undefined | null,
  prompts = false,
  isModel = prompts,
): Recognized {
  const { pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  const fitting = apis.filter((one) => one.path.test(path));
  const api =
    fitting.find(({ members, commonMember }) =>
      [...members, ...(isModel && commonMember !== undefined ? [commonMember] : [])].some(
        (member) => member in (body ?? {}),
      ),
    ) ?? (path !== '' && (body === null || prompts) ? fitting[0] : undefined);
  if (api !== undefined) return { api, asksModel: true };
  const asksModel = prompts || (body !== undefined && body !== null && looksLikeQuestion(body));
  const rest = asksModel ? restOf(path, body ?? {}) : undefined;
  return rest === undefined ? { asksModel } : { ...completedTo(url, path + rest), asksModel };
}

/** Scheme and host, path, query. */
const addressParts = /^([a-z]+:\/\/[^/?#]*)[^?#]*(\?[^#]*)?/i;

function completedTo(url: string, path: string): Pick<Recognized, 'api' | 'completed'> {
  const [, start = '', search = ''] = addressParts.exec(url) ?? [];
  const api = apis.find((one) => one.path.test(path));
  return { completed: start + path + search, ...(api && { api }) };
}

/** Returns the rest of a base path of OpenAI's API; undefined for other paths. */
function restOf(path: string, body: Json): string | undefined {
  const isChat = 'messages' in body || !('prompt' in body);
  if (basePath.test(path)) return isChat ? '/chat/completions' : '/completions';
  return path === '' && isChat && 'messages' in body ? '/v1/chat/completions' : undefined;
}

/** Members with settings of a model. */
const settings =
  'model stream temperature top_p max_tokens max_completion_tokens max_new_tokens n_predict parameters sampling_params'.split(
    ' ',
  );

/** Returns whether a body has messages with roles, or a prompt and a setting of a model. */
function looksLikeQuestion(body: Json): boolean {
  const { messages } = body;
  if (Array.isArray(messages) && messages.some((message) => isObject(message) && 'role' in message)) return true;
  const prompt = body['prompt'] ?? body['inputs'] ?? body['input'];
  return typeof prompt === 'string' && settings.some((member) => member in body);
}

/** Returns whether the path of a URL is one of a chat, whose prompts are messages. */
export const isChatPath = (url: string): boolean => /chat(?:\/completions)?\/*$/.test(new URL(url).pathname);

/**
 * Returns the URLs that may list the models of an OpenAI or Ollama API, the most likely first. Empty if the path names
 * the model.
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
