import type { RunDefaults } from '../endpoints/types.ts';
import { fileOptionNames } from '../values/plan-options.ts';
import { makeSearchPlan, searchedPlan, type SearchChoices } from './capacity-search.ts';
import { targetRatePerS } from './load/target-rate.ts';
import { choicesOfPlan, type PlanChoices } from './plan.ts';
import type { RunPlan } from './types.ts';

type Option = (typeof fileOptionNames)[number];

/** Options that belong together: if a file sets one of them, it sets all. */
const amount: readonly Option[] = ['requests', 'conversations', 'durationS'];
const load: readonly Option[] = ['concurrency', 'ratePerS', 'stages'];
const single = fileOptionNames.filter((option) => !amount.includes(option) && !load.includes(option));

const pick = (defaults: PlanChoices, options: readonly Option[]): PlanChoices =>
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

/** Returns the options of an earlier search under those of its file, whose amount doesn't apply to searches. */
export const searchUnderFile = (choices: PlanChoices, defaults: RunDefaults): PlanChoices => ({
  ...underFile(choices, defaults, true),
  ...pick(choices, amount),
});

type Varying = 'requests' | 'durationS' | 'warmup';

const same = (plans: readonly RunPlan[], of: Varying): boolean => new Set(plans.map((plan) => plan[of])).size === 1;

/** Returns the options that the levels of a sweep have in common. An infinite rate has no duration. */
export function choicesOfSweep(plans: readonly RunPlan[]): PlanChoices {
  const [first] = plans;
  if (first === undefined) return {};
  const { requests, durationS, warmup, ...rest } = choicesOfPlan(first);
  const timed = plans.filter(({ atOnce }) => !atOnce);
  return {
    ...rest,
    ...(same(plans, 'requests') ? { requests } : {}),
    ...(same(timed, 'durationS') ? { durationS } : {}),
    ...(same(plans, 'warmup') ? { warmup } : {}),
  };
}

/** Returns the options that repeat a search, without amounts that its runs have by default. */
export function choicesOfSearch(search: SearchChoices, plans: readonly RunPlan[]): PlanChoices {
  const { requests, durationS, warmup, ...rest } = choicesOfSweep(plans);
  const byDefault = makeSearchPlan(search, {}, { defaults: {} });
  const differs = (of: Varying): boolean =>
    plans.some((plan) => plan[of] !== searchedPlan(byDefault, targetRatePerS(plan) ?? plan.concurrency)[of]);
  return {
    ...rest,
    ...(differs('requests') || differs('durationS') ? { requests, durationS } : {}),
    ...(differs('warmup') ? { warmup } : {}),
  };
}
