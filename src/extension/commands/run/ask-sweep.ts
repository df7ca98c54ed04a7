import { type Uri } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import type { PlanChoices } from '../../../core/plan/plan.ts';
import { parseRates } from '../../../core/plan/rates/rate-sweep.ts';
import { parseLevels, requestsPerSlot } from '../../../core/plan/sweep.ts';
import { readAmount } from './amount.ts';
import { askAboutFile, type FileQuestions, type PickQuestion, type TextQuestion } from './ask-about-file.ts';
import type { SweepLoad } from './plans.ts';

/** Amount per level, and levels or rates. */
export type SweepInputs = PlanChoices & SweepLoad;

/** Inputs of Run Sweep. */
export interface SweepAnswers {
  readonly uri: Uri;
  readonly choices: SweepInputs;
}

/** What changes from level to level. */
export type SweepKind = 'levels' | 'rates';

/** Initial values of a file's prompts. */
export interface SweepPreset extends Readonly<Record<SweepKind, string>> {
  readonly kind: SweepKind;
  /** Empty: the default of each level. */
  readonly amount: (kind: SweepKind) => string;
  /** Throws a LoadlensError for choices that make no plan. */
  readonly check: (choices: SweepInputs) => unknown;
}

/** Requests or duration of a level, in the format of inputs; empty if not set. */
export function sweepAmount({
  requests,
  conversations,
  durationS,
}: Pick<PlanChoices, 'requests' | 'conversations' | 'durationS'>): string {
  if (requests !== undefined) return String(requests);
  if (conversations !== undefined) return `${conversations} conversations`;
  return durationS === undefined ? '' : `${durationS}s`;
}

/** Returns what a sweep changes; concurrency without any. */
export const kindOfSweep = (load: SweepLoad | undefined): SweepKind => (load?.rates === undefined ? 'levels' : 'rates');

/** Returns rates in the format of inputs. */
export const ratesAnswer = (rates: readonly (number | null)[]): string => rates.map((rate) => rate ?? 'inf').join(',');

const kinds: Readonly<Record<SweepKind, { prompt: string; expected: string; amount: string }>> = {
  levels: {
    prompt: 'Concurrency of each level',
    expected: 'Type up to 64 whole numbers from 1 to 10,000 with commas, such as 1,2,4,8.',
    amount: `Requests per level, or a duration such as 30s (default: ${requestsPerSlot} × concurrency)`,
  },
  rates: {
    prompt: 'Requests/s of each level; inf sends all requests immediately',
    expected: 'Type up to 64 rates from 0.001 to 1,000,000 with commas, such as 1,2,4,8,inf or 1..64,inf.',
    amount: 'Requests per level, or a duration such as 30s (default: 10 s, or longer for 50 requests)',
  },
};

const kindQuestion: PickQuestion<SweepPreset> = {
  placeholder: 'What changes from level to level?',
  items: [
    {
      label: 'Concurrency Levels',
      description: 'How do throughput and latency change with concurrency?',
      value: 'levels' satisfies SweepKind,
    },
    {
      label: 'Arrival Rates',
      description: 'Up to which rate does the server keep up?',
      value: 'rates' satisfies SweepKind,
    },
  ],
  value: ({ kind }) => kind,
};

const kindOf = ([kind]: readonly string[]): SweepKind => (kind === 'rates' ? 'rates' : 'levels');

/** Returns levels or rates; undefined for other texts. */
export function readLoad(kind: SweepKind, text: string): SweepLoad | undefined {
  const values = kind === 'rates' ? parseRates(text) : parseLevels(text);
  if (values === undefined) return undefined;
  return kind === 'levels' ? { levels: values } : { rates: values.map((rate) => (rate === Infinity ? null : rate)) };
}

/** Returns the inputs; undefined if they are invalid. */
function choicesOf([kind = '', load = '', amount = '']: readonly string[]): SweepInputs | undefined {
  const how = readLoad(kindOf([kind]), load);
  const much = amount.trim() === '' ? {} : readAmount(amount);
  return how && much && !(how.rates && much.conversations) ? { ...how, ...much } : undefined;
}

const loadQuestion: TextQuestion<SweepPreset> = {
  prompt: (before) => kinds[kindOf(before)].prompt,
  value: (preset, before) => preset[kindOf(before)],
  problem: (text, before) =>
    readLoad(kindOf(before), text) === undefined ? kinds[kindOf(before)].expected : undefined,
};

const amountQuestion: TextQuestion<SweepPreset> = {
  prompt: (before) => kinds[kindOf(before)].amount,
  value: (preset, before) => preset.amount(kindOf(before)),
  problem: (text, before, preset) => {
    const choices = choicesOf([...before, text]);
    return choices === undefined
      ? 'Type a whole number such as 500, or a time such as 30s.'
      : problemOf(() => preset.check(choices));
  },
};

/** File, levels or rates, amount per level; undefined when the user went away. */
export async function askSweep(about: FileQuestions<SweepPreset>): Promise<SweepAnswers | undefined> {
  const answer = await askAboutFile('Run Sweep', about, [kindQuestion, loadQuestion, amountQuestion]);
  const choices = answer && choicesOf(answer.texts);
  return answer && choices && { uri: answer.uri, choices };
}

/** What is wrong with a plan, in one sentence. */
function problemOf(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    if (error instanceof LoadlensError) return error.message;
    throw error;
  }
}
