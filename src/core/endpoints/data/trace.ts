import { formatCount } from '../../format.ts';
import { mostThinkMs } from '../../values/llm/think.ts';
import { mostTokens } from '../../values/llm/lengths.ts';
import { isObject, type Json } from '../json.ts';
import { readCsv, separatorOf } from './csv-rows.ts';
import { failText, readJson, startsWith, utf8OfFile, type FailAt } from './data-set.ts';
import { textOf } from './decode-text.ts';

/** Lengths of one request of a trace. */
interface TraceLengths {
  /** Tokens of the prompt, or of what a later turn adds to it; absent if the trace doesn't say. */
  readonly input?: number;
  /** Tokens of the response; absent if the trace doesn't say. */
  readonly output?: number;
  /** Numbers, from 0, of the blocks of tokens at the start of the prompt. The same number is the same text. */
  readonly blocks?: readonly number[];
}

/** A later turn of a session: it follows the response of the turn before. */
export interface TraceTurn extends TraceLengths {
  /** Time between the end of that response and this turn, ms. */
  readonly delayMs: number;
}

/** One request of a trace, or the first one of a session. */
export interface TraceRow extends TraceLengths {
  /** Time from the first request, ms. */
  readonly atMs: number;
  /** The later turns of its session; absent without any. */
  readonly later?: readonly TraceTurn[];
}

/** Requests of a trace, in order of time. */
export interface Trace {
  readonly file: string;
  readonly format: 'mooncake' | 'bailian' | 'azure' | 'burstgpt' | 'loadlens';
  /** Tokens of a block of its prompts. */
  readonly blockTokens: number;
  readonly rows: readonly TraceRow[];
  /** The file has more requests than these. */
  readonly isPart?: true;
}

/** Tokens of a block of a trace's prompts. */
const blockTokensOf = (format: Trace['format']): number => (format === 'bailian' ? 16 : 512);
/** Maximum number of requests that are read from a trace. */
const mostRows = 1_000_000;
/** Maximum time between the first request of a file and any other, days: longer ones are in another unit than ms. */
const mostDays = 366;
const dayMs = 86_400_000;

type Fail = (message: string, hint: string) => never;

/** Members of a request in a file, unchecked. */
interface Raw {
  readonly place: string;
  readonly format: Trace['format'];
  readonly at: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly blocks: unknown;
  readonly session?: unknown;
  readonly delay?: unknown;
}

/**
 * Returns the requests of a trace: Mooncake's JSON lines (timestamp in ms, input_length, output_length, hash_ids), also with
 * AIPerf's sessions (session_id, and a delay in ms before each later turn, whose lengths are those of what it adds), Bailian's
 * (the same in s, and chat_id), Azure's CSV (TIMESTAMP, ContextTokens, GeneratedTokens), BurstGPT's (Timestamp in s, Request
 * tokens, Response tokens), or JSON lines with at (ms), input, and output. Of a longer file, the first 1,000,000 are read.
 * `fail` receives a message and a hint.
 */
export function readTrace(path: string, bytes: Uint8Array | undefined, fail: Fail): Trace {
  if (bytes === undefined) return fail(`Can't read trace ${path}.`, 'Check the path (relative to the endpoints file).');
  const failAt: FailAt = (place, message, hint) => fail(`${place} ${message}.`, hint);
  const utf8 = utf8OfFile(path, bytes, failAt);
  const isJson = startsWith(utf8, '{') || startsWith(utf8, '[');
  const rows: TraceRow[] = [];
  const numberOf = numbering();
  let format: Trace['format'] | undefined;
  let first: TraceRow | undefined;
  let isPart = false;
  let count = 0;
  const sessions = new Map<unknown, TraceTurn[]>();
  for (const raw of utf8.length === 0 ? [] : isJson ? jsonRows(path, utf8, failAt) : csvRows(path, utf8, failAt)) {
    if (count === mostRows) {
      isPart = true;
      break;
    }
    count += 1;
    const turns = sessions.get(raw.session);
    if (turns !== undefined) {
      const turn = turnOf(raw, numberOf, failAt);
      if (first !== undefined) checkLengths(turn, first, raw.place, failAt);
      turns.push(turn);
      continue;
    }
    const later: TraceTurn[] = [];
    if (raw.session !== undefined) sessions.set(raw.session, later);
    const row = { ...rowOf(raw, numberOf, failAt), ...(raw.session !== undefined && { later }) };
    format ??= raw.format;
    if (raw.format !== format)
      failAt(raw.place, 'has another format than the first request', 'Use one format per file.');
    first ??= row;
    checkNeighbor(row, first, raw.place, failAt);
    rows.push(row);
  }
  if (format === undefined) return fail(`Trace ${path} is empty.`, 'Write one request per line.');
  const sorted = rows.toSorted((a, b) => a.atMs - b.atMs);
  const startMs = sorted[0]?.atMs ?? 0;
  return {
    file: path,
    format,
    blockTokens: blockTokensOf(format),
    rows: sorted.map((each) => Object.assign(each, { atMs: each.atMs - startMs })),
    ...(isPart && { isPart }),
  };
}

