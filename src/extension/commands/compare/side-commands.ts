import { dirname } from 'node:path';
import { workspace, type Memento, type Uri } from 'vscode';
import { maskedCommand } from '../../../core/endpoints/masked-command.ts';
import { findRepository } from '../../../side-servers/git.ts';
import type { SideServer } from '../../../processes/messages.ts';
import { askAll, askText, type StepPlace } from '../run/steps.ts';

/** The commands that start the servers of both sides in a folder. */
export type SideCommands = Omit<SideServer, 'ref'>;

const key = 'loadlens.comparisonCommands';

/**
 * Returns the folder in which the servers of an endpoints file start: the workspace folder, or the top of the file's repository
 * where that isn't in one.
 * @throws LoadlensError for a file outside of a git work tree
 */
export async function serverFolder(uri: Uri): Promise<string> {
  const folder = workspaceFolderOf(uri);
  try {
    await findRepository(folder);
    return folder;
  } catch {
    return (await findRepository(dirname(uri.fsPath))).top;
  }
}

const workspaceFolderOf = (uri: Uri): string => workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);

const allKept = (memory: Memento): Readonly<Record<string, SideCommands>> => memory.get(key, {});

/** Returns the commands that were given for the workspace folder of a file. */
export const keptCommands = (memory: Memento, uri: Uri): SideCommands | undefined =>
  allKept(memory)[workspaceFolderOf(uri)];

/** Asks for the commands of a file's workspace folder and remembers them; undefined when the user went away. */
export async function askCommands(memory: Memento, uri: Uri): Promise<SideCommands | undefined> {
  const before = keptCommands(memory, uri);
  const answers = { command: before?.command ?? '', ready: before?.ready ?? '', build: before?.build ?? '' };
  const ask =
    (name: keyof typeof answers, prompt: string, problem: (text: string) => string | undefined) =>
    async (place: StepPlace) => {
      const step = await askText(place, { prompt, value: answers[name], validate: (text) => problem(text.trim()) });
      if (step.kind === 'next') answers[name] = step.value.trim();
      return step;
    };
  const answered = await askAll('Servers to Compare', () => [
    ask(
      'command',
      'Command that starts the server on port {port}, which is also in the variable PORT: npm start -- --port {port}',
      (text) => (text === '' ? 'Type the command, such as npm start.' : secretProblem(text)),
    ),
    ask('ready', 'Path that responds once the server is ready, such as /health. Empty: its port is open.', (text) =>
      text === '' || text.startsWith('/') ? undefined : 'Type a path such as /health.',
    ),
    ask('build', 'Command that prepares each new work tree, such as npm ci. Empty: none.', secretProblem),
  ]);
  if (!answered) return undefined;
  const { command, ready, build } = answers;
  const commands = { command, ...(ready !== '' && { ready }), ...(build !== '' && { build }) };
  await memory.update(key, { ...allKept(memory), [workspaceFolderOf(uri)]: commands });
  return commands;
}

/** A command is remembered and shown, so it must not have a secret in it. */
const secretProblem = (command: string): string | undefined =>
  maskedCommand(command, process.env) === command
    ? undefined
    : 'Put the secret into an environment variable and use that in the command.';
