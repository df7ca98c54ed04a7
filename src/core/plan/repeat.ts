import type { RunDefaults } from '../endpoints/types.ts';
import type { PlanChoices } from './plan.ts';

type Option = keyof RunDefaults;

/** Options that only mean something together: where a file sets one of them, all are the file's. */
const amount: readonly Option[] = ['requests', 'durationS'];
const load: readonly Option[] = ['concurrency', 'ratePerS', 'stages'];
const single: readonly Option[] = [
  'arrivals',
  'maxInFlight',
  'timeoutMs',
  'maxHeadBytes',
  'insecure',
  'seed',
  'warmup',
];

const pick = (defaults: RunDefaults, options: readonly Option[]): PlanChoices =>
  Object.fromEntries(options.map((option) => [option, defaults[option]]));

/**
 * Returns the choices of an earlier run under what its file sets now: the file's options win, the run's fill the rest.
 * @param isSweep levels take the place of the file's load
 */
export function underFile(choices: PlanChoices, defaults: RunDefaults, isSweep: boolean): PlanChoices {
  const sets = (option: Option): boolean => defaults[option] !== undefined;
  // Stages end by themselves, so they are an amount too.
  const setsAmount = amount.some(sets) || (!isSweep && sets('stages'));
  return {
    ...choices,
    ...(setsAmount ? pick(defaults, amount) : {}),
    ...(!isSweep && load.some(sets) ? pick(defaults, load) : {}),
    ...pick(defaults, single.filter(sets)),
  };
}
