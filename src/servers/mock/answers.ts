/** The response to one request, after a delay in seconds if there is one. */
export interface Answer {
  readonly status: number;
  readonly body: string | { readonly [key: string]: string | number };
  readonly sleepS?: number;
  /** Methods that the route accepts, for status 405. */
  readonly allow?: string;
}

/** Maximum of `output_tokens`. The sum of a million responses is still exact. */
const maxOutputTokens = 1_000_000_000;
/** Maximum delay of `/sleeper`, seconds. */
const maxSleepS = 3600;

const bad = (error: string): Answer => ({ status: 400, body: { error } });

/** Returns the value of a query parameter; undefined if there is none or more than one. */
function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function tokenizer(query: URLSearchParams): Answer {
  const text = only(query, 'output_tokens') ?? '';
  const tokens = Number(text);
  if (!/^\d+$/.test(text) || tokens < 1 || tokens > maxOutputTokens) {
    return bad(
      `output_tokens must be one whole number from 1 to ${maxOutputTokens}, such as /tokenizer?output_tokens=30.`,
    );
  }
  const sleepS = tokens < 10 ? 1 : tokens < 100 ? 2 : tokens < 1000 ? 3 : 5;
  return { status: 200, body: { output_tokens: tokens }, sleepS };
}

function sleeper(query: URLSearchParams): Answer {
  const text = query.has('sleep_length') ? (only(query, 'sleep_length') ?? '') : '0';
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds > maxSleepS) {
    return bad(`sleep_length must be one number of seconds from 0 to ${maxSleepS}, such as /sleeper?sleep_length=2.`);
  }
  const sleepS = seconds === 0 ? 1 : seconds;
  return { status: 200, body: `Slept for ${sleepS} s.\n`, sleepS };
}

const routes: Readonly<Record<string, (query: URLSearchParams) => Answer>> = {
  '/tokenizer': tokenizer,
  '/sleeper': sleeper,
  '/hello': () => ({ status: 200, body: 'Hello from the mock server.\n' }),
};

/** Returns the response of a route that counts toward the limit: all but `/update_config`, `/health`, and `/metrics`. */
export function answerTo(method: string, path: string, query: URLSearchParams): Answer {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!route) {
    return {
      status: 404,
      body: {
        error: 'Not found. Try /tokenizer?output_tokens=3, /sleeper?sleep_length=1, /hello, or /v1/chat/completions.',
      },
    };
  }
  return method === 'GET' ? route(query) : wrongMethod('GET');
}

/** Returns the response to a method that a route doesn't accept. */
export const wrongMethod = (allow: string): Answer => ({
  status: 405,
  body: { error: `This URL accepts only ${allow} requests.` },
  allow,
});

/** Returns the response above the limit. */
export const tooMany = (limit: number): Answer & { readonly body: { readonly error: string } } => ({
  status: 429,
  body: { error: `Too many requests: the limit is ${limit} at the same time.` },
});

/** Returns the new limit in the body of `POST /update_config`, or an error response. */
export function readConfig(text: string): number | Answer {
  const example = '{"max_concurrent_requests": 10}';
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return bad(`The body must be JSON, such as ${example}.`);
  }
  if (typeof config !== 'object' || config === null || !('max_concurrent_requests' in config)) {
    return bad(`The body must have the field max_concurrent_requests, such as ${example}.`);
  }
  const limit = config.max_concurrent_requests;
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1) {
    return bad(`max_concurrent_requests must be a whole number from 1, such as ${example}.`);
  }
  return limit;
}
