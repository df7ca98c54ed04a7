import { errorAt } from '../errors.ts';
import { credentialsOf, encodedBasic } from './credentials.ts';
import { dynamicParts, tokenPrefix } from './variables/dynamic-parts.ts';
import { isHeaderValue } from './read/headers.ts';
import { isJson } from './read/json-body.ts';
import { filesOf, prepareLlm } from './llm/prepare-llm.ts';
import { withScheme } from './read/request-line.ts';
import type { PreparedRequest, Target } from './types.ts';
import { unreadFile } from './unread-file.ts';
import { anyPlaceholder, placeholderPattern } from './variables/variables.ts';
import { ownHeaders } from './known-words.ts';

/** Sources of placeholder values and body files at the time of a run. */
export interface Lookups {
  env(name: string): string | undefined;
  secret(name: string): string | undefined;
  /** Returns a value of the `.env` file in the folder of the endpoints file. Absent: read from the environment. */
  dotenv?(name: string): string | undefined;
  /**
   * Returns the bytes of a body file or prompts file; undefined if it can't be read.
   * @param path path with its placeholders replaced
   * @param written path in the target
   */
  bodyFile(path: string, written?: string): Uint8Array | undefined;
  /** Returns the code of the error when a file couldn't be read. Absent: unknown. */
  unread?(path: string): unknown;
  /** Returns the SHA-256 of a file's bytes in hexadecimal. Absent: results don't name it. */
  digest?(bytes: Uint8Array): string;
  /** Name of the endpoints file in messages. */
  readonly shownAs: string;
  /** Whether language models without `@stream` stream their responses; absent: as in their bodies. */
  readonly stream?: boolean | undefined;
}

/** Sources of placeholder values. */
export type ValueLookups = Pick<Lookups, 'env' | 'secret' | 'dotenv'>;

/** Called with what is wrong and what to do. */
export type Fail = (message: string, hint: string) => never;

function textsOf({ url, headers, body, variables }: Target): string[] {
  const texts = [url, ...headers.map(([, value]) => value), ...Object.values(variables ?? {})];
  if (body?.kind === 'parts') {
    for (const part of body.parts) texts.push('path' in part ? part.path : part.text);
  } else if (body !== undefined) texts.push(body.kind === 'inline' ? body.text : body.path);
  return texts;
}

/** Returns the names that a target reads from the environment, the secret storage, and the `.env` file, each once. */
export function placeholdersIn(target: Target): { env: string[]; secrets: string[]; dotenv: string[] } {
  const names = { env: new Set<string>(), secret: new Set<string>(), dotenv: new Set<string>() };
  for (const text of textsOf(target)) {
    if (!text.includes('{{')) continue;
    for (const [, kind, name = ''] of text.matchAll(placeholderPattern))
      names[kind === 'env' || kind === 'dotenv' ? kind : 'secret'].add(name);
  }
  return { env: [...names.env], secrets: [...names.secret], dotenv: [...names.dotenv] };
}

/** Returns the values that targets read from environment, secret storage, and `.env` file, each once. All are masked. */
export function secretValues(targets: readonly Target[], lookups: ValueLookups): string[] {
  const values = new Set<string | undefined>();
  for (const target of targets) {
    const names = placeholdersIn(target);
    for (const name of names.env) values.add(lookups.env(name));
    for (const name of names.secrets) values.add(lookups.secret(name));
    for (const name of names.dotenv) values.add(lookUp('dotenv', name, lookups));
  }
  return [...values].filter((value): value is string => value !== undefined && value !== '');
}

/**
 * Returns the requests of targets, ready to send. `secrets` are the values that must not be stored: those from outside
 * the file, and the credentials in it.
 * @throws LoadlensError that names file and line, never a value
 */
export function prepareTargets(
  targets: readonly Target[],
  lookups: Lookups,
): { requests: PreparedRequest[]; secrets: string[] } {
  const requests = targets.map((target) => prepareTarget(target, lookups));
  return { requests, secrets: [...new Set([...secretValues(targets, lookups), ...credentialsOf(requests)])] };
}

