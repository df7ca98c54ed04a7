import { shorten } from '../../record/compact-run.ts';
import type { RunRecord } from '../../record/run.ts';
import { loadText } from '../words/load-words.ts';

/** What a run sends, which is known before it starts. */
export type Workload = Pick<RunRecord, 'plan' | 'targets' | 'targetCount'>;

/** Something in which two runs differ; without values for targets. */
export interface Difference {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** Returns how the plans and targets of two runs differ. */
export function planDifferences(before: Workload, after: Workload): Difference[] {
  const differences: Difference[] = targetsDiffer(before, after) ? [{ what: 'Targets' }] : [];
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

/** In the order of the directives' names, regardless of their order in the file. */
function llmText(llm: RunRecord['targets'][number]['llm']): string {
  return Object.entries(llm ?? {})
    .map(([name, value]) => `${name} ${String(value)}`)
    .toSorted()
    .join(', ');
}

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
  new Map(
    run.targets.map((target) => [
      shorten(target.name),
      // A shortened copy has shortened texts.
      `${target.method} ${shorten(target.url)} ${String(target.weight)} ${llmText(target.llm)}`,
    ]),
  );
