import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { PreparedRequest, Target } from '../../core/endpoints/types.ts';
import { LoadlensError } from '../../core/errors.ts';
import { seededOrder } from '../../core/plan/prompt-turns.ts';
import type { Origin, WireRequest } from './transport.ts';
import { withConversations } from './variants/conversation-request.ts';
import { withDynamicParts } from './variants/dynamic-request.ts';
import { withSynthetic } from './variants/synthetic-request.ts';

/** Headers that control the connection, which is the engine's task. */
const ownHeaders = new Set(['expect', 'keep-alive', 'transfer-encoding', 'upgrade']);
/** Added to the seed, so that the choice of prompts is independent of the choice of targets. */
const promptSeed = 0x5eed;

/**
 * Returns the requests in the form in which they are sent.
 * @param seed selects random prompts, and generates the random values of placeholders
 * @throws LoadlensError that names the target of a request that can't be sent
 */
export function toWire(
  requests: readonly PreparedRequest[],
  targets: readonly Pick<Target, 'name'>[],
  userAgent: string,
  seed = 0,
): WireRequest[] {
  const origins = new Map<string, Origin>();
  // Most requests of a large file have the same headers, so they share one list.
  const known = new Map<string, string[]>();
  const shared = (headers: string[]): string[] => {
    const key = JSON.stringify(headers);
    const same = known.get(key);
    if (same === undefined) known.set(key, headers);
    return same ?? headers;
  };
  const originOf = (url: URL): Origin => {
    let origin = origins.get(url.origin);
    if (!origin) origins.set(url.origin, (origin = parseOrigin(url)));
    return origin;
  };
  return requests.map((request, i) => {
    try {
      const one = oneToWire(request, { originOf, shared, userAgent });
      const { conversations, dynamic } = request;
      if (conversations !== undefined) {
        const forms = conversations.bodies.map((body) =>
          withDynamicParts({ ...one, body: bytesOf(body) }, dynamic, seed),
        );
        return withConversations(forms, conversations, seed);
      }
      const prompted = withPrompts(one, request.prompts, seed + promptSeed);
      return withDynamicParts(withSynthetic(prompted, request.synthetic, seed), dynamic, seed);
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      throw new LoadlensError(`Can't send "${targets[i]?.name ?? request.method}": ${error.message}`, {
        hint: error.hint,
      });
    }
  });
}

/** Returns the scheme, host, and port of a URL. */
export function parseOrigin(url: URL): Origin {
  const secure = url.protocol === 'https:';
  return {
    url: url.origin,
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
  };
}

class Unsendable extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

interface Shared {
  readonly originOf: (url: URL) => Origin;
  readonly shared: (headers: string[]) => string[];
  readonly userAgent: string;
}

function oneToWire(request: PreparedRequest, { originOf, shared, userAgent }: Shared): WireRequest {
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Unsendable('its URL is not an absolute http or https URL.', 'Write it as http://host:port/path.');
  }
  const method = request.method.toUpperCase();
  if (method === 'CONNECT' || !/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) {
    throw new Unsendable(`method ${request.method} isn't supported.`, 'Use another method, such as GET or POST.');
  }
  const body = request.body && request.body.byteLength > 0 ? bytesOf(request.body) : null;
  const headers = checkedHeaders(request.headers, body?.byteLength ?? 0);
  const has = (name: string): boolean => headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === name);
  if (!has('accept')) headers.push('accept', '*/*');
  if (!has('user-agent')) headers.push('user-agent', userAgent);
  if (!has('authorization') && (url.username !== '' || url.password !== '')) {
    const pair = `${decoded(url.username)}:${decoded(url.password)}`;
    headers.push('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  }
  const origin = originOf(url);
  const path = url.pathname + url.search;
  return {
    origin,
    method,
    // A slice of the URL, which is kept anyway, costs less than a copy.
    path: request.url === origin.url + path ? request.url.slice(origin.url.length) : path,
    headers: shared(headers),
    body,
    ...(request.dialect && { dialect: request.dialect }),
    ...(request.streams && { streams: request.streams }),
  };
}

/** Returns the request with one body for each prompt. Everything else is shared. */
function withPrompts(request: WireRequest, prompts: PreparedRequest['prompts'], seed: number): WireRequest {
  if (prompts === undefined) return request;
  const variants = prompts.bodies.map((body, index): WireRequest => {
    const askedTokens = prompts.askedTokens?.[index];
    return Object.assign({}, request, { body: bytesOf(body) }, askedTokens === undefined ? {} : { askedTokens });
  });
  const { length } = variants;
  const order = prompts.order === 'random' ? seededOrder(length, seed) : undefined;
  const placeAt = (turn: number): number => (order === undefined ? turn % length : (order[turn % length] ?? 0));
  return { ...request, variantAt: (_, turn) => variants[placeAt(turn)] ?? request };
}

function checkedHeaders(headers: PreparedRequest['headers'], bodyLength: number): string[] {
  const wire: string[] = [];
  let hosts = 0;
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (ownHeaders.has(key)) {
      throw new Unsendable(`header ${name} is set by Loadlens.`, 'Remove this header.');
    }
    if (!isValid(name, value)) {
      throw new Unsendable(`header ${name} contains a character that isn't valid.`, 'Remove the character.');
    }
    if (key === 'content-length') {
      if (Number(value) === bodyLength) continue;
      throw new Unsendable(
        `Content-Length is ${value}, but the body has ${bodyLength} bytes.`,
        'Remove this header. Loadlens sets it.',
      );
    }
    if (key === 'host' && (hosts += 1) > 1) {
      throw new Unsendable('it has two Host headers.', 'Remove one of them.');
    }
    wire.push(name, value);
  }
  return wire;
}

/** Returns the decoded text of a percent-encoded part. A stray % stays as it is. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

function isValid(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
