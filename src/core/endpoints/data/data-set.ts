import { readCsv, separatorOf } from './csv-rows.ts';
import { textOf, utf8Of } from './decode-text.ts';
import { filledLines, listElements, type Part } from './split-bytes.ts';

/** An entry of a data set: a JSON value or a text. */
export interface Entry {
  readonly value: unknown;
  /** File and line, such as `prompts.jsonl:3`, or `prompts.json:1 (entry 5)` if several entries are on the line. */
  readonly place: string;
}

/** Fails with a place, a message, and a hint. */
export type FailAt = (place: string, message: string, hint: string) => never;

/** Maximum number of entries. All of them are in memory during a run. */
const mostEntries = 1_000_000;
/** Maximum length of a text in V8, in megabytes. */
const mostMegabytes = 512;

const jsonHint = 'Write one JSON string or object per line, such as {"prompt": "Once upon a time"}.';
const incomplete =
  'The file may be incomplete: download or write it again. Otherwise, check brackets and quotes there.';

/** First bytes of files that aren't text. */
const formats: readonly (readonly [start: readonly number[], name: string])[] = [
  [[0x1f, 0x8b], 'compressed with gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd'],
  [[0x50, 0x4b, 3, 4], 'a ZIP archive'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file'],
];

/** Returns a file as UTF-8 without a byte order mark. */
export function utf8OfFile(path: string, bytes: Uint8Array, fail: FailAt): Uint8Array {
  const format = formats.find(([start]) => start.every((byte, index) => bytes[index] === byte));
  if (format !== undefined) return fail(path, `is ${format[1]}, not a text`, 'Convert it to JSON lines or CSV first.');
  const decoded = utf8Of(bytes);
  return 'utf8' in decoded ? decoded.utf8 : failEncoding(`${path}:${decoded.badLine}`, fail);
}

const failEncoding = (place: string, fail: FailAt): never => fail(place, "isn't UTF-8", 'Save the file as UTF-8.');

/**
 * Yields the entries of a file: comma- or tab-separated values with a header (.csv, .tsv), a JSON array, JSON lines, or
 * one text per line. A file that isn't named .jsonl, .ndjson, or .json is read as JSON if all of it is JSON. Only one
 * entry at a time is in memory as text, so a file may be larger than a text can be.
 */
export function* readEntries(path: string, bytes: Uint8Array, fail: FailAt): Generator<Entry> {
  let entries = 0;
  for (const entry of allEntries(path, bytes, fail)) {
    entries += 1;
    if (entries > mostEntries) fail(entry.place, 'is beyond 1,000,000 entries', 'Use a part of the file.');
    yield entry;
  }
}

function* allEntries(path: string, bytes: Uint8Array, fail: FailAt): Generator<Entry> {
  const utf8 = utf8OfFile(path, bytes, fail);
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'tsv') yield* readTable(path, utf8, extension, fail);
  else if (extension === 'jsonl' || extension === 'ndjson' || extension === 'json') yield* readJson(path, utf8, fail);
  else yield* jsonIfAll(path, utf8) ?? readTexts(path, utf8, fail);
}

/** Yields the entries of JSON: an array, an object with one, or one value per line. */
export function* readJson(path: string, utf8: Uint8Array, fail: FailAt): Generator<Entry> {
  if (startsWith(utf8, '[')) {
    const failList = ({ line, fault }: { line: number; fault: string }): never =>
      fail(`${path}:${line}`, fault, incomplete);
    yield* entriesOf(path, listElements(utf8, failList), fail);
    return;
  }
  const [first, second] = filledLines(utf8);
  const isLines = second !== undefined && parse(textOf(first?.bytes ?? utf8)) !== undefined;
  const whole = isLines || !startsWith(utf8, '{') ? undefined : parse(textOf(utf8));
  if (typeof whole === 'object' && whole !== null) yield* listIn(path, whole);
  else yield* entriesOf(path, filledLines(utf8), fail);
}

/** Yields the list in an object of a data set, or the object itself. */
function* listIn(path: string, json: object): Generator<Entry> {
  const list: unknown = Object.entries(json).find(
    ([name, value]) => /^(?:data|rows|prompts)$/.test(name) && Array.isArray(value),
  )?.[1];
  if (!Array.isArray(list)) return yield { value: json, place: `${path}:1` };
  for (const [index, value] of list.entries()) yield { value, place: `${path}:1 (entry ${index + 1})` };
}

