import { isSeparator, surelyRequest } from './lines.ts';

/** End of a JSON text. `end` is the column after its last bracket. */
export interface JsonEnd {
  readonly line: number;
  readonly end: number;
  readonly closed: boolean;
}

const significant = /["\\{}[\]]/g;

/**
 * Returns the end of the JSON text that starts at `column`. Without a closing bracket, it ends before the next separator
 * or request, which no line of valid JSON looks like. An error in one body therefore doesn't hide the rest of the file.
 */
export function findJsonEnd(lines: readonly string[], startLine: number, column: number): JsonEnd {
  let depth = 0;
  let inString = false;
  for (let line = startLine; line < lines.length; line++) {
    const text = lines[line] ?? '';
    if (line > startLine && (isSeparator(text) || surelyRequest(text)))
      return { line: line - 1, end: (lines[line - 1] ?? '').length, closed: false };
    significant.lastIndex = line === startLine ? column : 0;
    for (let match = significant.exec(text); match !== null; match = significant.exec(text)) {
      const [character] = match;
      if (character === '"') inString = !inString;
      else if (character === '\\') significant.lastIndex += inString ? 1 : 0;
      else if (!inString) {
        depth += character === '{' || character === '[' ? 1 : -1;
        if (depth === 0) return { line, end: match.index + 1, closed: true };
      }
    }
  }
  return { line: lines.length - 1, end: (lines.at(-1) ?? '').length, closed: false };
}

/** Returns whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
