import { l10n, type Uri } from 'vscode';
import { LoadlensError } from '../../core/errors.ts';
import type { PlanChoices } from '../../core/plan/plan.ts';
import { parseLevels, requestsPerSlot, type SweepChoices } from '../../core/plan/sweep.ts';
import { readAmount } from './amount.ts';
import { askFile } from './askFile.ts';
import { askAll, askText } from './steps.ts';

/** What Run Sweep asks for. */
export interface SweepAnswers {
  readonly uri: Uri;
  readonly choices: SweepChoices;
}

/** What a file's questions start from. */
export interface SweepPreset {
  readonly levels: string;
  /** Empty: as many as the level asks for. */
  readonly amount: string;
  /** Throws a LoadlensError for choices that make no plan. */
  readonly check: (choices: SweepChoices) => unknown;
}

/** What the questions start from. */
export interface SweepQuestions {
  /** More than one: the file is asked first. */
  readonly files: readonly Uri[];
  /** Undefined: the file can't be run, and the user knows. */
  readonly preset: (uri: Uri) => Promise<SweepPreset | undefined>;
}

/** How much a level sends, as it would be typed; empty where nothing says it. */
export function sweepAmount({ requests, durationS }: Pick<PlanChoices, 'requests' | 'durationS'>): string {
  if (requests !== undefined) return String(requests);
  return durationS === undefined ? '' : `${durationS}s`;
}

/** File, levels, requests per level, with a way back at each step; undefined when the user went away. */
export async function askSweep({ files, preset }: SweepQuestions): Promise<SweepAnswers | undefined> {
  let [uri] = files;
  let levels: string | undefined;
  let amount: string | undefined;
  const presets = async (): Promise<SweepPreset | undefined> => (uri === undefined ? undefined : preset(uri));
  const choicesFor = (text: string): SweepChoices => ({
    levels: parseLevels(levels ?? '') ?? [],
    ...(text.trim() === '' ? {} : readAmount(text)),
  });

  const answered = await askAll(l10n.t('Run Sweep'), [
    ...(files.length > 1
      ? [
          askFile(
            files,
            () => uri,
            (chosen) => {
              if (chosen !== uri) levels = amount = undefined;
              uri = chosen;
            },
          ),
        ]
      : []),
    async (place) => {
      const byDefault = await presets();
      if (byDefault === undefined) return { kind: 'cancelled' };
      const answer = await askText(place, {
        prompt: l10n.t('How many requests at the same time, level by level?'),
        value: levels ?? byDefault.levels,
        validate: (text) =>
          parseLevels(text) === undefined
            ? l10n.t('Type up to 64 whole numbers from 1 to 10,000 with commas, such as 1,2,4,8.')
            : undefined,
      });
      if (answer.kind === 'next') levels = answer.value;
      return answer;
    },
    async (place) => {
      const byDefault = await presets();
      if (byDefault === undefined) return { kind: 'cancelled' };
      const answer = await askText(place, {
        prompt: l10n.t(
          'How many requests per level? A time such as 30s runs each that long; nothing means {0} for each at the same time.',
          requestsPerSlot,
        ),
        value: amount ?? byDefault.amount,
        validate: (text) => {
          if (text.trim() !== '' && readAmount(text) === undefined) {
            return l10n.t('Type a whole number such as 500, or a time such as 30s.');
          }
          return problemOf(() => byDefault.check(choicesFor(text)));
        },
      });
      if (answer.kind === 'next') amount = answer.value;
      return answer;
    },
  ]);
  return answered && uri !== undefined ? { uri, choices: choicesFor(amount ?? '') } : undefined;
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
