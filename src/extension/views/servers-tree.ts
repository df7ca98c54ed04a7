import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, window, type Disposable } from 'vscode';
import { views } from '../contributions.ts';
import type { BundledServer, ServerState } from '../services/child-processes/bundled-server.ts';

const noteOf = ({ note }: Extract<ServerState, { kind: 'running' }>): string[] => (note === undefined ? [] : [note]);

function describe(state: ServerState, port: number): string {
  switch (state.kind) {
    case 'missing':
      return 'not in this package';
    case 'stopped':
      return `stopped · :${port}`;
    case 'starting':
      return state.step ?? 'starting';
    case 'running':
      return [`:${port}`, ...noteOf(state), state.activity.long].join(' · ');
  }
}

function explain(state: ServerState, { what, missing }: BundledServer['words']): string {
  switch (state.kind) {
    case 'missing':
      return `${missing.message} ${missing.hint}`;
    case 'stopped':
    case 'starting':
      return what;
    case 'running':
      return `Listens on ${state.url}, ${[state.activity.total, ...noteOf(state)].join(', ')}. It stops with this window.`;
  }
}

function itemFor(server: BundledServer): TreeItem {
  const state = server.state();
  const item = new TreeItem(server.words.title);
  item.id = server.id;
  item.description = describe(state, server.port());
  item.contextValue = `${server.id}.${state.kind}`;
  item.iconPath =
    state.kind === 'running'
      ? new ThemeIcon('server-process', new ThemeColor('testing.iconPassed'))
      : new ThemeIcon(state.kind === 'starting' ? 'loading~spin' : 'server-process');
  item.tooltip = explain(state, server.words);
  return item;
}

/** The tree of servers that come with Loadlens. */
export function createServersTree(servers: readonly BundledServer[]): Disposable {
  const changed = new EventEmitter<void>();
  const tree = window.createTreeView<BundledServer>(views.servers, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent === undefined ? [...servers] : []),
      getTreeItem: itemFor,
    },
  });
  const subscriptions = servers.map((server) => server.onDidChange(() => changed.fire()));
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      tree.dispose();
      changed.dispose();
    },
  };
}
