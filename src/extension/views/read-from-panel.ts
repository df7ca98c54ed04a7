import * as v from 'valibot';
import type { FromPanel, PersistedPanel } from '../../panel-protocol.ts';

const id = v.string();

const fromPanel = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('cancel') }),
  v.object({ type: v.literal('run') }),
  v.object({ type: v.literal('runAgain'), id }),
  v.object({ type: v.literal('compareWith'), id }),
  v.object({ type: v.literal('sweepHigher'), id }),
  v.object({
    type: v.literal('export'),
    id,
    format: v.picklist(['json', 'csv', 'html', 'markdown', 'vllm']),
    to: v.picklist(['file', 'clipboard']),
  }),
  v.object({
    type: v.literal('exportCompared'),
    before: id,
    after: id,
    format: v.picklist(['csv', 'html', 'markdown']),
    to: v.picklist(['file', 'clipboard']),
  }),
  v.object({ type: v.literal('openSource'), id }),
  v.object({ type: v.literal('swapRuns') }),
  v.object({ type: v.literal('openRun'), id }),
  v.object({ type: v.literal('showTrend'), id }),
  v.object({ type: v.literal('showHistory') }),
]);

const persisted = v.object({
  runIds: v.pipe(v.array(id), v.maxLength(2)),
  isTrend: v.exactOptional(v.literal(true)),
});

/** Checks a message from the webview. Throws a ValiError if it isn't valid. */
export const readFromPanel = (message: unknown): FromPanel => v.parse(fromPanel, message);

/** Returns what the panel showed before a reload; undefined if its state can't be read. */
export function readPersisted(state: unknown): PersistedPanel {
  const read = v.safeParse(persisted, state);
  return read.success ? read.output : { runIds: [] };
}
