import { LoadlensError } from '../errors.ts';
import { isHeaderValue } from './headers.ts';
import { isJson } from './json-body.ts';
import { prepareLlm } from './prepare-llm.ts';
import type { PreparedRequest, Target } from './types.ts';
import { placeholderPattern } from './variables.ts';
import { ownHeaders } from './vocabulary.ts';

/** Where the values of placeholders and body files come from at the moment of a run. */
export interface Lookups {
  env(name: string): string | undefined;
  secret(name: string): string | undefined;
  /** The bytes of a body file or a file of prompts, its path as written; undefined when it can't be read. */
  bodyFile(path: string): Uint8Array | undefined;
  /** The endpoints file as messages name it. */
  readonly shownAs: string;
  /** Whether language models without a `@stream` are asked for a stream; absent: as their body has it. */
  readonly stream?: boolean | undefined;
}

function textsOf({ url, headers, body }: Target): string[] {
  const texts = [url, ...headers.map(([, value]) => value)];
  if (body !== undefined) texts.push(body.kind === 'inline' ? body.text : body.path);
  return texts;
}

/** The names that a target asks the environment and the secret storage for, each once. */
export function placeholdersIn(target: Target): { env: string[]; secrets: string[] } {
  const names = { env: new Set<string>(), secret: new Set<string>() };
  for (const text of textsOf(target)) {
    if (!text.includes('{{')) continue;
    for (const [, kind, name = ''] of text.matchAll(placeholderPattern))
      names[kind === 'env' ? 'env' : 'secret'].add(name);
  }
  return { env: [...names.env], secrets: [...names.secret] };
}

/** Every value that targets take from the environment or the secret storage, each once: what must be masked. */
export function secretValues(targets: readonly Target[], lookups: Pick<Lookups, 'env' | 'secret'>): string[] {
  const env = new Set<string>();
  const secrets = new Set<string>();
  for (const target of targets) {
    const names = placeholdersIn(target);
    for (const name of names.env) env.add(name);
    for (const name of names.secrets) secrets.add(name);
  }
  const values = [...[...env].map((name) => lookups.env(name)), ...[...secrets].map((name) => lookups.secret(name))];
  return [...new Set(values)].filter((value): value is string => value !== undefined && value !== '');
}

/**
 * A target with its placeholders replaced and its body as bytes. Throws a LoadlensError that names file and line, never a
 * value: values are secret.
 */
export function prepareTarget(target: Target, lookups: Lookups): PreparedRequest {
  const place = `${lookups.shownAs}:${target.range.start.line + 1}`;
  const fail = (message: string, hint: string): never => {
    throw new LoadlensError(`${place}: ${message}`, { hint });
  };
  const resolve = (text: string): string =>
    text.includes('{{')
      ? text.replace(placeholderPattern, (_, kind: string, name: string) => {
          const value = kind === 'env' ? lookups.env(name) : lookups.secret(name);
          if (value !== undefined) return value;
          return kind === 'env'
            ? fail(`The environment variable ${name} is not set.`, `Set ${name}, or write the value into the file.`)
            : fail(`There is no secret named ${name}.`, `Store a secret under the name ${name}, then run again.`);
        })
      : text;

  const address = checkedUrl(resolve(target.url), target.url, fail);
  const headers: (readonly [string, string])[] = [];
  for (const [name, written] of target.headers) {
    if (ownHeaders.has(name.toLowerCase())) continue;
    const value = resolve(written).trim();
    if (!isHeaderValue(value)) {
      const hint = `Look for line breaks and characters outside ASCII in what ${written} stands for.`;
      fail(`The value of the header ${name} can't be sent.`, hint);
    }
    headers.push([name, value]);
  }
  const written = bodyOf(target, resolve, lookups, fail);
  const { body, ...llm } = prepareLlm(address, written, target.llm ?? {}, lookups, fail);
  const typed = target.body?.kind === 'inline' || llm.dialect !== undefined;
  if (body !== undefined && typed && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    const text = new TextDecoder().decode(body);
    if (/^\s*[{[]/.test(text) && isJson(text)) headers.push(['content-type', 'application/json']);
  }
  return { method: target.method, headers, ...(body === undefined ? {} : { body }), ...llm };
}

function bodyOf(
  { body }: Target,
  resolve: (text: string) => string,
  lookups: Lookups,
  fail: (message: string, hint: string) => never,
): Uint8Array | undefined {
  if (body === undefined) return undefined;
  if (body.kind === 'inline') return new TextEncoder().encode(resolve(body.text));
  return (
    lookups.bodyFile(resolve(body.path)) ??
    fail(
      `The body file ${body.path} can't be read.`,
      'Check the path; it counts from the folder of the endpoints file.',
    )
  );
}

/** The address ready to be sent, without what stays in a client (`#fragment`). `written` is what messages show. */
function checkedUrl(url: string, written: string, fail: (message: string, hint: string) => never): string {
  const hint = 'It must be one http:// or https:// address; check the values that stand for its parts.';
  // URL would take white space and control characters out without a word.
  // oxlint-disable-next-line no-control-regex -- they are what this finds
  if (/[\s\u0000-\u001f\u007f\\]/.test(url) || !URL.canParse(url))
    return fail(`${written} is not a valid address.`, hint);
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    return fail(`${written} is not an http address.`, hint);
  if (parsed.username !== '' || parsed.password !== '') {
    return fail(
      `${written} contains a user name or password.`,
      'Write a header instead: Authorization: Basic {{$secret NAME}}.',
    );
  }
  return parsed.href.replace(/#.*$/, '');
}
