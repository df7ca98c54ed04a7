import type { RunDefaults } from '../endpoints/types.ts';
import { fileOptionNames } from '../values/plan-options.ts';
import type { PlanChoices } from './plan.ts';

type Option = keyof RunDefaults;

/** Options that belong together: if a file sets one of them, it sets all. */
const amount: readonly Option[] = ['requests', 'conversations', 'durationS'];
const load: readonly Option[] = ['concurrency', 'ratePerS', 'stages'];
const single = fileOptionNames.filter((option) => !amount.includes(option) && !load.includes(option));

const pick = (defaults: RunDefaults, options: readonly Option[]): PlanChoices =>
  Object.fromEntries(options.map((option) => [option, defaults[option]]));

/**
 * Returns the options of an earlier run under the current options of its file: the file overrides, the run fills in the
 * rest.
 * @param isSweep levels replace the file's load
 */
export function underFile(choices: PlanChoices, defaults: RunDefaults, isSweep: boolean): PlanChoices {
  const sets = (option: Option): boolean => defaults[option] !== undefined;
  // Stages have an end, so they are an amount, too.
  const setsAmount = amount.some(sets) || (!isSweep && sets('stages'));
  return {
    ...choices,
    ...(setsAmount ? pick(defaults, amount) : {}),
    ...(!isSweep && load.some(sets) ? pick(defaults, load) : {}),
    ...pick(defaults, single.filter(sets)),
  };
}
