/** A part of a documentation page that a test carries out. */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: string; readonly background: boolean; readonly exitCode: number };

/**
 * Returns what a Markdown page tells its reader to do, in order: code blocks with `file=NAME` are files, those with `run` are
 * commands, one per line. `run=background` is a server that goes on running, `exit=99` the exit code to expect.
 */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(/^```\w+ ([^\n]+)\n([\s\S]*?)^```$/gm)].flatMap(([, info = '', text = '']): Step[] => {
    const file = /\bfile=(\S+)/.exec(info)?.[1];
    if (file !== undefined) return [{ kind: 'file', name: file, text }];
    if (!/\brun\b/.test(info)) return [];
    const background = info.includes('run=background');
    const exitCode = Number(/\bexit=(\d+)/.exec(info)?.[1] ?? 0);
    return text
      .trim()
      .split('\n')
      .map((line) => ({ kind: 'command', line, background, exitCode }));
  });
}
