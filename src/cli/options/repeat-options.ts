import type { Command } from 'commander';
import { addJudgeOptions } from './judge-options.ts';
import { numberFrom } from './values.ts';

/** More runs than any comparison needs. */
const mostRuns = 100;

/** Adds the options that measure a plan several times and compare the runs with a baseline. */
export function addRepeatOptions(run: Command): Command {
  return addJudgeOptions(
    run
      .option(
        '--repeat <n>',
        'measure the same plan several times; reports get a number, such as result-1.json',
        numberFrom(1, mostRuns, 'a whole number'),
      )
      .option('--against <baseline>', 'compare the runs with a baseline (see loadlens baseline)'),
  );
}
