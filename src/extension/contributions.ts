/**
 * Contributions that manifest and code must agree on, as typed maps: a command without a handler doesn't compile.
 * Settings are in setting-rows.ts. test/extension/manifest.test.ts compares both with package.json. No import of vscode
 * here.
 */

/** Language of endpoints files. */
export const languageId = 'endpoints';

/** View type of the results panel. */
export const panelViewType = 'loadlens.results';

/** Ids of the tree views. */
export const views = { history: 'loadlens.history', servers: 'loadlens.servers' } as const;

/** Every command, by the name the code uses. */
export const commandIds = {
  runBenchmark: 'loadlens.runBenchmark',
  runWithOptions: 'loadlens.runWithOptions',
  runSweep: 'loadlens.runSweep',
  findCapacity: 'loadlens.findCapacity',
  runThroughputSuite: 'loadlens.runThroughputSuite',
  scaleOut: 'loadlens.scaleOut',
  importRun: 'loadlens.importRun',
  runFile: 'loadlens.runFile',
  runEndpoint: 'loadlens.runEndpoint',
  sendOnce: 'loadlens.sendOnce',
  runAgain: 'loadlens.runAgain',
  repeatExactly: 'loadlens.repeatExactly',
  cancelRun: 'loadlens.cancelRun',
  startMockServer: 'loadlens.startMockServer',
  stopMockServer: 'loadlens.stopMockServer',
  startGpt2Server: 'loadlens.startGpt2Server',
  stopGpt2Server: 'loadlens.stopGpt2Server',
  showResults: 'loadlens.showResults',
  showHistory: 'loadlens.showHistory',
  showTrend: 'loadlens.showTrend',
  openRun: 'loadlens.openRun',
  compareRuns: 'loadlens.compareRuns',
  setBaseline: 'loadlens.setBaseline',
  compareWith: 'loadlens.compareWith',
  compareAgain: 'loadlens.compareAgain',
  filterHistory: 'loadlens.filterHistory',
  clearHistoryFilter: 'loadlens.clearHistoryFilter',
  groupHistory: 'loadlens.groupHistory',
  renameResult: 'loadlens.renameResult',
  annotateResult: 'loadlens.annotateResult',
  pinResult: 'loadlens.pinResult',
  unpinResult: 'loadlens.unpinResult',
  exportResult: 'loadlens.exportResult',
  deleteRun: 'loadlens.deleteRun',
  clearHistory: 'loadlens.clearHistory',
  createEndpointsFile: 'loadlens.createEndpointsFile',
  newLlmBenchmark: 'loadlens.newLlmBenchmark',
  showProblems: 'loadlens.showProblems',
  setSecret: 'loadlens.setSecret',
  deleteSecret: 'loadlens.deleteSecret',
  forgetHosts: 'loadlens.forgetHosts',
  openLog: 'loadlens.openLog',
} as const;
export type CommandName = keyof typeof commandIds;

/** Context keys that `when` clauses ask for. */
export const contextKeys = {
  running: 'loadlens.running',
  mockRunning: 'loadlens.mockRunning',
  gpt2Running: 'loadlens.gpt2Running',
  gpt2Missing: 'loadlens.gpt2Missing',
  hasHistory: 'loadlens.hasHistory',
  historyFiltered: 'loadlens.historyFiltered',
  canCompare: 'loadlens.canCompare',
  canRunAgain: 'loadlens.canRunAgain',
  hasSecrets: 'loadlens.hasSecrets',
  hasConsent: 'loadlens.hasConsent',
} as const;
export type ContextKeyName = keyof typeof contextKeys;
