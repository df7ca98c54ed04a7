import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItem, window, type Disposable } from 'vscode';
import { formatCount } from '../../core/report/format.ts';
import { views } from '../contributions.ts';
import type { MockService, MockState } from '../services/mockServer.ts';
import { numberSetting } from '../services/settings.ts';

function describe(state: MockState): string {
  switch (state.kind) {
    case 'stopped':
      return l10n.t('stopped · :{0}', numberSetting('mock.port'));
    case 'starting':
      return l10n.t('starting');
    case 'running':
      return l10n.t(':{0} · {1} of {2} in flight', state.port, formatCount(state.inFlight), formatCount(state.limit));
  }
}

function itemFor(state: MockState): TreeItem {
  const item = new TreeItem(l10n.t('Mock server'));
  item.id = 'mock';
  item.description = describe(state);
  item.contextValue = `mock.${state.kind}`;
  item.iconPath =
    state.kind === 'running'
      ? new ThemeIcon('server-process', new ThemeColor('testing.iconPassed'))
      : new ThemeIcon(state.kind === 'starting' ? 'loading~spin' : 'server-process');
  item.tooltip =
    state.kind === 'running'
      ? l10n.t('Listens on {0}, {1} requests served. It stops with this window.', state.url, formatCount(state.served))
      : l10n.t('A server with known answers and known delays, to try benchmarks on.');
  return item;
}

/** The tree of servers that come with Loadlens. */
export function createServersTree(mock: MockService): Disposable {
  const changed = new EventEmitter<void>();
  const tree = window.createTreeView<'mock'>(views.servers, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent === undefined ? ['mock'] : []),
      getTreeItem: () => itemFor(mock.state()),
    },
  });
  const subscription = mock.onDidChange(() => changed.fire());
  return {
    dispose: () => {
      subscription.dispose();
      tree.dispose();
      changed.dispose();
    },
  };
}
