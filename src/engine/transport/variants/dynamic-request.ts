import { dynamicValue } from '../../../core/endpoints/variables/dynamic.ts';
import { tokenLength, tokenPattern, tokenPrefix } from '../../../core/endpoints/variables/dynamic-parts.ts';
import { wholeOf } from '../body-bytes.ts';
import type { WireRequest } from '../transport.ts';

/** A text split at its tokens: text, token, text, token … text. */
type CutText = readonly (string | number)[];

/** Parts of a request that are new each time: path, header values by position, body. */
interface Template {
  readonly path: CutText | undefined;
  readonly headers: readonly (readonly [position: number, text: CutText])[];
  readonly body: readonly (Buffer | number)[] | undefined;
}

/**
 * Returns a request whose tokens get new values on each sending. A request without tokens is returned unchanged, at no
 * extra cost.
 * @param written the placeholders by index
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
    dependsOnTime: true,
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
        ...(body !== undefined && { body: filledBody(body, valueAt), template: undefined }),
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
    body: body === null ? undefined : cutBody(wholeOf(body)),
  };
}

/** Splits a text at its tokens; undefined if it has none. */
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

const filledBody = (parts: readonly (Buffer | number)[], valueAt: (place: number) => string): Buffer[] =>
  parts.map((part) => (typeof part === 'number' ? Buffer.from(valueAt(part)) : part));

function withValues(
  headers: readonly string[],
  changed: Template['headers'],
  valueAt: (place: number) => string,
): string[] {
  const filledIn = [...headers];
  for (const [position, parts] of changed) filledIn[position] = filled(parts, valueAt);
  return filledIn;
}

/** Spaces, `#`, and non-ASCII characters would end a URL or change its meaning. */
const inAddress = (value: string): string => value.replace(/[^!-~]|[#"<>]/gu, encodeURIComponent);
