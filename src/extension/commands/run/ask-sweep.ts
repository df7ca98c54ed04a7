import { type Uri } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import { requestsToJudge } from '../../../core/plan/capacity.ts';
import { searchedRange, type SearchChoices, type SearchPlan } from '../../../core/plan/capacity-search.ts';
import type { PlanChoices } from '../../../core/plan/plan.ts';
import { parseRates } from '../../../core/plan/rates/rate-sweep.ts';
import { parseLevels, requestsPerSlot, type SweepPlan } from '../../../core/plan/sweep.ts';
import { tooFewRequests } from '../../../core/record/sweeps/enough-requests.ts';
import { parseAbsoluteObjectives } from '../../../core/report/comparisons/relative-objectives.ts';
import { describeLimit, isWithin, rateLimit, type Limit } from '../../../core/values/limits.ts';
import { limitOf } from '../../../core/values/plan-options.ts';
import { readAmount } from './amount.ts';
import { askAboutFile, type FileQuestions, type PickQuestion, type TextQuestion } from './ask-about-file.ts';
import type { SweepLoad } from './plans.ts';

/** Amount of each level or run, and levels, rates, or a search. */
export type SweepInputs = PlanChoices & SweepLoad;

/** Inputs of Run Sweep. */
export interface SweepAnswers {
  readonly uri: Uri;
  readonly choices: SweepInputs;
}

/** What changes from level to level, and whether the levels are fixed. */
export type SweepKind = 'levels' | 'rates' | 'searchConcurrency' | 'searchRate';

