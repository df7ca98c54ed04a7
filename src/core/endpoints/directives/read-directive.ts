import { isOfRunAlone } from '../../values/objective-metrics.ts';
import { parseObjectives } from '../../values/objectives.ts';
import { indentOf } from '../read/lines.ts';
import { directiveNamed, directives } from './directives.ts';
import type { DirectiveScope, Pending } from './pending.ts';
import { fixOf, quoted, rangeOf, type Findings } from '../problems.ts';
import { silentDirectives } from '../read/other-tools.ts';
import type { Range, RunDefaults } from '../types.ts';

const directiveLine = /^(?:#+|\/\/+)[ \t]*@([A-Za-z][\w-]*)(?=[\s=]|$)(?:[ \t]*=(?!=))?/;

/** A directive as written. */
interface Written {
  readonly name: string;
  readonly value: string;
  /** Range of the comment. */
  readonly whole: Range;
  /** Range of the value; that of the comment without a value. */
  readonly range: Range;
}

/** Returns the directive in a trimmed comment line; undefined for a plain comment. */
function matchDirective(text: string, line: number, indent: number): Written | undefined {
  const match = directiveLine.exec(text);
  if (match === null) return undefined;
  const value = text.slice(match[0].length).trim();
  const whole = rangeOf(line, indent, indent + text.length);
  const range = value === '' ? whole : rangeOf(line, indent + text.length - value.length, indent + text.length);
  return { name: match[1] ?? '', value, whole, range };
}

/** Returns the names of the directives in lines, and where they are. `from` is the number of the first line. */
export const directiveRanges = (lines: readonly string[], from: number): readonly Pick<Written, 'name' | 'whole'>[] =>
  lines.flatMap((line, index) => matchDirective(line.trim(), from + index, indentOf(line)) ?? []);

/**
 * Reads the directive in a trimmed comment line, if there is one.
 * @returns whether it was an option of the run
 */
export function readDirective(
  text: string,
  line: number,
  indent: number,
  scope: DirectiveScope & { readonly beforeFirstTarget: boolean },
  report: Findings,
): boolean {
  const written = matchDirective(text, line, indent);
  if (written === undefined) return false;
  const { name, value, whole, range } = written;
  const directive = directiveNamed(name);
  if (directive === undefined) {
    reportUnknown(name, whole, indent + text.indexOf('@'), report);
    return false;
  }
  if (directive.place === 'file' && !scope.beforeFirstTarget) {
    const hint = 'Move it above the first target. It applies to the whole run.';
    report.warning('misplaced-directive', whole, `@${name} is ignored here.`, hint);
    return false;
  }
  if (name === 'slo') {
    readObjectives(written, scope.pending, report);
  } else {
    if (directive.isSet(scope)) {
      const hint = 'Remove all but one. The last one applies.';
      report.warning('repeated-directive', whole, `@${name} is set more than once.`, hint);
    }
    if (!directive.set(scope, value, range)) {
      const wrong = value === '' ? `@${name} has no value.` : `${quoted(value)} isn't a valid value of @${name}.`;
      const fix = fixOf(range, directive.value.correct?.(value));
      report.error('bad-directive', range, wrong, `Expected ${directive.value.expected}.`, fix);
    }
  }
  if (loadNames.has(name)) checkLoad(scope.defaults, whole, report);
  if (directive.place === 'file') return true;
  scope.pending.range = whole;
  scope.pending.firstLine ??= line;
  return false;
}

/** A probable misspelling is an error: a run without what it sets would answer another question. */
function reportUnknown(name: string, whole: Range, start: number, report: Findings): void {
  if (silentDirectives.has(name.toLowerCase())) return;
  const near = report.suggest(
    name,
    directives.map((one) => one.name),
  );
  const hint = near === undefined ? 'It has no effect. Other tools may use it.' : `Did you mean @${near}?`;
  const fix = fixOf(rangeOf(whole.start.line, start, start + 1 + name.length), near && `@${near}`);
  const message = `Directive @${name} is unknown.`;
  if (near === undefined) report.warning('unknown-directive', whole, message, hint, fix);
  else report.error('unknown-directive', whole, message, hint, fix);
}

/** Reads objectives up to the first error. */
function readObjectives({ value, whole, range }: Written, pending: Pending, report: Findings): void {
  const { line, character } = range.start;
  const { objectives, error } = parseObjectives(value);
  for (const objective of objectives) pending.objectives.push(objective);
  const ofRun = objectives.find(({ metric }) => isOfRunAlone(metric));
  if (ofRun !== undefined) {
    const start = character + value.indexOf(ofRun.text);
    pending.ofRunAlone.push({ text: ofRun.text, range: rangeOf(line, start, start + ofRun.text.length) });
  }
  if (error === undefined) return;
  const start = character + error.offset;
  const place = value === '' ? whole : rangeOf(line, start, start + error.length);
  report.error('bad-objective', place, error.message, error.hint, fixOf(place, error.instead));
}

const loadNames: ReadonlySet<string> = new Set(['rate', 'stages', 'duration', 'until']);

/** Reports options that contradict the rate: stages contain their own, and with an infinite one all requests are due at once. */
function checkLoad({ ratePerS, stages, durationS, until }: RunDefaults, whole: Range, report: Findings): void {
  if (ratePerS !== undefined && stages !== undefined) {
    report.error('bad-directive', whole, "@rate and @stages can't be combined.", 'Remove one of them.');
  }
  if (ratePerS !== 'inf') return;
  const other = durationS !== undefined ? '@duration' : until !== undefined ? '@until' : undefined;
  if (other === undefined) return;
  const hint = `Remove ${other}, and set the number of requests, such as with # @requests 500.`;
  report.error(
    'bad-directive',
    whole,
    `@rate inf and ${other} can't be combined: all requests are due at the start.`,
    hint,
  );
}
