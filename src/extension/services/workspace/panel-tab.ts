import { TabInputWebview, type Tab } from 'vscode';
import { panelViewType } from '../../contributions.ts';

/** True for a tab of the results panel, also of one that VS Code hasn't restored yet. */
export const isPanelTab = ({ input }: Tab): boolean =>
  input instanceof TabInputWebview && input.viewType.endsWith(panelViewType);
