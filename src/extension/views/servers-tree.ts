import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, window, workspace, type Disposable } from 'vscode';
import { views } from '../contributions.ts';
import type { BundledServer, ServerState } from '../services/child-processes/bundled-server.ts';

const noteOf = ({ note }: Extract<ServerState, { kind: 'running' }>): string[] => (note === undefined ? [] : [note]);

function describe(state: ServerState, port: number): string {
  switch (state.kind) {
    case 'missing':
      return 'not in this package';
    case 'stopped':
      return `stopped · :${port}`;
    case 'elsewhere':
      return state.isOwn ? `:${port} · another window or terminal` : `port ${port} in use`;
    case 'starting':
      return state.step ?? 'starting';
    case 'running':
      return [`:${port}`, ...noteOf(state), state.activity.long].join(' · ');
  }
}

function explain(state: ServerState, port: number, { what, missing, name }: BundledServer['words']): string {
  switch (state.kind) {
    case 'missing':
      return `${missing.message} ${missing.hint}`;
    case 'elsewhere':
      return state.isOwn
        ? `The ${name} of another window or terminal listens on port ${port}. Runs of this window use it.`
        : `${state.name === '' ? 'Another server' : state.name.slice(0, 80)} listens on port ${port}.`;
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
  const isOwn = state.kind === 'elsewhere' && state.isOwn;
  // Start finds another port where one is taken.
  item.contextValue = `${server.id}.${state.kind === 'elsewhere' && !isOwn ? 'stopped' : state.kind}`;
  item.iconPath =
    state.kind === 'running' || isOwn
      ? new ThemeIcon('server-process', new ThemeColor('testing.iconPassed'))
      : new ThemeIcon(state.kind === 'starting' ? 'loading~spin' : 'server-process');
  item.tooltip = explain(state, server.port(), server.words);
  return item;
}

/** The tree of the bundled servers. */
export function createServersTree(servers: readonly BundledServer[]): Disposable {
  const changed = new EventEmitter<void>();
  const tree = window.createTreeView<BundledServer>(views.servers, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (parent) => (parent === undefined ? [...servers] : []),
      getTreeItem: itemFor,
    },
  });
  /** Servers of other windows are detected when the view is opened, without polling. */
  const look = (): void => {
    if (!tree.visible || !workspace.isTrusted) return;
    for (const server of servers) void server.look();
  };
  const subscriptions = [
    ...servers.map((server) => server.onDidChange(() => changed.fire())),
    tree.onDidChangeVisibility(look),
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) look();
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (!servers.some(({ id }) => event.affectsConfiguration(`loadlens.${id}.port`))) return;
      changed.fire();
      look();
    }),
  ];
  look();
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      tree.dispose();
      changed.dispose();
    },
  };
}
