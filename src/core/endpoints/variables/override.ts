import { LoadlensError } from '../../errors.ts';
import { closest } from '../../closest.ts';
import { matchVariable, splitLines } from '../read/lines.ts';
import { anyPlaceholder } from './variables.ts';

/**
 * Checks that a file defines or uses all variables to set.
 * @param text text of the endpoints file
 * @param overrides values to set, by name
 * @param environment values of the chosen environment, by name
 * @throws LoadlensError for an unknown name; its hint lists the file's variables
 */
export function checkVariables(
  text: string,
  overrides: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  shownAs: string,
): void {
  const names = Object.keys(overrides);
  if (names.length === 0) return;
  const known = new Set([...variablesOf(text), ...Object.keys(environment)]);
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new LoadlensError(`${shownAs} has no variable "${unknown}".`, { hint: hintFor(unknown, [...known]) });
}

function hintFor(unknown: string, known: readonly string[]): string {
  if (known.length === 0) return `Define it in the file: @${unknown} = value, and use it as {{${unknown}}}.`;
  const near = closest(unknown, known);
  const list = `Variables of the file: ${known.join(', ')}.`;
  return near === undefined ? list : `Did you mean ${near}? ${list}`;
}

/** A variable of a file, and its value as written; undefined if neither file nor environment has one. */
export interface FileVariable {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Returns the variables of a file with their values as written, in the order of the lines.
 * @param environment values of the chosen environment, by name
 */
export function fileVariables(text: string, environment: Readonly<Record<string, string>>): FileVariable[] {
  const defined = new Map<string, string>();
  for (const line of splitLines(text)) {
    const found = matchVariable(line.trim(), false);
    if (found !== undefined && !defined.has(found.name)) defined.set(found.name, found.value);
  }
  return [...variablesOf(text)].map((name) => ({ name, value: defined.get(name) ?? environment[name] }));
}

/** Returns the names that a file defines (`@name = value`) or uses (`{{name}}`), in the order of the lines. */
function variablesOf(text: string): Set<string> {
  const names = new Set<string>();
  for (const line of splitLines(text)) {
    const defined = matchVariable(line.trim(), false);
    if (defined !== undefined) names.add(defined.name);
    for (const [, inner = ''] of line.matchAll(anyPlaceholder)) {
      const name = inner.trim();
      if (/^[A-Za-z_][\w.-]*$/.test(name)) names.add(name);
    }
  }
  return names;
}
