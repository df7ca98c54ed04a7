import { l10n, type Uri } from 'vscode';
import { parseDurationMs } from '../../core/plan/duration.ts';
import { planLimits, withinLimit } from '../../core/plan/limits.ts';
import type { PlanChoices } from '../../core/plan/plan.ts';
import { shownAs } from '../services/documents.ts';
import { askPick, askText, type Step } from './steps.ts';

/** What Run Benchmark asks for. */
export interface Answers {
  readonly uri: Uri;
  readonly choices: PlanChoices;
}

/** What the questions start from. */
export interface PlanQuestions {
  /** More than one: the file is asked first. */
  readonly files: readonly Uri[];
  /** What to preset for a file: the last values, or those of the file. Undefined: it can't be run, and the user knows. */
  readonly preset: (uri: Uri) => Promise<{ readonly amount: string; readonly concurrency: string } | undefined>;
}

const wholeNumber = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN);

/** `500` is a number of requests, `30s` a time; undefined is neither, or out of range. */
function readAmount(text: string): Pick<PlanChoices, 'requests' | 'durationS'> | undefined {
  const requests = wholeNumber(text);
  if (withinLimit('requests', requests)) return { requests };
  const durationS = (parseDurationMs(text) ?? Number.NaN) / 1000;
  return withinLimit('durationS', durationS) ? { durationS } : undefined;
}

/** File, requests, concurrency, with a way back at each step; undefined when the user went away. */
export async function askPlan({ files, preset }: PlanQuestions): Promise<Answers | undefined> {
  const title = l10n.t('Run Benchmark');
  const asksFile = files.length > 1;
  const totalSteps = asksFile ? 3 : 2;
  let uri = files[0];
  let amount: string | undefined;
  let concurrency: string | undefined;
  let step = 1;

  const askFile = async (): Promise<Step<unknown>> => {
    const items = files.map((file) => ({ label: `$(pulse) ${shownAs(file)}`, file }));
    const picked = await askPick(
      { title, step, totalSteps },
      {
        placeholder: l10n.t('Which endpoints file?'),
        items,
        active: items.find((item) => item.file === uri),
      },
    );
    if (picked.kind === 'next' && picked.value.file !== uri) {
      uri = picked.value.file;
      amount = concurrency = undefined;
    }
    return picked;
  };
  const askAmount = async (value: string): Promise<Step<unknown>> => {
    const answer = await askText(
      { title, step, totalSteps },
      {
        prompt: l10n.t('How many requests in all? A time such as 30s runs for that long.'),
        value,
        validate: (text) =>
          readAmount(text) === undefined
            ? l10n.t('Type a whole number such as 500, or a time such as 30s.')
            : undefined,
      },
    );
    if (answer.kind === 'next') amount = answer.value;
    return answer;
  };
  const askConcurrency = async (value: string): Promise<Step<unknown>> => {
    const answer = await askText(
      { title, step, totalSteps },
      {
        prompt: l10n.t('How many requests at the same time?'),
        value,
        validate: (text) =>
          !withinLimit('concurrency', wholeNumber(text))
            ? l10n.t('Type a whole number from {0} to {1}.', planLimits.concurrency.min, planLimits.concurrency.max)
            : undefined,
      },
    );
    if (answer.kind === 'next') concurrency = answer.value;
    return answer;
  };

  while (step <= totalSteps) {
    if (uri === undefined) return undefined;
    const question = step + (asksFile ? 0 : 1);
    let answer: Step<unknown>;
    if (question === 1) {
      answer = await askFile();
    } else {
      const presets = await preset(uri);
      if (presets === undefined) return undefined;
      answer = await (question === 2
        ? askAmount(amount ?? presets.amount)
        : askConcurrency(concurrency ?? presets.concurrency));
    }
    if (answer.kind === 'cancelled') return undefined;
    step += answer.kind === 'next' ? 1 : -1;
  }
  const chosen = amount === undefined ? undefined : readAmount(amount);
  if (uri === undefined || chosen === undefined) return undefined;
  return { uri, choices: { ...chosen, concurrency: Number(concurrency) } };
}