/** Numbers IDs in the order in which they first occur: some are hashes of 64 bits, and texts are made from small numbers. */
function numbering(): (id: number) => number {
  const numbers = new Map<number, number>();
  return (id) => {
    const number = numbers.get(id) ?? numbers.size;
    if (number === numbers.size) numbers.set(id, number);
    return number;
  };
}

/** Fails for a request that has other lengths than the first one. */
function checkLengths(row: TraceLengths, first: TraceLengths, place: string, fail: FailAt): void {
  for (const [name, what] of [
    ['input', 'prompt'],
    ['output', 'response'],
  ] as const) {
    if ((row[name] === undefined) === (first[name] === undefined)) continue;
    const [has, others] = row[name] === undefined ? ['no', 'has one'] : ['a', 'has none'];
    fail(
      place,
      `has ${has} length of the ${what}, but the first request ${others}`,
      'Set it in all requests, or in none.',
    );
  }
}

/** Fails for a request that has other lengths than the first one, or a time in another unit. */
function checkNeighbor(row: TraceRow, first: TraceRow, place: string, fail: FailAt): void {
  checkLengths(row, first, place, fail);
  if (Math.abs(row.atMs - first.atMs) > mostDays * dayMs) {
    fail(place, `is more than ${mostDays} days from the first request`, 'Times are in ms. Convert them.');
  }
}

const jsonHint =
  'Expected {"timestamp": 1500, "input_length": 512, "output_length": 64, "hash_ids": [7]} or {"at": 1500, "input": 512, "output": 64}, times in ms.';

function* jsonRows(path: string, utf8: Uint8Array, fail: FailAt): Generator<Raw> {
  for (const { value, place } of readJson(path, utf8, (at, message) => fail(at, message, jsonHint))) {
    if (!isObject(value)) return fail(place, "isn't an object", jsonHint);
    checkNames(value, place, fail);
    const format = !('timestamp' in value) ? 'loadlens' : 'chat_id' in value ? 'bailian' : 'mooncake';
    const at = value['timestamp'] ?? value['at'];
    const input = value['input_length'] ?? value['input'];
    const content = ['text_input', 'messages', 'payload'].find((name) => (value[name] ?? undefined) !== undefined);
    if (content !== undefined && (input ?? undefined) === undefined) {
      const hint = `A trace has lengths. Set input_length instead of ${content}, or send texts with # @prompts or # @conversations.`;
      return fail(place, `has ${content}, which can't be replayed`, hint);
    }
    yield {
      place,
      format,
      at: format === 'bailian' ? msOf(at) : at,
      input,
      output: value['output_length'] ?? value['output'],
      blocks: value['hash_ids'],
      session: value['session_id'] ?? undefined,
      delay: value['delay'],
    };
  }
}

/** Lengths under either name. */
const lengthNames = ['input', 'output'].map((name) => [name, `${name}_length`] as const);

/** Fails for a length with another name, such as input_len or output_tokens: it would be ignored. */
function checkNames(value: Json, place: string, fail: FailAt): void {
  for (const [name, length] of lengthNames) {
    const other = Object.keys(value).find((each) => each.startsWith(name) && typeof value[each] === 'number');
    if (other !== undefined && !(name in value) && !(length in value))
      fail(place, `has ${other} instead of ${length}`, jsonHint);
  }
}

/** Columns of the CSV files of traces: time, length of the prompt, and length of the response. */
const csvColumns = {
  azure: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'],
  burstgpt: ['Timestamp', 'Request tokens', 'Response tokens'],
} as const;
const csvHint = `Expected the columns ${Object.values(csvColumns)
  .map((names) => names.join(', '))
  .join('; or ')}.`;

