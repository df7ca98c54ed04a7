import { seededUnits } from '../../values/pick.ts';
import { formatDate } from './date-format.ts';

/** Maximum length of random texts such as `$random.alphabetic(n)`, in characters. */
const longestText = 10_000;

const integer = String.raw`-?\d{1,15}`;
const offset = String.raw`(?:[ \t]+(${integer})[ \t]+(ms|s|m|h|d|w|M|y))?`;
const dateFormat = String.raw`(?:[ \t]+(iso8601|rfc1123|"[^"{}]*"|'[^'{}]*'))?`;
const letters = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** Sources of values: random numbers in [0, 1) by place, and the time, ms since 1970. */
interface Source {
  readonly unit: (place: number) => number;
  readonly nowMs: number;
}

/** A kind of values: its syntax, and how a value is made from the groups of that pattern. */
interface Kind {
  readonly form: RegExp;
  readonly make: (groups: readonly (string | undefined)[], source: Source) => string;
}

const kinds: readonly Kind[] = [
  { form: /^\$(?:guid|uuid|randomUUID|random\.uuid)$/, make: (_, source) => uuid(source) },
  {
    form: new RegExp(String.raw`^\$randomInt(?:[ \t]+(${integer})[ \t]+(${integer}))?$`),
    make: ([from, to], source) => String(integerIn(Number(from ?? 0), Number(to ?? 1000), source)),
  },
  {
    form: new RegExp(String.raw`^\$random\.integer(?:\([ \t]*(${integer})[ \t]*,[ \t]*(${integer})[ \t]*\)|\(\))?$`),
    make: ([from, to], source) => String(integerIn(Number(from ?? 0), Number(to ?? 1000), source)),
  },
  {
    form: /^\$random\.float(?:\([ \t]*(-?\d+(?:\.\d+)?)[ \t]*,[ \t]*(-?\d+(?:\.\d+)?)[ \t]*\)|\(\))?$/,
    make: ([from, to], { unit }) => {
      const least = Number(from ?? 0);
      return String(least + unit(0) * (Number(to ?? 1000) - least));
    },
  },
  textKind('alphabetic', letters),
  textKind('alphanumeric', letters + digits),
  textKind('hexadecimal', `${digits}abcdef`),
  {
    form: /^\$random\.email$/,
    make: (_, source) => `${text(letters, 12, source)}@example.com`,
  },
  {
    form: new RegExp(String.raw`^\$timestamp${offset}$`),
    make: ([count, unit], { nowMs }) => String(Math.floor(shifted(nowMs, count, unit).getTime() / 1000)),
  },
  {
    form: /^\$date$/,
    make: (_, { nowMs }) => formatDate(new Date(nowMs), 'YYYY-MM-DD', true),
  },
  { form: /^\$isoTimestamp$/, make: (_, { nowMs }) => new Date(nowMs).toISOString() },
  {
    form: new RegExp(String.raw`^\$(datetime|localDatetime)${dateFormat}${offset}$`),
    make: ([name, format = 'iso8601', count, unit], { nowMs }) =>
      formatDate(shifted(nowMs, count, unit), format.replace(/^["']|["']$/g, ''), name === 'localDatetime'),
  },
];

/** Examples of all kinds, for completion: syntax and description. */
export const dynamicExamples: readonly (readonly [written: string, what: string])[] = [
  ['$guid', 'A random UUID, also as $uuid and $random.uuid'],
  ['$randomInt 1 100', 'A random whole number from the first number up to, but not including, the second'],
  ['$random.alphabetic(8)', 'Random letters, also $random.alphanumeric(n) and $random.hexadecimal(n)'],
  ['$random.integer(1, 100)', 'A random whole number, or a decimal with $random.float(1, 2)'],
  ['$random.email', 'A random email address at example.com'],
  ['$timestamp', 'Unix time in seconds, optionally with an offset: $timestamp -1 d (ms, s, m, h, d, w, M, y)'],
  ['$date', 'The date in the time zone of the sending machine, such as 2026-11-26'],
  ['$isoTimestamp', 'The time in UTC, such as 2026-11-26T15:00:00.000Z'],
  ['$datetime iso8601', 'The time in UTC: iso8601, rfc1123, or "YYYY-MM-DD", then an optional offset'],
  ['$localDatetime "YYYY-MM-DD"', 'The time in the time zone of the sending machine, in the same formats'],
];

/** Names of all kinds, to suggest one for an unknown name. */
export const dynamicNames: readonly string[] = [
  '$guid',
  '$uuid',
  '$randomInt',
  '$timestamp',
  '$date',
  '$isoTimestamp',
  '$datetime',
  '$localDatetime',
];

/** Returns the normalized text of a placeholder with a new value for each request; undefined for others. */
export function dynamicForm(inner: string): string | undefined {
  const written = inner.trim();
  if (!written.startsWith('$')) return undefined;
  const found = kinds.map(({ form }) => form.exec(written)).find((match) => match !== null);
  if (found === undefined || found === null) return undefined;
  const tooLong = /^\$random\.\w+\((\d+)\)$/.exec(written);
  return tooLong !== null && Number(tooLong[1]) > longestText ? undefined : written;
}

/**
 * Returns the value of a normalized placeholder. Random values depend only on the seed and differ for each number and
 * place. Times depend on the clock.
 * @param number of the request in the session: the warm-up counts, and so do earlier runs
 * @param place number of the placeholder in its request, from 0
 * @param nowMs ms since 1970
 */
export function dynamicValue(written: string, seed: number, number: number, place: number, nowMs: number): string {
  const unit = (part: number): number => seededUnits(seed + place * 65_537 + part)(number);
  for (const { form, make } of kinds) {
    const match = form.exec(written);
    if (match !== null) return make(match.slice(1), { unit, nowMs });
  }
  return written;
}

function textKind(name: string, characters: string): Kind {
  return {
    form: new RegExp(String.raw`^\$random\.${name}\((\d{1,5})\)$`),
    make: ([length], source) => text(characters, Number(length), source),
  };
}

function text(characters: string, length: number, { unit }: Source): string {
  return Array.from({ length }, (_, i) => characters[Math.floor(unit(i) * characters.length)]).join('');
}

/** Returns a whole number from `from` to below `to`; `from` if the range is empty. */
const integerIn = (from: number, to: number, { unit }: Source): number =>
  from + Math.floor(unit(0) * Math.max(0, to - from));

/** Returns a UUID, version 4. Its first 32 bits differ for each index, so that all of a run are different. */
function uuid({ unit }: Source): string {
  const hex = [0, 1, 2, 3]
    .map((word) =>
      Math.floor(unit(word) * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  const variant = '89ab'[Math.floor(unit(4) * 4)] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Returns the time moved by a number of units; months and years follow the calendar. */
function shifted(nowMs: number, count: string | undefined, unit: string | undefined): Date {
  const amount = Number(count ?? 0);
  const date = new Date(nowMs + amount * (unitMs[unit ?? 'ms'] ?? 0));
  if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + amount);
  if (unit === 'y') date.setUTCFullYear(date.getUTCFullYear() + amount);
  return Number.isNaN(date.getTime()) ? new Date(nowMs) : date;
}
