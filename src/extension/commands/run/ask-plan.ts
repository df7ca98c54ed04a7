import { type Uri } from 'vscode';
import { limitOf } from '../../../core/values/plan-options.ts';
import type { PlanChoices } from '../../../core/plan/plan.ts';
import type { RunPlan } from '../../../core/plan/types.ts';
import { amountAnswer, loadAnswer, readAmount, readLoad } from './amount.ts';
import { askAboutFile, type FileQuestions, type TextQuestion } from './ask-about-file.ts';

/** Inputs of Run with Options. */
export interface Answers {
  readonly uri: Uri;
  readonly choices: PlanChoices;
}

/** Initial values of a file's prompts, in the format of inputs. */
export interface PlanPreset {
  readonly amount: string;
  readonly load: string;
}

/** How much is sent, and how: what every run is asked about. */
export function planQuestions<Preset extends PlanPreset>(): readonly TextQuestion<Preset>[] {
  return [
    {
      prompt: () => 'Number of requests, or a duration such as 30s',
      value: (preset) => preset.amount,
      problem: (text) =>
        readAmount(text) === undefined ? 'Type a whole number such as 500, or a time such as 30s.' : undefined,
    },
    {
      prompt: () => 'Concurrency, or an arrival rate such as 200/s',
      value: (preset) => preset.load,
      problem: (text) =>
        readLoad(text) === undefined
          ? `Type a whole number from ${limitOf('concurrency').min} to ${limitOf('concurrency').max}, a rate such as 200/s or inf, or stages such as 30s:50, 1m:50..200.`
          : undefined,
    },
  ];
}

/** Returns the inputs of planQuestions; undefined if they are invalid. */
export function planAnswers([amount = '', load = '']: readonly string[]): PlanChoices | undefined {
  const [much, how] = [readAmount(amount), readLoad(load)];
  return much === undefined || how === undefined ? undefined : { ...much, ...how };
}

/** File, requests, concurrency or rate; undefined when the user went away. */
export async function askPlan(about: FileQuestions<PlanPreset>): Promise<Answers | undefined> {
  const answer = await askAboutFile('Run with Options', about, planQuestions());
  const choices = answer && planAnswers(answer.texts);
  return answer && choices && { uri: answer.uri, choices };
}

/** Returns the initial values of a plan's prompts. */
export function planPreset(plan: RunPlan): PlanPreset {
  return { amount: amountAnswer(plan), load: loadAnswer(plan) };
}
