import { commands, env, Uri, window, workspace } from 'vscode';
import { homedir } from 'node:os';
import { twoRunsReports, type TwoRunsFormat } from '../../core/report/comparisons/two-runs-reports.ts';
import { isComparison, isRun, renderResult, type ResultRecord } from '../../core/report/formats/results.ts';
import type { History } from '../services/runs/history.ts';
import type { Notify } from '../services/workspace/notify.ts';
import type { ExportFormat } from '../../panel-protocol.ts';
import { askPick } from './run/steps.ts';

/** Destination of an export. */
export type ExportTo = 'file' | 'clipboard';

const formats: readonly { readonly format: ExportFormat; readonly label: string }[] = [
  { format: 'json', label: 'JSON' },
  { format: 'csv', label: 'CSV' },
  { format: 'html', label: 'HTML' },
  { format: 'markdown', label: 'Markdown' },
  { format: 'vllm', label: 'vLLM JSON' },
];

/** Returns the formats of a result. A comparison keeps no runs, which vLLM's format is of. */
const formatsOf = (result: ResultRecord | undefined): typeof formats =>
  result !== undefined && isComparison(result) ? formats.filter(({ format }) => format !== 'vllm') : formats;

/** Exports results from the editor. */
export interface Exporter {
  readonly write: (id: string, format: ExportFormat, to: ExportTo) => Promise<void>;
  /** Writes a report of two runs side by side. */
  readonly writeCompared: (before: string, after: string, format: TwoRunsFormat, to: ExportTo) => Promise<void>;
  /** Asks for format and place first, with a way back. */
  readonly ask: (id: string) => Promise<void>;
}

/** Makes the Exporter. */
export function createExporter(history: History, notify: Notify): Exporter {
  const write: Exporter['write'] = async (id, format, to) => {
    const record = history.get(id);
    if (record !== undefined) await put(renderResult(record, format), id, format, to);
  };

  const writeCompared: Exporter['writeCompared'] = async (beforeId, afterId, format, to) => {
    const [before, after] = [history.get(beforeId), history.get(afterId)];
    if (before === undefined || after === undefined || !isRun(before) || !isRun(after)) return;
    const { extension, render } = twoRunsReports[format];
    await put({ extension, text: render({ before, after }) }, `${beforeId}-${afterId}`, format, to);
  };

  const put = async (
    { extension, text }: { readonly extension: string; readonly text: string },
    id: string,
    format: ExportFormat,
    to: ExportTo,
  ): Promise<void> => {
    const name = formats.find((one) => one.format === format)?.label ?? format;
    if (to === 'clipboard') {
      await env.clipboard.writeText(text);
      window.setStatusBarMessage(`${name} copied to the clipboard.`, 4000);
      return;
    }
    const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
    const place = await window.showSaveDialog({
      defaultUri: Uri.joinPath(folder, `loadlens-${id}.${extension}`),
      filters: { [name]: [extension] },
      title: 'Export Result',
    });
    if (place === undefined) return;
    await workspace.fs.writeFile(place, new TextEncoder().encode(text));
    notify.info(`Result written to ${workspace.asRelativePath(place)}.`, {
      label: 'Open',
      // A browser can't open a file of a remote machine.
      run: () =>
        format === 'html' && env.remoteName === undefined
          ? env.openExternal(place)
          : commands.executeCommand('vscode.open', place),
    });
  };

  const ask: Exporter['ask'] = async (id) => {
    const title = 'Export Result';
    const places: readonly { readonly label: string; readonly to: ExportTo }[] = [
      { label: '$(save) To a file', to: 'file' },
      { label: '$(clippy) To the clipboard', to: 'clipboard' },
    ];
    for (;;) {
      const format = await askPick(
        { title, step: 1, totalSteps: 2 },
        { placeholder: 'Select an export format', items: formatsOf(history.get(id)) },
      );
      if (format.kind !== 'next') return;
      const place = await askPick(
        { title, step: 2, totalSteps: 2 },
        { placeholder: 'Select a destination', items: places },
      );
      if (place.kind === 'cancelled') return;
      if (place.kind === 'next') {
        await write(id, format.value.format, place.value.to);
        return;
      }
    }
  };

  return { write, writeCompared, ask };
}
