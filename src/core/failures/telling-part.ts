import { cutAtWord } from '../format.ts';

/** Maximum length of a reason, in UTF-16 code units. */
export const mostReasonChars = 200;

/** Members of a JSON error that may hold the explanation, most informative first. */
const tellingMembers = [
  'message',
  'error_description',
  'errormessage',
  'detail',
  'details',
  'msg',
  'error',
  'errors',
  'title',
  'reason',
  'description',
  'faultstring',
  'fault',
  'status',
  'code',
  'type',
];
/** Members searched first: their siblings describe the response, not the error. */
const envelopes = ['error', 'errors'];
const deepest = 6;
const namedEntities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * Returns the part of a body or system message that best explains a failure, on one line of at most 200 characters: the message
 * of a JSON error, the title of an HTML page, or the first line of a text. Empty for a body without text.
 */
export function tellingPart(text: string): string {
  if (isBinary(text)) return '';
  const trimmed = withoutFraming(text.trim());
  const line = fromJson(trimmed) ?? fromMarkup(trimmed) ?? firstLine(trimmed);
  return cutAtWord(oneLine(line), mostReasonChars);
}

/** Returns the data of the first event if the text is a stream of events, otherwise the text. */
function withoutFraming(text: string): string {
  if (!/^(?:event|data|id|retry):/.test(text)) return text;
  return /^data: ?(.*)$/m.exec(text)?.[1] ?? text;
}

function fromJson(text: string): string | undefined {
  if (!/^[[{"]/.test(text)) return undefined;
  const whole = parsed(text) ?? parsed(firstLine(text));
  // A truncated body isn't valid JSON, but its message may be complete.
  if (whole === undefined) return fromCutJson(text);
  const said = fromValue(whole, 0);
  return said === undefined || said === '' ? undefined : said;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromCutJson(text: string): string | undefined {
  const member = /"(?:message|detail|error_description|error|title|msg)"\s*:\s*"((?:[^"\\]|\\.)*)/i.exec(text)?.[1];
  if (member === undefined || member === '') return undefined;
  const whole = parsed(`"${member}"`);
  return typeof whole === 'string' ? whole : member;
}

/** Returns the explanation in a JSON value; undefined if it has none. */
function fromValue(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : nested(value, depth);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null || depth > deepest) return undefined;
  if (Array.isArray(value)) {
    for (const item of value) {
      const said = fromValue(item, depth + 1);
      if (said !== undefined) return said;
    }
    return undefined;
  }
  return fromObject(value, depth);
}

/** Returns the explanation in a string, which may be the JSON error of a server behind the proxy. */
function nested(text: string, depth: number): string {
  if (depth > deepest || !/^\s*\{/.test(text)) return text;
  const inner = parsed(text);
  return (inner === undefined ? undefined : fromValue(inner, depth + 1)) ?? text;
}

function fromObject(value: object, depth: number): string | undefined {
  const members = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member as unknown]));
  for (const name of envelopes) {
    const inner = members.get(name);
    if (typeof inner !== 'object') continue;
    const said = fromValue(inner, depth + 1);
    if (said !== undefined) return said;
  }
  for (const name of tellingMembers) {
    const said = fromValue(members.get(name), depth + 1);
    if (said !== undefined) return withPlace(said, members.get('loc'));
  }
  // Form errors by field: { "max_tokens": ["too large"] }.
  for (const [name, member] of Object.entries(value)) {
    const said = typeof member === 'object' ? fromValue(member, depth + 1) : undefined;
    if (said !== undefined) return `${name}: ${said}`;
  }
  return undefined;
}

/** Adds the place in the request that FastAPI reports in `loc`: `body.max_tokens: …`. */
function withPlace(said: string, place: unknown): string {
  return Array.isArray(place) && place.length > 0 ? `${place.map(String).join('.')}: ${said}` : said;
}

function fromMarkup(text: string): string | undefined {
  if (!text.startsWith('<')) return undefined;
  for (const name of ['title', 'Message', 'message', 'faultstring', 'h1', 'Code']) {
    const inner = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)`).exec(text)?.[1];
    if (inner !== undefined && inner.trim() !== '') return decoded(inner);
  }
  const lower = /<title[^>]*>([^<]+)/i.exec(text)?.[1];
  return decoded(
    lower ??
      text
        .replaceAll(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ')
        .replaceAll(/<[^>]*>?/g, ' ')
        .trim(),
  );
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi, (entity, decimal, hex, name) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(String(hex), 16) : -1;
    if (code >= 0) return code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity;
    return namedEntities[String(name).toLowerCase()] ?? entity;
  });
}

const firstLine = (text: string): string => /^\s*(\S[^\r\n]*)/.exec(text)?.[1] ?? '';

/** Returns the text on one line, without characters that control a terminal or the reading direction. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\p{Cc}\[[\d;?]*[ -/]*[@-~]/gu, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/\p{Cf}/gu, '')
    .trim();
}

/** Returns true for text with many unprintable characters, such as the bytes of an image. */
function isBinary(text: string): boolean {
  const strange = text.slice(0, 512).match(/\uFFFD|(?!\s)\p{Cc}(?!\[)/gu)?.length ?? 0;
  return strange * 10 > Math.min(text.length, 512);
}
