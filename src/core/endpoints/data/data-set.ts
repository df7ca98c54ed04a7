import { readCsv } from './csv-rows.ts';
import { decodeText } from './decode-text.ts';

/** An entry of a prompts file: a JSON value or a text. */
export interface Entry {
  readonly value: unknown;
  /** Line, from 1. */
  readonly line: number;
}

/** Fails with a message and a hint. */
export type FailAt = (line: number, message: string, hint: string) => never;

/**
 * Returns the entries of a file: comma- or tab-separated values with a header (.csv, .tsv), a JSON array, JSON lines, or
 * one text per line. A file that isn't named .jsonl, .ndjson, or .json is read as JSON if all of it is JSON.
 */
export function readEntries(path: string, bytes: Uint8Array, fail: FailAt): Entry[] {
  const decoded = decodeText(bytes);
  if ('badLine' in decoded) return fail(decoded.badLine, "isn't UTF-8", 'Save the file as UTF-8.');
  const { text } = decoded;
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  if (extension === 'csv') return readTable(text, ',', fail);
  if (extension === 'tsv') return readTable(text, '\t', fail);
  const isNamedJson = extension === 'jsonl' || extension === 'ndjson' || extension === 'json';
  const whole = readArray(text, isNamedJson);
  if (whole !== undefined) return whole;
  const lines = text.split(/\r\n|\n|\r/).map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => content.trim() !== '');
  if (isNamedJson) {
    return filled.map(({ content, line }) => ({ value: readJson(content, line, fail), line }));
  }
  const parsed = filled.every(({ content }) => content.trimStart().startsWith('{'))
    ? filled.map(({ content, line }) => ({ value: parse(content), line }))
    : [];
  const isJsonLines = parsed.length > 0 && parsed.every(({ value }) => value !== undefined);
  return isJsonLines ? parsed : filled.map(({ content, line }) => ({ value: content, line }));
}

/**
 * Returns the entries of a JSON array, or of an object with one; undefined for other texts.
 * @param isNamedJson false: only an array of texts and objects counts as JSON
 */
function readArray(text: string, isNamedJson: boolean): Entry[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const json = parse(text);
  if (Array.isArray(json)) return isNamedJson || json.every(isEntry) ? located(json, text) : undefined;
  if (typeof json !== 'object' || json === null) return undefined;
  const list = Object.entries(json).find(
    ([name, value]) => /^(?:data|rows|prompts)$/.test(name) && Array.isArray(value),
  );
  return Array.isArray(list?.[1]) ? located(list[1], text) : [{ value: json, line: 1 }];
}

const isEntry = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value));

/** Returns array elements with their first lines; line 1 if unknown. */
function located(values: readonly unknown[], text: string): Entry[] {
  const lines = text.trimStart().startsWith('[') ? elementLines(text) : [];
  return values.map((value, index) => ({ value, line: lines[index] ?? 1 }));
}

/** Returns the line of each element of a JSON array. */
function elementLines(text: string): number[] {
  const lines: number[] = [];
  let depth = 0;
  let line = 1;
  let fresh = false;
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{}]|\n|[^\s[\]{}",:]+|,/gs;
  for (const [token] of text.matchAll(tokens)) {
    const closes = token === ']' || token === '}';
    if (token === '\n') line += 1;
    else if (fresh && depth === 1 && !closes && token !== ',') {
      lines.push(line);
      fresh = false;
    }
    if (token === '[' || token === '{') {
      depth += 1;
      if (depth === 1) fresh = true;
    } else if (closes) depth -= 1;
    else if (token === ',' && depth === 1) fresh = true;
  }
  return lines;
}

function readJson(content: string, line: number, fail: FailAt): unknown {
  const value = parse(content);
  if (isEntry(value)) return value;
  const hint = 'Write one JSON string or object per line, such as {"prompt": "Once upon a time"}.';
  return fail(line, 'is neither a JSON string nor a JSON object', hint);
}

/** Returns rows as objects with the header's columns as members; as texts for a single column. */
function readTable(text: string, separator: string, fail: FailAt): Entry[] {
  const rows = readCsv(text, separator);
  if ('fault' in rows)
    return fail(
      rows.line,
      `has ${rows.fault}`,
      'Enclose fields that contain quotes in quotes, and double the inner ones.',
    );
  const [header, ...entries] = rows;
  const names = header?.fields.map((name) => name.trim()) ?? [];
  return entries.map(({ fields, line }) => {
    if (fields.length > names.length)
      fail(line, `has more fields than the header`, 'Enclose fields that contain separators in quotes.');
    if (names.length === 1) return { value: fields[0] ?? '', line };
    return { value: Object.fromEntries(names.map((name, i) => [name, fields[i] ?? ''])), line };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
