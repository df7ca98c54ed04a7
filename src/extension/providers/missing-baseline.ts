import { Diagnostic, DiagnosticSeverity, Range, type TextDocument } from 'vscode';
import { defaultBaseline } from '../../core/values/relations.ts';
import { parseDocument } from '../services/workspace/documents.ts';
import { findBaseline } from '../services/workspace/baselines.ts';

/** A directive with relative objectives, up to the word that refers to the baseline. */
const relative = /^(\s*(?:#+|\/\/+)\s*@slo\b.*?[<>]=?\s*)baseline\b/;

/** A warning at the first relative objective if its baseline is missing or can't be read. */
export async function missingBaseline(document: TextDocument): Promise<Diagnostic[]> {
  if (document.isUntitled) return [];
  const { objectives, targets, defaults } = parseDocument(document);
  const all = [objectives, ...targets.map((target) => target.objectives)].flat();
  if (all.every(({ baseline }) => baseline === undefined)) return [];
  const { problem } = await findBaseline(document.uri, defaults.baseline ?? defaultBaseline);
  if (problem === undefined) return [];
  const diagnostic = new Diagnostic(
    placeOf(document),
    `${problem.charAt(0).toUpperCase()}${problem.slice(1)}. Until then, relative objectives aren’t met.`,
    DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Loadlens';
  diagnostic.code = 'missing-baseline';
  return [diagnostic];
}

function placeOf(document: TextDocument): Range {
  for (let line = 0; line < document.lineCount; line += 1) {
    const match = relative.exec(document.lineAt(line).text);
    if (match !== null) return new Range(line, match[1]?.length ?? 0, line, match[0].length);
  }
  return new Range(0, 0, 0, 0);
}
