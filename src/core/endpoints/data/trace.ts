import { isObject } from '../json.ts';
import { readCsv } from './csv-rows.ts';

/** One request of a trace. */
export interface TraceRow {
  /** Time from the first request, ms. */
  readonly atMs: number;
  /** Tokens of the prompt; absent if the trace doesn't say. */
  readonly input?: number;
  /** Tokens of the response; absent if the trace doesn't say. */
  readonly output?: number;
  /** Numbers of the blocks of 512 tokens at the start of the prompt. The same number is the same text. */
  readonly blocks?: readonly number[];
}

/** Requests of a trace, in order of time. */
export interface Trace {
  readonly file: string;
  readonly format: 'mooncake' | 'azure' | 'loadlens';
  readonly rows: readonly TraceRow[];
}

/** Maximum number of requests in a trace. */
const mostRows = 1_000_000;

type Fail = (message: string, hint: string) => never;

/**
 * Returns the requests of a trace: Mooncake's JSON lines (timestamp in ms, input_length, output_length, hash_ids), Azure's CSV
 * (TIMESTAMP, ContextTokens, GeneratedTokens), or JSON lines with at (ms), input, and output. `fail` receives a message and a hint.
 */
export function readTrace(path: string, bytes: Uint8Array | undefined, fail: Fail): Trace {
  if (bytes === undefined) return fail(`Can't read trace ${path}.`, 'Check the path (relative to the endpoints file).');
  const text = new TextDecoder().decode(bytes);
  const isJson = text.trimStart().startsWith('{');
  const at = (line: number, message: string, hint: string): never => fail(`${path}:${line} ${message}.`, hint);
  const entries = isJson ? jsonRows(text, at) : csvRows(text, at);
  const [first] = entries.rows;
  if (first === undefined) return fail(`Trace ${path} is empty.`, 'Write one request per line.');
  if (entries.rows.length > mostRows)
    return at(mostRows + 1, 'is beyond 1,000,000 requests', 'Use a part of the trace.');
  for (const [name, what] of [
    ['input', 'prompt'],
    ['output', 'response'],
  ] as const) {
    const without = entries.rows.findIndex((each) => each[name] === undefined);
    if (without >= 0 && entries.rows.some((each) => each[name] !== undefined))
      return fail(
        `Request ${without + 1} of trace ${path} has no length of the ${what}, but others have.`,
        'Add it, or remove all.',
      );
  }
  const sorted = entries.rows.toSorted((a, b) => a.atMs - b.atMs);
  const startMs = sorted[0]?.atMs ?? 0;
  return {
    file: path,
    format: entries.format,
    rows: sorted.map((each) => Object.assign(each, { atMs: each.atMs - startMs })),
  };
}

type FailAt = (line: number, message: string, hint: string) => never;

const jsonHint =
  'Expected {"timestamp": 1500, "input_length": 512, "output_length": 64, "hash_ids": [7]} or {"at": 1500, "input": 512, "output": 64}, times in ms.';

function jsonRows(text: string, fail: FailAt): Pick<Trace, 'format' | 'rows'> {
  let format: Trace['format'] = 'loadlens';
  const rows = text.split(/\r?\n/).flatMap((line, index): TraceRow[] => {
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return fail(index + 1, "isn't valid JSON", jsonHint);
    }
    if (!isObject(value)) return fail(index + 1, "isn't an object", jsonHint);
    if ('timestamp' in value) format = 'mooncake';
    const atMs = timeOf(value['timestamp'] ?? value['at']);
    if (atMs === undefined) return fail(index + 1, 'has no time', jsonHint);
    const input = value['input_length'] ?? value['input'];
    const output = value['output_length'] ?? value['output'];
    const blocks = value['hash_ids'];
    if (![input, output].every((count) => count === undefined || isCount(count)))
      return fail(index + 1, 'has a length that is not a whole number from 1 on', jsonHint);
    if (blocks !== undefined && !(Array.isArray(blocks) && blocks.every((id) => Number.isInteger(id) && id >= 0)))
      return fail(index + 1, 'has hash_ids that are not whole numbers', jsonHint);
    return [row(atMs, input, output, blocks)];
  });
  return { format, rows };
}

function csvRows(text: string, fail: FailAt): Pick<Trace, 'format' | 'rows'> {
  const hint = 'Expected the columns TIMESTAMP, ContextTokens, and GeneratedTokens.';
  const read = readCsv(text, ',');
  if ('fault' in read) return fail(read.line, `has ${read.fault}`, hint);
  const [head, ...rest] = read;
  const places = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'].map((name) => head?.fields.indexOf(name) ?? -1);
  const [time = -1, context = -1, generated = -1] = places;
  if (places.includes(-1)) return fail(head?.line ?? 1, 'is not the head of a trace', hint);
  const rows = rest.map(({ line, fields }) => {
    const atMs = timeOf(fields[time]);
    const [input, output] = [Number(fields[context]), Number(fields[generated])];
    if (atMs === undefined) return fail(line, 'has no time', hint);
    if (!isCount(input) || !isCount(output))
      return fail(line, 'has a length that is not a whole number from 1 on', hint);
    return row(atMs, input, output);
  });
  return { format: 'azure', rows };
}

const row = (atMs: number, input?: unknown, output?: unknown, blocks?: unknown): TraceRow => ({
  atMs,
  ...(typeof input === 'number' && { input }),
  ...(typeof output === 'number' && { output }),
  ...(Array.isArray(blocks) && { blocks: blocks.map(Number) }),
});

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1;

/** Returns a time in ms: a number, or `2023-11-16 18:15:46.6805900` as UTC. Digits beyond ms count. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const [, seconds = '', fraction = ''] = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(\.\d+)?/.exec(String(value)) ?? [];
  const ms = Date.parse(`${seconds.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? undefined : ms + 1_000 * Number(`0${fraction}`);
}