/** Yields parts as JSON strings and objects. */
function* entriesOf(path: string, parts: Iterable<Part>, fail: FailAt): Generator<Entry> {
  let last = 0;
  let number = 0;
  for (const { bytes, line } of parts) {
    number += 1;
    const place = line === last ? `${path}:${line} (entry ${number})` : `${path}:${line}`;
    last = line;
    const text = textOf(bytes) ?? failText(path, { bytes, line }, fail);
    const value = parse(text);
    if (value === undefined)
      fail(place, "isn't valid JSON", text.includes('\0') ? damaged : 'Check brackets, commas, and quotes.');
    if (!isEntry(value)) fail(place, 'is neither a JSON string nor a JSON object', jsonHint);
    yield { value, place };
  }
}

const damaged = 'It has NUL characters, so the file may be damaged. Write it again.';

/** Returns the entries of a file that is JSON as a whole; undefined for any other text. */
function jsonIfAll(path: string, utf8: Uint8Array): Entry[] | undefined {
  if (!startsWith(utf8, '[') && !startsWith(utf8, '{')) return undefined;
  const isNone = new Error('The file is no JSON.');
  try {
    const entries = [
      ...readJson(path, utf8, () => {
        throw isNone;
      }),
    ];
    return startsWith(utf8, '[') || entries.every(({ value }) => typeof value === 'object') ? entries : undefined;
  } catch (error) {
    if (error === isNone) return undefined;
    throw error;
  }
}

function* readTexts(path: string, utf8: Uint8Array, fail: FailAt): Generator<Entry> {
  for (const part of filledLines(utf8)) {
    const value = textOf(part.bytes) ?? failText(path, part, fail);
    const place = `${path}:${part.line}`;
    if (value.includes('\0')) fail(place, 'has a NUL character', 'The file may be damaged, or not a text.');
    yield { value, place };
  }
}

/** Fails for bytes that can't be a text, with the line. */
export function failText(path: string, { bytes, line }: Part, fail: FailAt): never {
  if (bytes.length > mostMegabytes * 1_000_000) {
    return fail(`${path}:${line}`, `is longer than ${mostMegabytes} MB`, 'Divide the file into several entries.');
  }
  let at = line;
  for (let start = 0; start < bytes.length; at += 1) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found;
    if (textOf(bytes.subarray(start, end)) === undefined) break;
    start = end + 1;
  }
  return failEncoding(`${path}:${at}`, fail);
}

const isEntry = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value));

/** Yields rows as objects with the header's columns as members; as texts for a single column. */
function* readTable(path: string, utf8: Uint8Array, extension: 'csv' | 'tsv', fail: FailAt): Generator<Entry> {
  const text = textOf(utf8) ?? failText(path, { bytes: utf8, line: 1 }, fail);
  const hint = 'Enclose fields that contain quotes in quotes, and double the inner ones.';
  const separator = extension === 'tsv' ? '\t' : separatorOf(text);
  const rows = readCsv(text, separator, (line, fault) => fail(`${path}:${line}`, `has ${fault}`, hint));
  let names: readonly string[] | undefined;
  for (const { fields, line } of rows) {
    const place = `${path}:${line}`;
    if (names === undefined) {
      names = fields.map((name) => name.trim());
      const twice = names.find((name, index, all) => all.indexOf(name) !== index);
      if (twice !== undefined) fail(place, `has two columns ${JSON.stringify(twice)}`, 'Rename or remove one of them.');
      continue;
    }
    if (fields.length > names.length)
      fail(place, `has more fields than the header`, 'Enclose fields that contain separators in quotes.');
    if (names.length === 1) yield { value: fields[0] ?? '', place };
    else yield { value: Object.fromEntries(names.map((name, i) => [name, cellOf(name, fields[i] ?? '')])), place };
  }
}

/** Members of requests whose values aren't texts. */
const typedMembers =
  /^(?:(?:max|min|max_completion|max_output)_tokens|n|n_predict|num_predict|seed|temperature|(?:top|min)_[pk]|(?:frequency|presence|repetition)_penalty|ignore_eos|stream)$/;

/** Returns a cell as JSON has it: as a number or truth value if that is what its column is in a request. */
const cellOf = (name: string, field: string): unknown => (typedMembers.test(name) ? (parse(field) ?? field) : field);

/** Returns whether the first character that isn't white space is `character`. */
export function startsWith(utf8: Uint8Array, character: string): boolean {
  const at = utf8.findIndex((byte) => byte > 32);
  return utf8[at] === character.codePointAt(0);
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
