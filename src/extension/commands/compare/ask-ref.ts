import { QuickPickItemKind, type Memento, type QuickPickItem, type Uri } from 'vscode';
import { findRepository, listRefs, type RefChoice } from '../../../side-servers/git.ts';
import { askPick, type Step, type StepPlace } from '../run/steps.ts';
import { askCommands, keptCommands, serverFolder } from './side-commands.ts';

type Row = QuickPickItem & { readonly ref?: string };

const kinds: Readonly<Record<RefChoice['kind'], { readonly icon: string; readonly title: string }>> = {
  branch: { icon: 'git-branch', title: 'Branches' },
  tag: { icon: 'tag', title: 'Tags' },
  commit: { icon: 'git-commit', title: 'Commits' },
};

/**
 * Asks for a branch, tag, or commit, and for the commands of its server if they're unknown.
 * @throws LoadlensError outside a git work tree
 */
export async function askRef(memory: Memento, uri: Uri, place: StepPlace): Promise<Step<string>> {
  const refs = await listRefs(await findRepository(await serverFolder(uri)));
  const commands = keptCommands(memory, uri);
  const items: Row[] = [
    { label: '$(git-commit) HEAD', description: 'the last commit', ref: 'HEAD' },
    ...(['branch', 'tag', 'commit'] as const).flatMap((kind) => rowsOf(kind, refs)),
    ...(commands === undefined
      ? []
      : [
          { label: 'Servers', kind: QuickPickItemKind.Separator },
          {
            label: '$(gear) Change Commands…',
            description: [commands.command, commands.build ?? []].flat().join(' · '),
          },
        ]),
  ];
  const placeholder = 'Branch, tag, or commit for side A. Side B is the files as they are.';
  const picked = await askPick(place, { placeholder, items });
  if (picked.kind !== 'next') return picked;
  const { ref } = picked.value;
  if (ref === undefined) {
    await askCommands(memory, uri);
    return askRef(memory, uri, place);
  }
  if (commands === undefined && (await askCommands(memory, uri)) === undefined) return { kind: 'cancelled' };
  return { kind: 'next', value: ref };
}

function rowsOf(kind: RefChoice['kind'], refs: readonly RefChoice[]): Row[] {
  const { icon, title } = kinds[kind];
  const rows = refs
    .filter((one) => one.kind === kind)
    .map(({ ref, commit, age, subject }) => ({
      label: `$(${icon}) ${ref}`,
      description: [...(kind === 'commit' ? [] : [commit]), subject, age].join(' · '),
      ref,
    }));
  return rows.length === 0 ? [] : [{ label: title, kind: QuickPickItemKind.Separator }, ...rows];
}
