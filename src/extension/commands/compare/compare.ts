import { QuickPickItemKind, workspace, type Memento, type QuickPickItem } from 'vscode';
import { maskVariables } from '../../../core/endpoints/variables/mask-variables.ts';
import { LoadlensError } from '../../../core/errors.ts';
import { fileVariables, type FileVariable } from '../../../core/endpoints/variables/override.ts';
import { choicesOfPlan } from '../../../core/plan/plan.ts';
import type { ComparisonRecord } from '../../../core/record/comparisons/comparison.ts';
import type { RunRecord } from '../../../core/record/run.ts';
import { isComparison, isRun, olderFirst, sourceOf } from '../../../core/report/formats/results.ts';
import { shownAs } from '../../services/workspace/documents.ts';
import { environmentOf } from '../../services/workspace/environment.ts';
import { agoWords } from '../../views/run-words.ts';
import type { Handlers } from '../handlers.ts';
import { askAboutFile } from '../run/ask-about-file.ts';
import { filesFor, mayRun, type LaunchParts, type RunRequest } from '../run/launch.ts';
import { fileOfResult, requestOf } from '../run/request-of.ts';
import { askPick, askText, type Step, type StepPlace } from '../run/steps.ts';
import { pickRun } from '../results.ts';
import { askRef } from './ask-ref.ts';
import { differenceOf, differenceWords, sinceRef, withValue, type Difference } from './difference.ts';
import { launchComparison } from './launch-comparison.ts';
import { askCommands, keptCommands } from './side-commands.ts';
import { baselineWays, type WithBaselineParts } from './with-baseline.ts';

/** Input of a comparison: the targets of a file with a load, and the run from which it was started. */
interface Subject {
  readonly request: RunRequest;
  /** The run, or the last one of the file; absent if there is none. */
  readonly run?: RunRecord | undefined;
}

/** Something to compare with. It asks one more question at most. */
interface Way extends QuickPickItem {
  /** Compares; `back` when the user wants to choose another way. */
  readonly take?: (place: StepPlace) => Promise<Step<unknown>>;
}

const lastKey = 'loadlens.lastComparison';
const title = 'Compare With';