/** Returns the path of a body or prompts file with its placeholders replaced; undefined if one has no value. */
export function resolvedPath(written: string, lookups: ValueLookups): string | undefined {
  let known = true;
  const path = written.replace(placeholderPattern, (_, kind: string, name: string) => {
    const value = lookUp(kind, name, lookups);
    known &&= value !== undefined;
    return value ?? '';
  });
  return known ? path : undefined;
}

/** Returns the paths of the files that targets need, with placeholders replaced, each once. */
export function filesFor(targets: readonly Target[], lookups: ValueLookups): string[] {
  const paths = targets.flatMap(filesOf).map((written) => resolvedPath(written, lookups));
  return [...new Set(paths)].filter((path): path is string => path !== undefined);
}

function lookUp(kind: string, name: string, lookups: ValueLookups): string | undefined {
  if (kind === 'secret') return lookups.secret(name);
  return kind === 'dotenv' && lookups.dotenv ? lookups.dotenv(name) : lookups.env(name);
}

/** Shared by all requests without headers. */
const noHeaders: PreparedRequest['headers'] = [];

/**
 * Returns the request of a target, with its placeholders replaced and its body as bytes.
 * @throws LoadlensError that names file and line, but never a value, which may be secret
 */
export function prepareTarget(target: Target, from: Lookups): PreparedRequest {
  const fail: Fail = (message, hint) => {
    throw errorAt({ file: from.shownAs, line: target.range.start.line + 1 }, message, hint);
  };
  const { address, headers, dynamic, resolve, lookups } = checkedParts(target, from, fail);
  const written = bodyOf(target, resolve, lookups, fail);
  const { body, ...llm } = prepareLlm(address, written, target.llm ?? {}, lookups, fail);
  // Bodies with prompts are JSON, whatever the body in the file is.
  const typed =
    llm.prompts !== undefined ||
    llm.conversations !== undefined ||
    llm.synthetic !== undefined ||
    (target.body?.kind === 'inline' ? !target.body.untyped : llm.dialect !== undefined);
  if (body !== undefined && typed && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    const text = new TextDecoder().decode(body);
    if (/^\s*[{[]/.test(text) && isJson(text)) headers.push(['content-type', 'application/json']);
  }
  return {
    method: target.method,
    headers: headers.length === 0 ? noHeaders : headers,
    ...(body === undefined ? {} : { body }),
    ...(dynamic.written.length > 0 && { dynamic: dynamic.written }),
    ...llm,
  };
}

/**
 * Returns the parts of a request that don't depend on other files. Calls `fail` with what is wrong with them.
 * @param from sources of placeholder values
 */
export function checkedParts(target: Target, from: Lookups, fail: Fail) {
  const lookups: Lookups = { ...from, bodyFile: (path, written) => bodyFile(path, written ?? path, from, fail) };
  const dynamic = dynamicParts();
  const resolve = resolver(target, lookups, dynamic, fail);

  const address = checkedUrl(resolve(target.url), target.url, fail);
  const headers: (readonly [string, string])[] = [];
  for (const [name, written] of target.headers) {
    if (ownHeaders.has(name.toLowerCase())) continue;
    const value = headerValue(name, resolve(written).trim(), fail);
    if (!isHeaderValue(value)) {
      const hint = `Check the value of ${written} for line breaks and non-ASCII characters.`;
      fail(`The value of header ${name} isn't valid.`, hint);
    }
    headers.push([name, value]);
  }
  if (headers.filter(([name]) => name.toLowerCase() === 'host').length > 1)
    fail('The request has two Host headers.', 'Remove one of them.');
  return { address, headers, dynamic, resolve, lookups };
}

/** Returns the bytes of a file; undefined if it can't be read for an unknown cause. */
function bodyFile(path: string, written: string, from: Lookups, fail: Fail): Uint8Array | undefined {
  const bytes = from.bodyFile(path, written);
  const cause = bytes === undefined ? unreadFile(from.unread?.(path)) : undefined;
  return cause === undefined ? bytes : fail(`Can't read ${written}: ${cause.why}.`, cause.hint);
}

/** Returns a function that replaces placeholders: those of the run by values, those of each request by tokens. */
function resolver(
  target: Target,
  lookups: Lookups,
  dynamic: ReturnType<typeof dynamicParts>,
  fail: Fail,
): (text: string) => string {
  /** Values of variables. A variable has the same value everywhere in a request. */
  const made = new Map<string, string>();
  const variable = (name: string, value: string): string => {
    let text = made.get(name);
    if (text === undefined) made.set(name, (text = resolve(value)));
    return text;
  };
  const resolve = (text: string): string =>
    text.includes('{{')
      ? text.replace(anyPlaceholder, (whole, inner: string) => {
          const [, kind, name] = /^\$(env|secret|dotenv) (.*)$/.exec(inner) ?? [];
          if (kind !== undefined && name !== undefined)
            return lookUp(kind, name, lookups) ?? missing(kind, name, lookups, fail);
          const token = dynamic.token(inner);
          if (token === null) return fail('Too many dynamic variables.', 'Use up to 10,000 in one request.');
          const own = Object.hasOwn(target.variables ?? {}, inner) ? target.variables?.[inner] : undefined;
          return token ?? (own === undefined ? whole : variable(inner, own));
        })
      : text;
  return resolve;
}

function missing(kind: string, name: string, lookups: Lookups, fail: Fail): never {
  if (kind === 'secret') {
    return fail(`Secret ${name} not found.`, `Store a secret named ${name}, then run again.`);
  }
  if (kind === 'dotenv' && lookups.dotenv) {
    const hint = `Add ${name}=value to the .env file in the folder of the endpoints file.`;
    return fail(`${name} isn't set in the .env file.`, hint);
  }
  return fail(`Environment variable ${name} isn't set.`, `Set ${name}, or add the value to the file.`);
}

function headerValue(name: string, value: string, fail: Fail): string {
  if (!/^(?:proxy-)?authorization$/i.test(name)) return value;
  const encoded = encodedBasic(value);
  if (encoded !== value && value.includes(tokenPrefix)) {
    fail("Basic credentials can't contain dynamic variables.", 'Use a user name and password, or {{$secret NAME}}.');
  }
  return encoded;
}

function bodyOf(
  { body }: Target,
  resolve: (text: string) => string,
  lookups: Lookups,
  fail: Fail,
): Uint8Array | undefined {
  if (body === undefined) return undefined;
  const encoder = new TextEncoder();
  if (body.kind === 'inline') return encoder.encode(resolve(body.text));
  const read = (path: string): Uint8Array =>
    lookups.bodyFile(resolve(path), path) ??
    fail(`Can't read body file ${path}.`, 'Check the path (relative to the endpoints file).');
  if (body.kind === 'file') return read(body.path);
  return joined(body.parts.map((part) => ('path' in part ? read(part.path) : encoder.encode(resolve(part.text)))));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Returns the URL to send, without its fragment. `written`: its form in messages. */
function checkedUrl(resolved: string, written: string, fail: Fail): string {
  const url = written.startsWith('{{') ? withScheme(resolved, false) : resolved;
  const hint = 'Expected an http:// or https:// URL. Check the values of its variables.';
  // URL silently removes white space and control characters.
  // oxlint-disable-next-line no-control-regex -- they are what this finds
  if (/[\s\u0000-\u001f\u007f\\]/.test(url) || !URL.canParse(url)) return fail(`${written} isn't a valid URL.`, hint);
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return fail(`${written} isn't an HTTP URL.`, hint);
  if (parsed.username !== '' || parsed.password !== '') {
    return fail(
      `${written} contains a user name or password.`,
      'Use a header instead: Authorization: Basic {{$secret NAME}}.',
    );
  }
  if (parsed.host.includes(tokenPrefix))
    return fail(`The host of ${written} contains a dynamic variable.`, 'Use dynamic variables only after the host.');
  // Keeps the same string, not a copy, because a file may have hundreds of thousands of URLs.
  return parsed.href === url && !url.includes('#') ? url : parsed.href.replace(/#.*$/, '');
}
