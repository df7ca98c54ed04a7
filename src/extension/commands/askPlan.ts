import { l10n, type Uri } from 'vscode';
import { planLimits } from '../../core/plan/limits.ts';
import type { PlanChoices } from '../../core/plan/plan.ts';
import { readAmount, readLoad } from './amount.ts';
import { askFile } from './askFile.ts';
import { askAll, askText } from './steps.ts';

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
  readonly preset: (uri: Uri) => Promise<{ readonly amount: string; readonly load: string } | undefined>;
}

/** File, requests, concurrency or rate, with a way back at each step; undefined when the user went away. */
export async function askPlan({ files, preset }: PlanQuestions): Promise<Answers | undefined> {
  let [uri] = files;
  let amount: string | undefined;
  let load: string | undefined;
  const presets = async () => (uri === undefined ? undefined : preset(uri));

  const answered = await askAll(l10n.t('Run Benchmark'), [
    ...(files.length > 1
      ? [
          askFile(
            files,
            () => uri,
            (chosen) => {
              if (chosen !== uri) amount = load = undefined;
              uri = chosen;
            },
          ),
        ]
      : []),
    async (place) => {
      const byDefault = await presets();
      if (byDefault === undefined) return { kind: 'cancelled' };
      const answer = await askText(place, {
        prompt: l10n.t('How many requests in all? A time such as 30s runs for that long.'),
        value: amount ?? byDefault.amount,
        validate: (text) =>
          readAmount(text) === undefined
            ? l10n.t('Type a whole number such as 500, or a time such as 30s.')
            : undefined,
      });
      if (answer.kind === 'next') amount = answer.value;
      return answer;
    },
    async (place) => {
      const byDefault = await presets();
      if (byDefault === undefined) return { kind: 'cancelled' };
      const answer = await askText(place, {
        prompt: l10n.t('How many requests at the same time? A rate such as 200/s sends by the clock.'),
        value: load ?? byDefault.load,
        validate: (text) =>
          readLoad(text) === undefined
            ? l10n.t(
                'Type a whole number from {0} to {1}, a rate such as 200/s, or stages such as 30s:50, 1m:50..200.',
                planLimits.concurrency.min,
                planLimits.concurrency.max,
              )
            : undefined,
      });
      if (answer.kind === 'next') load = answer.value;
      return answer;
    },
  ]);
  const chosen = amount === undefined ? undefined : readAmount(amount);
  const how = load === undefined ? undefined : readLoad(load);
  if (!answered || uri === undefined || chosen === undefined || how === undefined) return undefined;
  return { uri, choices: { ...chosen, ...how } };
}
