import { countOf } from '../../format.ts';
import { changeText, type EarlierRuns } from './earlier-runs.ts';
import { figureRow, figuresOf, type FigureName, type TileNumbers } from './figures.ts';

/** A number in earlier runs of the same workload and in the run shown. */
export interface Trail {
  /** Change since the last run: `+4.2%`. */
  readonly change: string;
  /** Places of the values from the smallest, 0, to the largest, 1; the run shown is the last. */
  readonly places: readonly number[];
  /** The same in one sentence. */
  readonly words: string;
}

/**
 * Returns the number of a tile in earlier runs; undefined if none has it.
 * @param target its name if the numbers are of one target
 */
export function trailOf(
  name: FigureName,
  numbers: TileNumbers,
  { runs }: EarlierRuns,
  target?: string,
): Trail | undefined {
  const now = figuresOf(numbers)[name];
  const before = runs.map((run) => (target === undefined ? run.figures : run.targets?.[target])?.[name]);
  const change = changeText(name, before.at(-1), now);
  if (now === undefined || change === null) return undefined;
  const values = [...before.filter((value) => value !== undefined), now];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const { text } = figureRow(name);
  return {
    change,
    places: values.map((value) => (most > least ? (value - least) / (most - least) : 0.5)),
    words: `Last ${countOf(values.length, 'run')}: ${values.map((value) => text(value)).join(', ')}.`,
  };
}

/** Returns which run the changes on tiles refer to, or why there are none; undefined for the first run of a file. */
export function trailNote({ runs, differences }: EarlierRuns, when: (startedAt: string) => string): string | undefined {
  const last = runs.at(-1);
  if (last !== undefined) {
    const skipped = differences.length > 0 ? ', the last one with the same workload' : '';
    return `Changes are since the run of ${when(last.startedAt)}${skipped}. They include run-to-run noise.`;
  }
  const [first, ...others] = differences;
  if (first === undefined) return undefined;
  return `The last run of this file had a different workload, so no change is shown. ${[first, ...others].join(' ')}`;
}
