import type { Range, Target } from '../types.ts';
import { isBlank, isComment, isSeparator, splitLines } from './lines.ts';

/** A target and its lines: directives above its request line, headers and body below. */
export interface TargetBlock {
  readonly target: Target;
  readonly range: Range;
}

/** Returns the blocks of targets, in file order. */
export function targetBlocks(text: string, targets: readonly Target[]): TargetBlock[] {
  const lines = splitLines(text);
  const starts = targets.map(({ range }, index) => {
    const above = targets[index - 1]?.range.start.line ?? -1;
    let line = range.start.line;
    while (line - 1 > above && isComment(lines[line - 1] ?? '') && !isSeparator(lines[line] ?? '')) line -= 1;
    return line;
  });
  return targets.map((target, index) => {
    let end = (starts[index + 1] ?? lines.length) - 1;
    while (end > target.range.start.line && isBlank(lines[end] ?? '')) end -= 1;
    const start = { line: starts[index] ?? 0, character: 0 };
    return { target, range: { start, end: { line: end, character: lines[end]?.length ?? 0 } } };
  });
}
