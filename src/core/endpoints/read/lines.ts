import { methods } from '../known-words.ts';

/** Returns the lines of a text as an editor counts them, without a byte order mark. */
export function splitLines(text: string): string[] {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (!body.includes('\r')) return body.split('\n');
  return body.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
}

/** Returns the column of the first character that isn't white space. */
export const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Returns whether a line is empty or only white space. */
export const isBlank = (line: string): boolean => line.trim() === '';

const separator = /^\s*###/;
/** Returns whether a line starts with `###`, the separator in .http files. */
export const isSeparator = (line: string): boolean => separator.test(line);

/** Returns whether a line is a comment: `# …` or `// …`. */
export const isComment = (line: string): boolean => {
  const text = line.trimStart();
  return text.startsWith('#') || text.startsWith('//');
};

const methodNames = new Set(methods);
const addressStart = /^(?:[A-Za-z]+[ \t]+)?[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const hostAndPort = /^(?:localhost|[\w-]+(?:\.[\w-]+)+):\d+(?:[/?]|$)/;
const firstWord = /^([A-Za-z]+)[ \t]+(\{\{|\S)/;

/** Returns whether the first word is a method, or can only be one: in capitals before a path or variable. */
function startsWithMethod(text: string): boolean {
  const [, word = '', next = ''] = firstWord.exec(text) ?? [];
  const beforePath = next === '/' || next === '{{';
  return methodNames.has(word) || (beforePath && (methodNames.has(word.toUpperCase()) || /^[A-Z]+$/.test(word)));
}

/** Returns whether a trimmed line in the position of a header starts a request. So does a host with a port. */
export function looksLikeRequest(text: string): boolean {
  if (addressStart.test(text) || text.startsWith('{{') || hostAndPort.test(text)) return true;
  return startsWithMethod(text);
}

const addressOrMethod = /^(?:([A-Za-z]+)[ \t]+(?:https?:\/\/|\{\{)|https?:\/\/)/i;
/** Returns whether a line in the position of a body starts a request: `http://…`, `POST http://…`, or `POST {{…`. */
export function surelyRequest(line: string): boolean {
  const match = addressOrMethod.exec(line.trimStart());
  return match !== null && (match[1] === undefined || methodNames.has(match[1].toUpperCase()));
}

/** Returns the variable in `@name = value`. `spaced`: requires white space at the `=`, because it may be a body file. */
export function matchVariable(text: string, spaced: boolean): { name: string; value: string } | undefined {
  const match = /^@([^\s=/\\]+)([ \t]*)=([ \t]*)/.exec(text);
  if (match === null || (spaced && match[2] === '' && match[3] === '')) return undefined;
  return { name: match[1] ?? '', value: text.slice(match[0].length).trim() };
}

/** Returns whether a line is `< path`, the body file syntax of REST Client. */
export const isBodyFile = (line: string): boolean => /^\s*<@?\s/.test(line);

/** Returns whether a trimmed line starts a JSON text. */
export const startsJson = (text: string): boolean =>
  text.startsWith('[') || (text.startsWith('{') && !text.startsWith('{{'));
