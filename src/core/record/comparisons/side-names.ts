import type { ComparisonRecord } from './comparison.ts';

/** A longer name would hide the verdict of its sentence. */
const mostChars = 40;

/** Short names of both sides. */
interface SideNames {
  readonly a: string;
  readonly b: string;
}

/** Formats a git ref; undefined or `.` means the current files. */
export const refText = (ref: string | undefined): string =>
  ref === undefined || ref === '.' ? 'files as they are' : ref;

/**
 * Returns what tells the sides apart in a few words: their git refs, else their commands, else the values of the only variable
 * that differs. All are masked in the record.
 * @returns null without short names
 */
export function sideNames({ a, b }: Pick<ComparisonRecord, 'a' | 'b'>): SideNames | null {
  const servers = a.server && b.server ? [a.server, b.server] : [];
  const refs = servers.map(({ ref }) => refText(ref));
  const commands = servers.map(({ command }) => command);
  const variables = [...new Set([...Object.keys(a.variables), ...Object.keys(b.variables)])]
    .map((name) => [a.variables[name], b.variables[name]])
    .filter(([ofA, ofB]) => ofA !== ofB);
  const values = variables.length === 1 ? variables.flat() : [];
  const [nameA, nameB] = [refs, commands, values].find(([ofA, ofB]) => ofA !== ofB) ?? [];
  return isShort(nameA) && isShort(nameB) ? { a: nameA, b: nameB } : null;
}

/** A text of several lines is no name. */
const isShort = (name: string | undefined): name is string =>
  name !== undefined && name.trim() !== '' && name.length <= mostChars && !/[\r\n]/.test(name);
