import type { FromPanel, PersistedPanel } from '../src/panel-protocol.ts';

const api = acquireVsCodeApi<PersistedPanel>();

/** Sends a message to the extension. */
export function post(message: FromPanel): void {
  api.postMessage(message);
}

/** Keeps which runs the panel shows, and nothing else, over a reload of the window. */
export function persist(runIds: readonly string[], isTrend: boolean): void {
  api.setState({ runIds, ...(isTrend && { isTrend }) });
}
