/** What the mock server says to one request: an answer, after a sleep in seconds where there is one. */
export interface Answer {
  readonly status: number;
  readonly body: string | { readonly [key: string]: string | number };
  readonly sleepS?: number;
  /** The methods that the route takes, for a 405. */
  readonly allow?: string;
}

/** The largest `output_tokens`; sums over a million answers stay exact. */
const maxOutputTokens = 1_000_000_000;
/** The longest sleep of `/sleeper`, seconds. */
const maxSleepS = 3600;

const bad = (error: string): Answer => ({ status: 400, body: { error } });

/** The only value of a query parameter; undefined when it is missing or there are several. */
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

/** The answer of a route that counts towards the limit. Knows all paths but `/update_config`, `/health` and `/metrics`. */
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

/** The answer to a method that a route does not take. */
export const wrongMethod = (allow: string): Answer => ({
  status: 405,
  body: { error: `This URL accepts only ${allow} requests.` },
  allow,
});

/** The answer above the limit. */
export const tooMany = (limit: number): Answer & { readonly body: { readonly error: string } } => ({
  status: 429,
  body: { error: `Too many requests: the limit is ${limit} at the same time.` },
});

/** The new limit in the body of `POST /update_config`, or the answer that says what is wrong with it. */
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
