import { formatCount } from '../../format.ts';
import { shorten } from '../../record/compact-run.ts';
import type { RunRecord } from '../../record/run.ts';
import { loadText } from '../words/load-words.ts';

/** What a run sends, which is known before it starts. */
export type Workload = Pick<RunRecord, 'plan' | 'targets' | 'targetCount'>;

/** Something in which two runs differ; without values if several targets differ. */
export interface Difference {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** Returns how the plans and targets of two runs differ. */
export function planDifferences(before: Workload, after: Workload): Difference[] {
  const differences: Difference[] = targetsDiffer(before, after) ? [targetsDifference(before, after)] : [];
  const differs = (what: string, value: (plan: RunRecord['plan']) => string): void => {
    const [a, b] = [value(before.plan), value(after.plan)];
    if (a !== b) differences.push({ what, before: a, after: b });
  };
  differs('Load', loadText);
  differs('Planned requests', ({ requests }) => (requests === null ? 'by duration' : String(requests)));
  differs('Planned conversations', ({ conversations }) => String(conversations ?? 'not limited'));
  differs('Planned duration', ({ durationS }) => (durationS === null ? 'by count' : `${String(durationS)} s`));
  differs('Cold start', ({ coldStart }) => (coldStart ? 'measured' : 'not measured'));
  differs('Redirects', ({ maxRedirects }) => (maxRedirects > 0 ? 'followed' : 'not followed'));
  differs('Seed', ({ seed }) => String(seed));
  return differences;
}

/** Returns a difference as a sentence. */
export const differenceSentence = ({ what, before, after }: Difference): string =>
  before === undefined || after === undefined
    ? `The ${what.toLowerCase()} differ.`
    : `${what}: ${before} before, ${after} after.`;

type Target = Workload['targets'][number];

/** Returns how targets that aren't all the same differ, with values if only one does. */
function targetsDifference(before: Workload, after: Workload): Difference {
  const what = 'Targets';
  if (before.targetCount !== after.targetCount) {
    return { what, before: formatCount(before.targetCount), after: formatCount(after.targetCount) };
  }
  const later = new Map(after.targets.map((target) => [shorten(target.name), target]));
  const pairs: (readonly [Target | undefined, Target | undefined])[] =
    before.targetCount === 1
      ? [[before.targets[0], after.targets[0]]]
      : before.targets.map((target) => [target, later.get(shorten(target.name))]);
  const changed = pairs.filter(([a, b]) => a === undefined || b === undefined || targetLine(a) !== targetLine(b));
  const [from, to] = changed[0] ?? [];
  if (changed.length !== 1 || from === undefined || to === undefined) return { what };
  const [one, other] = [partsOf(from), partsOf(to)];
  return { what, before: without(one, other), after: without(other, one) };
}

const without = (parts: readonly string[], others: readonly string[]): string =>
  parts.filter((part) => !others.includes(part)).join(' and ') || 'none';

/** Returns what a run knows of a target, as in the endpoints file. A shortened copy has shortened texts. */
const partsOf = ({ method, url, weight, llm }: Target): string[] => [
  `${method} ${shorten(url)}`,
  `weight ${String(weight)}`,
  ...Object.entries(llm ?? {}).map(
    ([name, value]) => `@${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${String(value)}`,
  ),
];

/** A shortened record has some targets only: then those that both records have are looked at. */
function targetsDiffer(before: Workload, after: Workload): boolean {
  if (before.targetCount !== after.targetCount) return true;
  const [a, b] = [targetLines(before), targetLines(after)];
  const isShort = [before, after].some(({ targets, targetCount }) => targets.length < targetCount);
  const shown = (lines: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): string =>
    [...lines]
      .flatMap(([name, line]) => (isShort && !others.has(name) ? [] : [line]))
      .toSorted()
      .join('\n');
  return shown(a, b) !== shown(b, a);
}

const targetLines = (run: Workload): Map<string, string> =>
  new Map(run.targets.map((target) => [shorten(target.name), targetLine(target)]));

/** Regardless of the order of the directives in the file. */
const targetLine = (target: Target): string => partsOf(target).toSorted().join(', ');
