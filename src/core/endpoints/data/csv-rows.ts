/** A row of a CSV file and its first line, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Fails for a quote that isn't closed, or for text after the closing one. */
type FailAt = (line: number, fault: string) => never;

/**
 * Yields the rows of a CSV text (RFC 4180). Quoted fields may contain separators, line ends, and doubled quotes. Rows
 * without text are skipped.
 */
export function* readCsv(text: string, separator: string, fail: FailAt): Generator<CsvRow> {
  const plain = { ',': /[^,\r\n]*/y, ';': /[^;\r\n]*/y, '\t': /[^\t\r\n]*/y }[separator] ?? /[^,\r\n]*/y;
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  for (let at = 0; at <= text.length;) {
    if (text[at] === '"') {
      const end = endOfQuoted(text, at);
      if (end < 0) return fail(line, 'an unclosed quote');
      const field = text.slice(at + 1, end);
      fields.push(field.replaceAll('""', '"'));
      line += linesIn(field);
      at = end + 1;
    } else {
      plain.lastIndex = at;
      const [field = ''] = plain.exec(text) ?? [];
      fields.push(field);
      at += field.length;
    }
    if (text[at] === separator) {
      at += 1;
      continue;
    }
    const end = text[at] === '\r' && text[at + 1] === '\n' ? 2 : text[at] === '\r' || text[at] === '\n' ? 1 : 0;
    if (end === 0 && at < text.length) return fail(line, 'text after a closing quote');
    if (fields.some((field) => field.trim() !== '')) yield { line: start, fields };
    fields = [];
    line += 1;
    start = line;
    if (end === 0) break;
    at += end;
  }
}

/** Returns the index of the quote that closes the one at `start`; -1 if none does. */
function endOfQuoted(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function linesIn(field: string): number {
  let lines = 0;
  for (let at = 0; at < field.length; at += 1) {
    if (field[at] === '\n' || (field[at] === '\r' && field[at + 1] !== '\n')) lines += 1;
  }
  return lines;
}

/**
 * Returns what separates the fields of a CSV text: a comma, unless only semicolons or tabs are in its first line, as
 * spreadsheets write them in many languages.
 */
export function separatorOf(text: string): string {
  const head = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  return [',', ';', '\t'].find((separator) => head.includes(separator)) ?? ',';
}
