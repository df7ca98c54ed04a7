import { formatCount } from '../../format.ts';
import { mostTokens } from '../../values/llm/lengths.ts';
import { isObject } from '../json.ts';
import { readCsv, separatorOf } from './csv-rows.ts';
import { failText, readJson, startsWith, utf8OfFile, type FailAt } from './data-set.ts';
import { textOf } from './decode-text.ts';

/** One request of a trace. */
export interface TraceRow {
  /** Time from the first request, ms. */
  readonly atMs: number;
  /** Tokens of the prompt; absent if the trace doesn't say. */
  readonly input?: number;
  /** Tokens of the response; absent if the trace doesn't say. */
  readonly output?: number;
  /** Numbers, from 0, of the blocks of tokens at the start of the prompt. The same number is the same text. */
  readonly blocks?: readonly number[];
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
}

/**
 * Returns the requests of a trace: Mooncake's JSON lines (timestamp in ms, input_length, output_length, hash_ids), Bailian's
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
  for (const raw of utf8.length === 0 ? [] : isJson ? jsonRows(path, utf8, failAt) : csvRows(path, utf8, failAt)) {
    if (rows.length === mostRows) {
      isPart = true;
      break;
    }
    const row = rowOf(raw, numberOf, failAt);
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

/** Fails for a request that has other members than the first one, or a time in another unit. */
function checkNeighbor(row: TraceRow, first: TraceRow, place: string, fail: FailAt): void {
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
  if (Math.abs(row.atMs - first.atMs) > mostDays * dayMs) {
    fail(place, `is more than ${mostDays} days from the first request`, 'Times are in ms. Convert them.');
  }
}

const jsonHint =
  'Expected {"timestamp": 1500, "input_length": 512, "output_length": 64, "hash_ids": [7]} or {"at": 1500, "input": 512, "output": 64}, times in ms.';

const conversationsHint = 'Send conversations with # @conversations or # @turns';

function* jsonRows(path: string, utf8: Uint8Array, fail: FailAt): Generator<Raw> {
  const sessions = new Set<unknown>();
  for (const { value, place } of readJson(path, utf8, (at, message) => fail(at, message, jsonHint))) {
    if (!isObject(value)) return fail(place, "isn't an object", jsonHint);
    const format = !('timestamp' in value) ? 'loadlens' : 'chat_id' in value ? 'bailian' : 'mooncake';
    const at = value['timestamp'] ?? value['at'];
    if (at === undefined && 'delay' in value) {
      const hint = `Turns that follow a response can't be replayed. ${conversationsHint}, or keep only requests with a time.`;
      return fail(place, 'has a delay instead of a time', hint);
    }
    const session = value['session_id'] ?? undefined;
    if (sessions.has(session)) {
      // AIPerf sends them with all earlier turns and responses, and their length is that of the new part alone.
      const hint = `${conversationsHint}, or remove the session_id if lengths are those of complete prompts.`;
      return fail(place, `is a later turn of the session ${JSON.stringify(session)}`, hint);
    }
    if (session !== undefined) sessions.add(session);
    const input = value['input_length'] ?? value['input'];
    const content = ['text_input', 'messages', 'payload'].find((name) => (value[name] ?? undefined) !== undefined);
    if (content !== undefined && (input ?? undefined) === undefined) {
      const hint = `A trace has lengths. Set input_length instead of ${content}, or send texts with # @prompts.`;
      return fail(place, `has ${content}, which can't be replayed`, hint);
    }
    yield {
      place,
      format,
      at: format === 'bailian' ? msOf(at) : at,
      input,
      output: value['output_length'] ?? value['output'],
      blocks: value['hash_ids'],
    };
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
      head = headOf(fields) ?? fail(place, 'is not the head of a trace', csvHint);
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
function rowOf(
  { place, format, at, input, output, blocks }: Raw,
  numberOf: (id: number) => number,
  fail: FailAt,
): TraceRow {
  const hint = format in csvColumns ? csvHint : jsonHint;
  const blockTokens = blockTokensOf(format);
  const atMs = timeOf(at);
  if (atMs === undefined) return fail(place, (at ?? '') === '' ? 'has no time' : "has a time that can't be read", hint);
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
  const row: TraceRow = {
    atMs,
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
