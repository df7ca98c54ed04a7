import type { ExportFormat } from '../../../src/panel-protocol.ts';
import { button, dropdown, type Dropdown } from '../../controls.ts';
import { h } from '../../dom.ts';
import { post } from '../../host.ts';

/**
 * Actions for a result. A suite has no CSV.
 * @param of `kept`: a comparison of runs that were measured before
 */
export function runToolbar(id: string, of: 'run' | 'sweep' | 'suite' | 'comparison' | 'kept' = 'run'): HTMLElement {
  const format = dropdown<ExportFormat>('Export format', [
    { value: 'json', text: 'JSON' },
    ...(of === 'suite' ? [] : [{ value: 'csv', text: 'CSV' } as const]),
    { value: 'html', text: 'HTML' },
    { value: 'markdown', text: 'Markdown' },
    ...(of === 'comparison' ? [] : [{ value: 'vllm', text: 'vLLM JSON' } as const]),
  ]);
  const exportTo = (to: 'file' | 'clipboard') => () => post({ type: 'export', id, format: format.value(), to });
  return h(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': 'Actions' },
    ...(of === 'kept'
      ? []
      : [
          button(of === 'comparison' ? 'Compare Again' : 'Run Again', () => post({ type: 'runAgain', id }), 'primary')
            .element,
        ]),
    ...(of === 'run' ? [button('Compare With…', () => post({ type: 'compareWith', id })).element] : []),
    ...(of === 'run' ? [button('Show Trend', () => post({ type: 'showTrend', id })).element] : []),
    button('Show History', () => post({ type: 'showHistory' })).element,
    exportControls(format, exportTo),
  );
}

/** The choice of an export format with the buttons for its places. */
export function exportControls(
  format: Pick<Dropdown<string>, 'element'>,
  exportTo: (to: 'file' | 'clipboard') => () => void,
): HTMLElement {
  return h(
    'div',
    { class: 'export', role: 'group', 'aria-label': 'Export' },
    h('span', { class: 'remark' }, 'Export as'),
    format.element,
    button('Save…', exportTo('file')).element,
    button('Copy', exportTo('clipboard')).element,
  );
}
