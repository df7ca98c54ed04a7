/**
 * What the manifest and the code must agree on, as typed maps: a command without a handler or a setting without a reader
 * does not compile, and test/extension/manifest.test.ts holds these maps against package.json. No import of vscode here.
 */

import { limitOf, type LimitName } from '../core/values/plan-options.ts';
import { planDefaults } from '../core/plan/plan.ts';
import { gpt2Defaults, gpt2Dtypes } from '../processes/gpt2-defaults.ts';

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
  runThroughputSuite: 'loadlens.runThroughputSuite',
  scaleOut: 'loadlens.scaleOut',
  importRun: 'loadlens.importRun',
  runFile: 'loadlens.runFile',
  runEndpoint: 'loadlens.runEndpoint',
  runAgain: 'loadlens.runAgain',
  repeatExactly: 'loadlens.repeatExactly',
  cancelRun: 'loadlens.cancelRun',
  startMockServer: 'loadlens.startMockServer',
  stopMockServer: 'loadlens.stopMockServer',
  startGpt2Server: 'loadlens.startGpt2Server',
  stopGpt2Server: 'loadlens.stopGpt2Server',
  showResults: 'loadlens.showResults',
  showHistory: 'loadlens.showHistory',
  openRun: 'loadlens.openRun',
  compareRuns: 'loadlens.compareRuns',
  exportResult: 'loadlens.exportResult',
  deleteRun: 'loadlens.deleteRun',
  clearHistory: 'loadlens.clearHistory',
  createEndpointsFile: 'loadlens.createEndpointsFile',
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
  canCompare: 'loadlens.canCompare',
  canRunAgain: 'loadlens.canRunAgain',
  hasSecrets: 'loadlens.hasSecrets',
  hasAllowedHosts: 'loadlens.hasAllowedHosts',
} as const;
export type ContextKeyName = keyof typeof contextKeys;

/** A number the user may set, and the range it is held to; a value out of it counts as not set. */
export interface NumberSetting {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** False where fractions make sense. */
  readonly integer: boolean;
}

const choice = (name: LimitName & keyof typeof planDefaults): NumberSetting => {
  const { min, max, whole } = limitOf(name);
  return { default: planDefaults[name], min, max, integer: whole };
};
const whole = (byDefault: number, min: number, max: number): NumberSetting => ({
  default: byDefault,
  min,
  max,
  integer: true,
});

/** Settings below `loadlens.` that are numbers. */
export const numberSettings = {
  'run.requests': choice('requests'),
  'run.concurrency': choice('concurrency'),
  'run.warmup': choice('warmup'),
  'run.timeoutSeconds': { default: 30, min: 0.1, max: 3600, integer: false },
  'run.maxRedirects': choice('maxRedirects'),
  'history.maxRuns': whole(50, 1, 1000),
  'mock.port': whole(5000, 1, 65_535),
  'mock.maxConcurrentRequests': whole(10, 1, 100_000),
  'mock.timeScale': { default: 1, min: 0, max: 100, integer: false },
  'gpt2.port': whole(gpt2Defaults.port, 1, 65_535),
  // 0: as many as the machine has use for.
  'gpt2.threads': whole(0, 0, 64),
  'gpt2.maxBatch': whole(gpt2Defaults.maxBatch, 1, 64),
} as const satisfies Record<string, NumberSetting>;
export type NumberSettingName = keyof typeof numberSettings;

/** Settings below `loadlens.` that are switches, with their defaults. */
export const switchSettings = {
  'codeLens.enabled': true,
  'mock.autoStart': false,
  'gpt2.autoStart': false,
} as const;
export type SwitchSettingName = keyof typeof switchSettings;

/** A text the user may set. */
export interface TextSetting {
  readonly default: string;
  /** The only values allowed, where not every text is. */
  readonly values?: readonly string[];
}

/** How language models are asked where the file does not say: as their body has it, for a stream, for a whole answer. */
const streamChoices = ['asWritten', 'stream', 'whole'] as const;

/** Settings below `loadlens.` that are texts. */
export const textSettings = {
  environment: { default: '' },
  'llm.stream': { default: 'asWritten', values: streamChoices },
  'gpt2.model': { default: gpt2Defaults.model },
  'gpt2.dtype': { default: gpt2Defaults.dtype, values: gpt2Dtypes },
  'gpt2.cacheFolder': { default: '' },
} as const satisfies Record<string, TextSetting>;
export type TextSettingName = keyof typeof textSettings;