/** Initial values of a file's prompts. */
export interface SweepPreset {
  readonly kind: SweepKind;
  /** Levels or rates, or the objectives of a search. */
  readonly load: (kind: SweepKind) => string;
  /** Highest level of a search. */
  readonly bound: (by: SearchChoices['by']) => string;
  /** Amount of a level, or of a run of a search; empty: the default of each. */
  readonly amount: (kind: SweepKind) => string;
  /** Returns the plan of choices. Throws a LoadlensError if they make none. */
  readonly plan: (choices: SweepInputs) => SweepPlan | SearchPlan;
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
export function kindOfSweep({ rates, search }: SweepLoad): SweepKind {
  if (search !== undefined) return search.by === 'rate' ? 'searchRate' : 'searchConcurrency';
  return rates === undefined ? 'levels' : 'rates';
}

/** Returns what a search raises; undefined for fixed levels. */
export const searchedBy = (kind: SweepKind): SearchChoices['by'] | undefined =>
  (({ levels: undefined, rates: undefined, searchConcurrency: 'concurrency', searchRate: 'rate' }) as const)[kind];

/** Returns rates in the format of inputs. */
export const ratesAnswer = (rates: readonly (number | null)[]): string => rates.map((rate) => rate ?? 'inf').join(',');

/** Range of the highest level of a search. */
const boundLimits: Readonly<Record<SearchChoices['by'], Limit>> = {
  concurrency: limitOf('concurrency'),
  rate: { ...rateLimit, min: searchedRange.rate[0] },
};

/** Words of the prompts. `amount` has the number of requests that the objectives of a search need. */
const kinds: Readonly<
  Record<SweepKind, { label: string; description: string; load: string; amount: (needed: number) => string }>
> = {
  levels: {
    label: 'Concurrency Levels',
    description: 'How do throughput and latency change with concurrency?',
    load: 'Concurrency of each level',
    amount: () => `Requests per level, or a duration such as 30s (default: ${requestsPerSlot} × concurrency)`,
  },
  rates: {
    label: 'Arrival Rates',
    description: 'Up to which rate does the server keep up?',
    load: 'Requests/s of each level; inf sends all requests immediately',
    amount: () => 'Requests per level, or a duration such as 30s (default: 10 s, or longer for 60 requests)',
  },
  searchConcurrency: {
    label: 'Find the Capacity by Concurrency',
    description: 'What is the highest concurrency that meets the objectives?',
    load: 'Objectives to meet, such as p95 < 500ms, errors < 1%',
    amount: (needed) =>
      `Requests per run, or a duration such as 30s (default: ${needed}, or ${requestsPerSlot} × concurrency if that is more)`,
  },
  searchRate: {
    label: 'Find the Capacity by Arrival Rate',
    description: 'What is the highest rate that meets the objectives?',
    load: 'Objectives to meet, such as response.p95 < 500ms, errors < 1%',
    amount: (needed) => `Requests per run, or a duration such as 30s (default: 10 s, or longer for ${needed} requests)`,
  },
};

const boundPrompts: Readonly<Record<SearchChoices['by'], string>> = {
  concurrency: 'Highest concurrency to try',
  rate: 'Highest rate to try, in requests/s',
};

const kindNames = ['levels', 'rates', 'searchConcurrency', 'searchRate'] as const satisfies readonly SweepKind[];

/** Command that opens the dialog. */
export type SweepTitle = 'Run Sweep' | 'Find Capacity';

/** Find Capacity offers only searches. */
const kindQuestion = (title: SweepTitle): PickQuestion<SweepPreset> => ({
  placeholder:
    title === 'Run Sweep' ? 'Select fixed levels, or a search for the capacity' : 'Select what the search increases',
  items: kindNames
    .filter((value) => title === 'Run Sweep' || searchedBy(value) !== undefined)
    .map((value) => ({ label: kinds[value].label, description: kinds[value].description, value })),
  value: ({ kind }) => kind,
});

const kindOf = ([kind]: readonly string[]): SweepKind => kindNames.find((name) => name === kind) ?? 'levels';

const byOf = (before: readonly string[]): SearchChoices['by'] => searchedBy(kindOf(before)) ?? 'concurrency';

/** Returns levels or rates; undefined for other texts. */
export function readLevels(kind: 'levels' | 'rates', text: string): SweepLoad | undefined {
  const values = kind === 'rates' ? parseRates(text) : parseLevels(text);
  if (values === undefined) return undefined;
  return kind === 'levels' ? { levels: values } : { rates: values.map((rate) => (rate === Infinity ? null : rate)) };
}

/** Returns a highest level above that of an earlier search. */
export const higherBound = ({ by, range: [, last] }: Pick<SearchChoices, 'by' | 'range'>): number =>
  Math.min(boundLimits[by].max, 4 * last);

/** Returns the highest level of a search; undefined for other texts. */
function readBound(by: SearchChoices['by'], text: string): number | undefined {
  const value = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  return isWithin(boundLimits[by], value) ? value : undefined;
}

/** Returns the inputs; undefined if they are invalid. */
function choicesOf([name = '', load = '', bound = '', amount = '']: readonly string[]): SweepInputs | undefined {
  const kind = kindOf([name]);
  const how = kind === 'levels' || kind === 'rates' ? readLevels(kind, load) : readSearch(byOf([name]), load, bound);
  const much = amount.trim() === '' ? {} : readAmount(amount);
  // Only fixed levels of concurrency can have a number of conversations.
  return how && much && (how.levels || !much.conversations) ? { ...how, ...much } : undefined;
}

/** Returns a search; undefined for invalid objectives or bounds. */
export function readSearch(by: SearchChoices['by'], objectiveText: string, bound: string): SweepLoad | undefined {
  const { objectives, problem } = parseAbsoluteObjectives(objectiveText);
  const last = readBound(by, bound);
  if (problem !== undefined || last === undefined) return undefined;
  return { search: { by, objectives, range: [searchedRange[by][0], last] } };
}

/** What is wrong with levels, rates, or objectives. */
function loadProblem(kind: SweepKind, text: string): string | undefined {
  if (kind !== 'levels' && kind !== 'rates') return parseAbsoluteObjectives(text).problem;
  if (readLevels(kind, text) !== undefined) return undefined;
  return kind === 'levels'
    ? 'Type up to 64 whole numbers from 1 to 10,000 with commas, such as 1,2,4,8.'
    : 'Type up to 64 rates from 0.001 to 1,000,000 with commas, such as 1,2,4,8,inf or 1..64,inf.';
}

const loadQuestion: TextQuestion<SweepPreset> = {
  prompt: (before) => kinds[kindOf(before)].load,
  value: (preset, before) => preset.load(kindOf(before)),
  problem: (text, before) => loadProblem(kindOf(before), text),
};

const boundQuestion: TextQuestion<SweepPreset> = {
  isAsked: ([kind]) => kind !== 'levels' && kind !== 'rates',
  prompt: (before) => boundPrompts[byOf(before)],
  value: (preset, before) => preset.bound(byOf(before)),
  problem: (text, before) =>
    readBound(byOf(before), text) === undefined ? `Type ${describeLimit(boundLimits[byOf(before)])}.` : undefined,
};

const amountQuestion: TextQuestion<SweepPreset> = {
  prompt: (before) =>
    kinds[kindOf(before)].amount(requestsToJudge(parseAbsoluteObjectives(before[1] ?? '').objectives)),
  value: (preset, before) => preset.amount(kindOf(before)),
  problem: (text, before, preset) => {
    const choices = choicesOf([...before, text]);
    return choices === undefined
      ? 'Type a whole number such as 500, or a time such as 30s.'
      : problemOf(() => preset.plan(choices));
  },
  warning: (text, before, preset) => {
    const choices = choicesOf([...before, text]);
    const sentences = choices === undefined ? [] : tooFewRequests(preset.plan(choices));
    return sentences.length === 0 ? undefined : sentences.join(' ');
  },
};

/** File, kind of sweep, levels or objectives, highest level of a search, amount; undefined when the user went away. */
export async function askSweep(
  title: SweepTitle,
  about: FileQuestions<SweepPreset>,
): Promise<SweepAnswers | undefined> {
  const answer = await askAboutFile(title, about, [kindQuestion(title), loadQuestion, boundQuestion, amountQuestion]);
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
