import { isBlank, isSeparator, splitLines } from './lines.ts';

/** Lines that an editor can fold, zero-based and inclusive. */
export interface Fold {
  readonly startLine: number;
  readonly endLine: number;
}

const nameLine = /^\s*(?:#|\/\/)\s*@name\b/;

/** Returns the folds: blocks from their `###` or the name directly below to their last line with text, and brackets. */
export function foldsOf(text: string): Fold[] {
  const folds: Fold[] = [];
  const add = (startLine: number, endLine: number): void => {
    if (endLine > startLine) folds.push({ startLine, endLine });
  };
  let block: number | undefined;
  let brackets: number[] = [];
  let lastText = 0;
  const lines = splitLines(text);
  for (const [line, whole] of lines.entries()) {
    if (isBlank(whole)) continue;
    if (isSeparator(whole)) {
      if (block !== undefined) add(block, lastText);
      block = line;
      brackets = [];
    } else if (block === lastText && /^\s*#+\s*$/.test(lines[block] ?? '') && nameLine.test(whole)) {
      // Folding at a ### without a title would hide the name.
      block = line;
    } else {
      const trimmed = whole.trim();
      const opener = /^[}\]]/.test(trimmed) ? brackets.pop() : undefined;
      if (opener !== undefined) add(opener, line - 1);
      if (/[{[]$/.test(trimmed)) brackets.push(line);
    }
    lastText = line;
  }
  if (block !== undefined) add(block, lastText);
  return folds.toSorted((a, b) => a.startLine - b.startLine);
}
