import { checkTarget } from '../endpoints/check-target.ts';
import { directiveRanges } from '../endpoints/directives/read-directive.ts';
import { splitLines } from '../endpoints/read/lines.ts';
import type { EndpointsFile, Problem, Range, Target } from '../endpoints/types.ts';
import { LoadlensError } from '../errors.ts';
import { makePlan } from './plan.ts';
import { checkRun, plannedTarget } from './run-checks.ts';

/** Maximum number of targets that are checked: a large file is checked by its run. */
const mostTargets = 2_000;

/**
 * Returns the errors with which a run of a file would end whatever is in the files that it names, in the environment, and in the
 * options of the run: those that reading the file alone doesn't find. Empty if it finds some.
 */
export function fileProblems(text: string, file: EndpointsFile): readonly Problem[] {
  const { targets, problems } = file;
  if (problems.some(({ severity }) => severity === 'error') || targets.length > mostTargets) return [];
  const lines = splitLines(text);
  const found: Problem[] = [];
  const planned = targets.map((target, index) => {
    const from = (targets[index - 1]?.range.end.line ?? -1) + 1;
    const url = attempt(
      () =>
        checkTarget(target, (message, hint) => {
          throw new LoadlensError(message, { hint });
        }),
      (error) => found.push(problemOf(error, rangeOf(error, lines, from, target) ?? target.range)),
    );
    return plannedTarget(target, url);
  });
  // Without the requests, there is no plan for them.
  if (found.length > 0) return found;
  attempt(
    () => checkRun(makePlan({}, file), planned),
    (error) => {
      const [first] = targets;
      const range = rangeOf(error, lines, 0, targets.at(-1)) ?? first?.range;
      if (range !== undefined) found.push(problemOf(error, range));
    },
  );
  return found;
}

/** Returns the result, or undefined after a call of `failed` with an error that the user can fix. */
function attempt<T>(act: () => T, failed: (error: LoadlensError) => void): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof LoadlensError)) throw error;
    failed(error);
    return undefined;
  }
}

const problemOf = ({ message, hint }: LoadlensError, range: Range): Problem => ({
  severity: 'error',
  code: 'not-runnable',
  message,
  hint,
  range,
});

/** Returns the first directive that an error names, above a target; undefined if it names none there. */
function rangeOf(
  { directive, message, hint }: LoadlensError,
  lines: readonly string[],
  from: number,
  target: Target | undefined,
): Range | undefined {
  const to = target?.range.start.line ?? lines.length;
  const written = directiveRanges(lines.slice(from, to), from);
  const named = [...`${message} ${hint}`.matchAll(/@([a-z][a-z-]*)/g)].map(([, name]) => name);
  for (const name of [directive, ...named]) {
    const range = written.findLast((one) => one.name === name)?.whole;
    if (range !== undefined) return range;
  }
  return undefined;
}