function* csvRows(path: string, utf8: Uint8Array, fail: FailAt): Generator<Raw> {
  const text = textOf(utf8) ?? failText(path, { bytes: utf8, line: 1 }, fail);
  let head: { readonly format: keyof typeof csvColumns; readonly places: readonly number[] } | undefined;
  for (const { line, fields } of readCsv(text, separatorOf(text), (at, fault) =>
    fail(`${path}:${at}`, `has ${fault}`, csvHint),
  )) {
    const place = `${path}:${line}`;
    if (head === undefined) {
      head = headOf(fields) ?? failHead(place, /\.(?:jsonl?|ndjson)$/i.test(path), fail);
      continue;
    }
    const { format } = head;
    const [at, input, output] = head.places.map((index) => fields[index] ?? '');
    const length = numberIn(output);
    if (format === 'burstgpt' && length === 0) {
      fail(
        place,
        'has no response. It failed when the trace was recorded',
        "Remove such requests, or use BurstGPT's files without failures.",
      );
    }
    const atMs = format === 'burstgpt' ? msOf(numberIn(at)) : at;
    yield { place, format, at: atMs, input: numberIn(input), output: length, blocks: undefined };
  }
}

const failHead = (place: string, isNamedJson: boolean, fail: FailAt): never =>
  isNamedJson ? fail(place, "isn't valid JSON", jsonHint) : fail(place, "isn't the head of a trace", csvHint);

/** Returns the format of a CSV file and where its columns are; undefined for another file. */
function headOf(fields: readonly string[]) {
  for (const format of ['azure', 'burstgpt'] as const) {
    const places = csvColumns[format].map((name) => fields.indexOf(name));
    if (!places.includes(-1)) return { format, places };
  }
  return undefined;
}

const numberIn = (field = ''): unknown => (field.trim() === '' ? field : Number(field));

/** Returns a time in s in ms. */
const msOf = (seconds: unknown): unknown => (typeof seconds === 'number' ? seconds * 1_000 : seconds);

/** Returns a request of the trace. Members that are null count as absent. */
function rowOf(raw: Raw, numberOf: (id: number) => number, fail: FailAt): TraceRow {
  const { place, at, delay } = raw;
  const atMs = timeOf(at);
  if (atMs !== undefined) return { atMs, ...lengthsOf(raw, numberOf, fail) };
  if ((at ?? '') !== '') return fail(place, "has a time that can't be read", hintOf(raw));
  const isTurn = (delay ?? undefined) !== undefined;
  return fail(place, isTurn ? 'has a delay, but is not a later turn of a session_id' : 'has no time', hintOf(raw));
}

/** Returns a later turn of a session. */
function turnOf(raw: Raw, numberOf: (id: number) => number, fail: FailAt): TraceTurn {
  const { place, delay, session } = raw;
  if (typeof delay === 'number' && delay >= 0 && delay <= mostThinkMs)
    return { delayMs: delay, ...lengthsOf(raw, numberOf, fail) };
  const hint = `Set the ms after the previous response, up to 1 h, or remove the session_id if the prompt is complete.`;
  return fail(place, `is a later turn of the session ${JSON.stringify(session)} without a valid delay`, hint);
}

const hintOf = ({ format }: Raw): string => (format in csvColumns ? csvHint : jsonHint);

function lengthsOf(raw: Raw, numberOf: (id: number) => number, fail: FailAt): TraceLengths {
  const { place, format, input, output, blocks } = raw;
  const hint = hintOf(raw);
  const blockTokens = blockTokensOf(format);
  const length = (value: unknown, of: string): number | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostTokens) return value;
    const range = `1 to ${formatCount(mostTokens)}`;
    return fail(
      place,
      `has a length of the ${of} that isn't a whole number from ${range}`,
      `Fix or remove it. ${hint}`,
    );
  };
  const [inputs, outputs] = [length(input, 'prompt'), length(output, 'response')];
  const row: TraceLengths = {
    ...(inputs !== undefined && { input: inputs }),
    ...(outputs !== undefined && { output: outputs }),
  };
  if (blocks === undefined || blocks === null) return row;
  if (!Array.isArray(blocks) || !blocks.every((id) => Number.isInteger(id)))
    return fail(place, 'has hash_ids that are not whole numbers', hint);
  const fit = Math.ceil((row.input ?? 0) / blockTokens);
  if (blocks.length > fit) {
    const lengths =
      row.input === undefined ? 'no length of the prompt' : `a prompt of ${row.input} tokens, which has ${fit}`;
    const needed = `Each stands for ${blockTokens} tokens of the prompt. Convert traces with blocks of another size.`;
    return fail(place, `has ${blocks.length} hash_ids, but ${lengths}`, needed);
  }
  return { ...row, blocks: blocks.map((id) => numberOf(Number(id))) };
}

/** Returns a time in ms: a number, or `2023-11-16 18:15:46.6805900` as UTC. Digits beyond ms count. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const [, seconds = '', fraction = ''] = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(\.\d+)?/.exec(String(value)) ?? [];
  const ms = Date.parse(`${seconds.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? undefined : ms + 1_000 * Number(`0${fraction}`);
}
