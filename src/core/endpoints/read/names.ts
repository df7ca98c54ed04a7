import type { Findings } from '../problems.ts';
import { quoted } from '../problems.ts';
import { defaultName } from './request-line.ts';
import type { Draft } from './state.ts';

/** Returns the name of each target, unique in the file: `@name`, otherwise the `###` title, otherwise `METHOD path?query`. */
export function nameTargets(drafts: readonly Draft[], report: Findings): string[] {
  const taken = new Map<string, number>();
  const again = new Set<Draft>();
  for (const draft of drafts) {
    if (draft.pending.name === undefined) continue;
    const { text, range } = draft.pending.name;
    const earlier = taken.get(text);
    if (earlier === undefined) taken.set(text, range.start.line);
    else {
      again.add(draft);
      const hint = `A number is added. Line ${earlier + 1} has the same name.`;
      report.warning('duplicate-name', range, `Name ${quoted(text)} is used more than once.`, hint);
    }
  }
  const copies = new Map<string, number>();
  return drafts.map((draft) => {
    const own = draft.pending.name?.text;
    if (own !== undefined && !again.has(draft)) return own;
    const base = own ?? draft.title ?? defaultName(draft.method, draft.url);
    if (!taken.has(base)) {
      taken.set(base, draft.range.start.line);
      return base;
    }
    let name = base;
    let copy = copies.get(base) ?? 1;
    while (taken.has(name)) name = `${base} (${++copy})`;
    copies.set(base, copy);
    taken.set(name, draft.range.start.line);
    return name;
  });
}
