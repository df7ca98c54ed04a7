import { dynamicValue } from '../../core/endpoints/variables/dynamic.ts';
import { tokenLength, tokenPattern, tokenPrefix } from '../../core/endpoints/variables/dynamic-parts.ts';
import type { WireRequest } from './transport.ts';

/** A text cut at its tokens: text, place, text, place … text. */
type CutText = readonly (string | number)[];

/** What of a request is new each time: its path, the header values at some positions, its body. */
interface Template {
  readonly path: CutText | undefined;
  readonly headers: readonly (readonly [position: number, text: CutText])[];
  readonly body: readonly (Buffer | number)[] | undefined;
}

/**
 * Returns the request with new values in the place of its tokens each time it is sent. Requests that have none stay as they
 * are, and cost nothing more.
 * @param written the placeholders by place
 */
export function withDynamicParts(
  request: WireRequest,
  written: readonly string[] | undefined,
  seed: number,
): WireRequest {
  if (written === undefined || written.length === 0) return request;
  const templates = new WeakMap<WireRequest, Template>();
  const templateOf = (base: WireRequest): Template => {
    let template = templates.get(base);
    if (template === undefined) templates.set(base, (template = templateFor(base)));
    return template;
  };
  return {
    ...request,
    variantAt(number, turn) {
      const base = request.variantAt?.(number, turn) ?? request;
      const { path, headers, body } = templateOf(base);
      const nowMs = Date.now();
      const valueAt = (place: number): string => dynamicValue(written[place] ?? '', seed, number, place, nowMs);
      const { variantAt: _, ...rest } = base;
      return {
        ...rest,
        path: path === undefined ? base.path : filled(path, (place) => inAddress(valueAt(place))),
        headers: headers.length === 0 ? base.headers : withValues(base.headers, headers, valueAt),
        body: body === undefined ? base.body : filledBody(body, valueAt),
      };
    },
  };
}

function templateFor({ path, headers, body }: WireRequest): Template {
  return {
    path: cut(path),
    headers: headers.flatMap((text, position) => {
      const parts = position % 2 === 1 ? cut(text) : undefined;
      return parts === undefined ? [] : [[position, parts] as const];
    }),
    body: body === null ? undefined : cutBody(body),
  };
}

/** Undefined when the text has no token. */
function cut(text: string): CutText | undefined {
  if (!text.includes(tokenPrefix)) return undefined;
  return text.split(tokenPattern).map((part, i) => (i % 2 === 1 ? Number(part) : part));
}

function cutBody(body: Buffer): (Buffer | number)[] | undefined {
  let at = body.indexOf(tokenPrefix);
  if (at < 0) return undefined;
  const parts: (Buffer | number)[] = [];
  let from = 0;
  for (; at >= 0; at = body.indexOf(tokenPrefix, from)) {
    parts.push(body.subarray(from, at), Number(body.toString('latin1', at + tokenPrefix.length, at + tokenLength)));
    from = at + tokenLength;
  }
  parts.push(body.subarray(from));
  return parts;
}

const filled = (parts: CutText, valueAt: (place: number) => string): string =>
  parts.map((part) => (typeof part === 'number' ? valueAt(part) : part)).join('');

const filledBody = (parts: readonly (Buffer | number)[], valueAt: (place: number) => string): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from(valueAt(part)) : part)));

function withValues(
  headers: readonly string[],
  changed: Template['headers'],
  valueAt: (place: number) => string,
): string[] {
  const filledIn = [...headers];
  for (const [position, parts] of changed) filledIn[position] = filled(parts, valueAt);
  return filledIn;
}

/** Spaces, `#` and what is not ASCII would end an address or change its meaning. */
const inAddress = (value: string): string => value.replace(/[^!-~]|[#"<>]/gu, encodeURIComponent);
