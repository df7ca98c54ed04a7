/** A row of a CSV file and its first line, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A quote that isn't closed, or text after the closing one. */
export interface CsvFault {
  readonly line: number;
  readonly fault: string;
}

/**
 * Returns the rows of a CSV text (RFC 4180). Quoted fields may contain separators, line ends, and doubled quotes. Rows
 * without text are skipped.
 */
export function readCsv(text: string, separator: string): readonly CsvRow[] | CsvFault {
  const rows: CsvRow[] = [];
  const lineEnd = /\r\n|\n|\r/y;
  const plain = separator === '\t' ? /[^\t\r\n]*/y : /[^,\r\n]*/y;
  const quoted = /"((?:[^"]|"")*)"/y;
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  const take = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (let at = 0; at <= text.length;) {
    if (text[at] === '"') {
      const match = take(quoted, at);
      if (match === null) return { line, fault: 'an unclosed quote' };
      fields.push((match[1] ?? '').replaceAll('""', '"'));
      line += match[0].match(/\r\n|\n|\r/g)?.length ?? 0;
      at += match[0].length;
    } else {
      const [field = ''] = take(plain, at) ?? [];
      fields.push(field);
      at += field.length;
    }
    if (text[at] === separator) {
      at += 1;
      continue;
    }
    const end = take(lineEnd, at);
    if (end === null && at < text.length) return { line, fault: 'text after a closing quote' };
    if (fields.some((field) => field.trim() !== '')) rows.push({ line: start, fields });
    fields = [];
    line += 1;
    start = line;
    if (end === null) break;
    at += end[0].length;
  }
  return rows;
}
