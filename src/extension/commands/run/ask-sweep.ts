import { type Uri } from 'vscode';
import { LoadlensError } from '../../../core/errors.ts';
import type { PlanChoices } from '../../../core/plan/plan.ts';
import { parseLevels, requestsPerSlot, type SweepChoices } from '../../../core/plan/sweep.ts';
import { readAmount } from './amount.ts';
import { askAboutFile, type FileQuestions, type TextQuestion } from './ask-about-file.ts';

/** Inputs of Run Sweep. */
export interface SweepAnswers {
  readonly uri: Uri;
  readonly choices: SweepChoices;
}

/** Initial values of a file's prompts. */
export interface SweepPreset {
  readonly levels: string;
  /** Empty: the default of each level. */
  readonly amount: string;
  /** Throws a LoadlensError for choices that make no plan. */
  readonly check: (choices: SweepChoices) => unknown;
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

/** Inputs for levels and amount. */
const choicesOf = ([levels = '', amount = '']: readonly string[]): SweepChoices => ({
  levels: parseLevels(levels) ?? [],
  ...(amount.trim() === '' ? {} : readAmount(amount)),
});

/** File, levels, requests per level; undefined when the user went away. */
export async function askSweep(about: FileQuestions<SweepPreset>): Promise<SweepAnswers | undefined> {
  const levels: TextQuestion<SweepPreset> = {
    prompt: 'Concurrency of each level',
    value: (preset) => preset.levels,
    problem: (text) =>
      parseLevels(text) === undefined
        ? 'Type up to 64 whole numbers from 1 to 10,000 with commas, such as 1,2,4,8.'
        : undefined,
  };
  const amount: TextQuestion<SweepPreset> = {
    prompt: `Requests per level, or a duration such as 30s (default: ${requestsPerSlot} × concurrency)`,
    value: (preset) => preset.amount,
    problem: (text, before, preset) =>
      text.trim() !== '' && readAmount(text) === undefined
        ? 'Type a whole number such as 500, or a time such as 30s.'
        : problemOf(() => preset.check(choicesOf([...before, text]))),
  };
  const answer = await askAboutFile('Run Sweep', about, [levels, amount]);
  return answer && { uri: answer.uri, choices: choicesOf(answer.texts) };
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
