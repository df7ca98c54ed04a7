/** A step of a documentation page. */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: string; readonly background: boolean; readonly exitCode: number };

/**
 * Returns the steps of a Markdown page in order. Code blocks with `file=NAME` are files; those with `run` are commands, one per
 * line. `run=background` is a server that keeps running, `exit=99` the expected exit code.
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