/** Commands that compare. */
export function compareCommands(
  parts: LaunchParts & {
    readonly memory: Memento;
    /** Shows two runs side by side, the older one first. */
    readonly showComparison: (before: string, after: string) => void;
  } & WithBaselineParts,
): Pick<Handlers, 'compareWith' | 'compareAgain'> {
  const { memory, history, notify, showComparison } = parts;

  /** Runs a comparison. If it starts servers and their commands are unknown, asks for them. */
  const compare = async (request: RunRequest, difference: Difference): Promise<void> => {
    const { uri } = request;
    const { refs } = difference;
    const commands = refs && (keptCommands(memory, uri) ?? (await askCommands(memory, uri)));
    if (refs !== undefined && commands === undefined) return;
    try {
      await launchComparison(request, difference, commands, parts);
    } catch (error) {
      // The log has the last lines of a server or build that failed.
      if (refs === undefined || !(error instanceof LoadlensError)) throw error;
      notify.failure(error, notify.openLog);
    }
  };

  const start = async (request: RunRequest, difference: Difference): Promise<void> => {
    // A secret is not remembered, and neither is a choice without it.
    const values = difference.variables.b;
    const { secrets, privateNames } = environmentOf(request.uri);
    const isOpen = Object.entries(maskVariables(values, secrets)).every(
      ([name, value]) => values[name] === value && !privateNames.includes(name),
    );
    if (isOpen) await memory.update(lastKey, difference);
    await compare(request, difference);
  };

  const lastWay = ({ request }: Subject, variables: readonly FileVariable[]): readonly Way[] => {
    const last = memory.get<Difference>(lastKey);
    if (last === undefined) return [];
    const names = Object.keys(last.variables.b);
    if (!names.every((name) => variables.some((variable) => variable.name === name))) return [];
    if (last.refs !== undefined && keptCommands(memory, request.uri) === undefined) return [];
    return [
      {
        label: `$(${last.refs === undefined ? 'symbol-variable' : 'git-commit'}) ${differenceWords(last)}`,
        description: 'as last time',
        take: async () => {
          await start(request, last);
          return { kind: 'next', value: undefined };
        },
      },
    ];
  };

  const runWay = ({ run }: Subject): readonly Way[] => {
    const others = history.runs().filter(({ id }) => id !== run?.id);
    if (run === undefined || others.length === 0) return [];
    return [
      {
        label: '$(graph) Another Run…',
        description: `beside ${run.name}, ${agoWords(run)}`,
        take: async (place) => {
          const picked = await pickRun(place, 'Select another run', others);
          if (picked.kind !== 'next') return picked;
          const [before, after] = olderFirst([run, picked.value.run]);
          if (before !== undefined && after !== undefined) showComparison(before.id, after.id);
          return picked;
        },
      },
    ];
  };

  const refWay = ({ request }: Subject): readonly Way[] =>
    request.uri.scheme === 'file'
      ? [
          {
            label: '$(git-branch) A Branch or Commit…',
            description: 'side A; side B is the files as they are',
            take: async (place) => {
              const picked = await askRef(memory, request.uri, place);
              if (picked.kind === 'next') await start(request, sinceRef(picked.value));
              return picked;
            },
          },
        ]
      : [];

  const variableWays = ({ request }: Subject, variables: readonly FileVariable[]): readonly Way[] =>
    variables.length === 0
      ? []
      : [
          { label: 'Another value of a variable', kind: QuickPickItemKind.Separator },
          ...variables.map((variable): Way => ({
            label: `$(symbol-variable) ${variable.name}…`,
            description: shownValue(variable, request),
            take: async (place) => {
              const picked = await askValue(variable, place);
              if (picked.kind === 'next') await start(request, withValue(variable.name, picked.value));
              return picked;
            },
          })),
        ];

  const choose = async (subject: Subject): Promise<void> => {
    const { uri } = subject.request;
    const document = await workspace.openTextDocument(uri);
    const variables = fileVariables(document.getText(), environmentOf(uri).values);
    const items = [
      ...lastWay(subject, variables),
      ...runWay(subject),
      ...(await baselineWays(subject.run, parts)),
      ...refWay(subject),
      ...variableWays(subject, variables),
    ];
    const placeholder = `What to compare ${subject.request.target ?? shownAs(uri)} with`;
    const picked = await askPick<Way>({ title, step: 1, totalSteps: 2 }, { placeholder, items });
    if (picked.kind !== 'next') return;
    const taken = await picked.value.take?.({ title, step: 2, totalSteps: 2 });
    if (taken?.kind === 'back') await choose(subject);
  };

  return {
    compareWith: async (argument) => {
      if (!mayRun(notify)) return;
      const result = typeof argument === 'string' ? history.get(argument) : undefined;
      if (result !== undefined) {
        if (isRun(result)) await choose({ request: await requestOf(result, false), run: result });
        return;
      }
      const files = await filesFor(argument, notify);
      const answer = await askAboutFile(title, { files, preset: () => Promise.resolve(undefined) }, []);
      if (answer === undefined) return;
      const { uri } = answer;
      await choose({ request: { uri, choices: {} }, run: history.last().ofFile(shownAs(uri)) });
    },
    compareAgain: async (id) => {
      if (!mayRun(notify)) return;
      const comparison = typeof id === 'string' ? history.get(id) : history.results().find(isComparison);
      if (comparison === undefined || !isComparison(comparison)) return;
      const difference = differenceOf(comparison);
      await compare(await requestOfComparison(comparison), difference);
    },
  };
}

/** The file as it is now, with the options of the comparison that it doesn't set. */
async function requestOfComparison(comparison: ComparisonRecord): Promise<RunRequest> {
  const { name, a, plan } = comparison;
  const isSingle = a.targets.length === 1 && name !== sourceOf(comparison)?.file;
  return {
    uri: await fileOfResult(comparison),
    ...(isSingle && { target: name }),
    choices: choicesOfPlan(plan),
    repeat: { kind: 'again' },
  };
}

/** The value of a variable as it may be shown. */
function shownValue({ name, value }: FileVariable, { uri }: RunRequest): string {
  if (value === undefined) return 'not set';
  return maskVariables({ [name]: value }, environmentOf(uri).secrets)[name] ?? '';
}

/** Asks for another value of a variable. */
const askValue = ({ name, value }: FileVariable, place: StepPlace): Promise<Step<string>> =>
  askText(place, {
    prompt: `Value of ${name} for side B. Side A has the value of the file.`,
    value: value ?? '',
    validate: (text) => (text === value ? 'Type a value other than that of the file.' : undefined),
  });
