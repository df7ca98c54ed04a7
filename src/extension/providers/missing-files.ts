import { Diagnostic, DiagnosticSeverity, Range, type TextDocument } from 'vscode';
import { filesOf } from '../../core/endpoints/llm/prepare-llm.ts';
import type { Target } from '../../core/endpoints/types.ts';
import { parseDocument } from '../services/workspace/documents.ts';
import { isFile, placeOf } from '../services/workspace/files.ts';
import { toRange } from './ranges.ts';

/** How far from its request line the name of a file is looked for. */
const mostLines = 50;

/** A problem for each file of bodies or prompts that a target names and that is not there. */
export async function missingFiles(document: TextDocument): Promise<Diagnostic[]> {
  // An unsaved document has no folder.
  if (document.isUntitled) return [];
  const { targets } = parseDocument(document);
  const there = new Map<string, boolean>();
  const found: Diagnostic[] = [];
  for (const target of targets) {
    for (const path of filesOf(target)) {
      // Values from outside the file are known only to the run.
      if (path.includes('{{')) continue;
      if (!there.has(path)) there.set(path, await isFile(placeOf(document.uri, path)));
      if (there.get(path) === false) found.push(diagnosticOf(document, target, path));
    }
  }
  return found;
}

function diagnosticOf(document: TextDocument, target: Target, path: string): Diagnostic {
  const diagnostic = new Diagnostic(
    rangeOfFile(document, target, path),
    `File ${path} not found. Create it or fix the path (relative to this file).`,
    DiagnosticSeverity.Error,
  );
  diagnostic.source = 'Loadlens';
  diagnostic.code = 'missing-file';
  return diagnostic;
}

/** The line that names the file: a directive above the request line, or a body below it. */
export function rangeOfFile(document: TextDocument, { llm, range }: Target, path: string): Range {
  const { line } = range.start;
  const isDirective = [llm?.prompts, llm?.conversations, llm?.image, llm?.trace].includes(path);
  const step = isDirective ? -1 : 1;
  for (let away = 1; away <= mostLines; away += 1) {
    const at = line + step * away;
    if (at < 0 || at >= document.lineCount) break;
    const { text } = document.lineAt(at);
    const written = /^(\s*(?:(?:#+|\/\/+)\s*@(?:prompts|conversations|image|trace)\s*=?\s*|[@<]\s*))(\S.*?)\s*$/.exec(
      text,
    );
    // By way of a variable the path is another text: then the first file of its kind is meant.
    if (written === null || (written[2] !== path && !(written[2] ?? '').includes('{{'))) continue;
    const start = written[1]?.length ?? 0;
    return new Range(at, start, at, start + (written[2]?.length ?? 0));
  }
  return toRange(range);
}
