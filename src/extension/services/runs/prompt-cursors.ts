import type { Target } from '../../../core/endpoints/types.ts';
import { startsAfter, valuesAfter } from '../../../core/record/after-run.ts';
import { runsOf, type ResultRecord } from '../../../core/report/formats/results.ts';

/**
 * Positions of the runs in this window in the prompts of each target and the values of dynamic variables. The next run
 * continues from there.
 */
export interface PromptCursors {
  /** Returns the turns taken so far, by target, and the numbers taken for values. */
  startsOf(
    file: string,
    targets: readonly Pick<Target, 'name'>[],
  ): { readonly promptStarts: number[]; readonly valueStart: number };
  /** Records the values that a run or a sweep of the file used. */
  advance(file: string, record: ResultRecord): void;
}

const keyOf = (file: string, target: string): string => JSON.stringify([file, target]);

/** Creates cursors at the start of all prompts. */
export function createPromptCursors(): PromptCursors {
  const taken = new Map<string, number>();
  const numbers = new Map<string, number>();
  return {
    startsOf: (file, targets) => ({
      promptStarts: targets.map(({ name }) => taken.get(keyOf(file, name)) ?? 0),
      valueStart: numbers.get(file) ?? 0,
    }),
    advance(file, record) {
      for (const run of runsOf(record)) {
        numbers.set(file, valuesAfter(run) ?? numbers.get(file) ?? 0);
        for (const [index, start] of startsAfter(run).entries()) {
          const target = run.targets[index];
          if (target?.prompts !== undefined) taken.set(keyOf(file, target.name), start);
        }
      }
    },
  };
}
