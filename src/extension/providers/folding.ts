import { FoldingRange, FoldingRangeKind, languages, type Disposable, type TextDocument } from 'vscode';
import { isBlank, isSeparator, splitLines } from '../../core/endpoints/read/lines.ts';
import { endpointsSelector } from '../services/workspace/documents.ts';

/** From each `###` to the last line with text before the next one. */
function blocks(document: TextDocument): FoldingRange[] {
  const lines = splitLines(document.getText());
  const starts = lines.flatMap((line, at) => (isSeparator(line) ? [at] : []));
  return starts.flatMap((start, index) => {
    let end = (starts[index + 1] ?? lines.length) - 1;
    while (end > start && isBlank(lines[end] ?? '')) end -= 1;
    return end > start ? [new FoldingRange(start, end, FoldingRangeKind.Region)] : [];
  });
}

/** Blocks of a file in the `.http` style fold at their `###`. */
export const registerFolding = (): Disposable =>
  languages.registerFoldingRangeProvider(endpointsSelector, { provideFoldingRanges: blocks });
