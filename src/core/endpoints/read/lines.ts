import { methods } from '../known-words.ts';

/** The lines of a text as an editor counts them; a byte order mark is no part of the first. */
export function splitLines(text: string): string[] {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (!body.includes('\r')) return body.split('\n');
  return body.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
}

/** Column of the first character that is not white space. */
export const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Whether a line is empty or white space alone. */
export const isBlank = (line: string): boolean => line.trim() === '';

const separator = /^\s*###/;
/** `###`: the line between two blocks of a file in the .http style. */
export const isSeparator = (line: string): boolean => separator.test(line);

/** `# …` or `// …`. */
export const isComment = (line: string): boolean => {
  const text = line.trimStart();
  return text.startsWith('#') || text.startsWith('//');
};

const methodNames = new Set(methods);
const addressStart = /^(?:[A-Za-z]+[ \t]+)?[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const hostAndPort = /^(?:localhost|[\w-]+(?:\.[\w-]+)+):\d+(?:[/?]|$)/;
const firstWord = /^([A-Za-z]+)[ \t]+(\{\{|\S)/;

/** Whether the first word is a method, or stands where only a method can: in capitals before a path or a variable. */
function startsWithMethod(text: string): boolean {
  const [, word = '', next = ''] = firstWord.exec(text) ?? [];
  const beforePath = next === '/' || next === '{{';
  return methodNames.has(word) || (beforePath && (methodNames.has(word.toUpperCase()) || /^[A-Z]+$/.test(word)));
}

/** Whether a trimmed line, where a header could stand too, starts a request. An address without scheme does, as an error. */
export function looksLikeRequest(text: string): boolean {
  if (addressStart.test(text) || text.startsWith('{{') || hostAndPort.test(text)) return true;
  return startsWithMethod(text);
}

const addressOrMethod = /^(?:([A-Za-z]+)[ \t]+(?:https?:\/\/|\{\{)|https?:\/\/)/i;
/** Whether a line, where a body could stand too, starts a request beyond doubt: `http://…`, `POST http://…`, `POST {{…`. */
export function surelyRequest(line: string): boolean {
  const match = addressOrMethod.exec(line.trimStart());
  return match !== null && (match[1] === undefined || methodNames.has(match[1].toUpperCase()));
}

/** `@name = value`; `spaced` asks for white space before or after the `=`, where `@path` of a body file could stand too. */
export function matchVariable(text: string, spaced: boolean): { name: string; value: string } | undefined {
  const match = /^@([^\s=/\\]+)([ \t]*)=([ \t]*)/.exec(text);
  if (match === null || (spaced && match[2] === '' && match[3] === '')) return undefined;
  return { name: match[1] ?? '', value: text.slice(match[0].length).trim() };
}

/** `< path`, a body from a file as REST Client writes it. */
export const isBodyFile = (line: string): boolean => /^\s*<@?\s/.test(line);

/** Whether a trimmed line starts a JSON text. */
export const startsJson = (text: string): boolean =>
  text.startsWith('[') || (text.startsWith('{') && !text.startsWith('{{'));
