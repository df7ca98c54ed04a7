import { Range, Uri, window, workspace, type Disposable, type TextEditor } from 'vscode';
import { isEndpoints, parseDocument, shownAs } from '../services/workspace/documents.ts';
import type { History } from '../services/runs/history.ts';
import { throttle } from '../services/runs/throttle.ts';
import { targetMark } from '../views/run-words.ts';

const marks = ['pass', 'warning', 'fail'] as const;
/** More icons slow an editor down. */
const mostIcons = 1000;

/** Registers the gutter icons of targets: the outcome of their last run. */
export function registerGutter(history: History, extensionUri: Uri): Disposable {
  const iconOf = (mark: string, theme: string) => ({
    gutterIconPath: Uri.joinPath(extensionUri, 'media', `gutter-${mark}-${theme}.svg`),
    gutterIconSize: 'contain',
  });
  const types = marks.map((mark) =>
    window.createTextEditorDecorationType({ light: iconOf(mark, 'light'), dark: iconOf(mark, 'dark') }),
  );

  const draw = (editor: TextEditor): void => {
    const { document } = editor;
    if (!isEndpoints(document)) return;
    const file = shownAs(document.uri);
    const last = history.last();
    const placed = parseDocument(document)
      .targets.slice(0, mostIcons)
      .flatMap(({ name, range }) => {
        const result = last.ofTarget(file, name);
        const { line } = range.start;
        return result === undefined ? [] : [{ mark: targetMark(result), range: new Range(line, 0, line, 0) }];
      });
    for (const [at, type] of types.entries())
      editor.setDecorations(
        type,
        placed.filter(({ mark }) => mark === marks[at]).map(({ range }) => range),
      );
  };
  const drawAll = throttle(() => {
    for (const editor of window.visibleTextEditors) draw(editor);
  }, 500);
  drawAll();

  const subscriptions: readonly Disposable[] = [
    ...types,
    drawAll,
    history.onDidChange(drawAll),
    window.onDidChangeVisibleTextEditors(drawAll),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (isEndpoints(document)) drawAll();
    }),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
