import { bundledServers } from '../core/endpoints/bundled-servers.ts';
import { defaultRules } from '../core/comparison/compare-sides.ts';
import { planDefaults } from '../core/plan/plan.ts';
import { pairLimit, sliceLimit } from '../core/plan/slice-plan.ts';
import { limitOf, planOptions, type LimitName } from '../core/values/plan-options.ts';
import { gpt2Defaults, gpt2Dtypes } from '../processes/gpt2-defaults.ts';

interface SettingText {
  /** Heading in the settings editor. */
  readonly section: 'Runs' | 'Comparisons' | 'Mock server' | 'GPT-2 server' | 'Editor and history';
  /** Description in Markdown, for the settings editor and docs/editor.md. */
  readonly description: string;
  /** Where it can be set; absent: everywhere except in folders. */
  readonly scope?: 'resource' | 'machine-overridable';
}

/** A number in a range. A value outside counts as not set. */
export interface NumberSetting extends SettingText {
  readonly type: 'integer' | 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A setting that is on or off. */
interface SwitchSetting extends SettingText {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** A text. */
export interface TextSetting extends SettingText {
  readonly type: 'string';
  readonly default: string;
  /** Only valid texts; absent if all are. */
  readonly choices?: readonly string[];
  /** Descriptions of the choices. */
  readonly choiceTexts?: readonly string[];
}

/** A setting below `loadlens.` */
export type Setting = NumberSetting | SwitchSetting | TextSetting;

/** Returns the setting of a plan option. */
function planSetting(
  name: LimitName & keyof typeof planDefaults,
  description: string,
): NumberSetting & { readonly type: 'integer' } {
  const { min, max } = limitOf(name);
  return { section: 'Runs', type: 'integer', default: planDefaults[name], min, max, description, scope: 'resource' };
}

/** Returns the setting of a server's port. */
const port = (section: 'Mock server' | 'GPT-2 server', number: number, server: string) =>
  ({
    section,
    type: 'integer',
    default: number,
    min: 1,
    max: 65_535,
    description: `Port of the ${server} on 127.0.0.1. A run of targets on this port offers to start it.`,
  }) as const;

const { timeoutMs, maxRedirects } = planOptions;

/**
 * All settings, in the order of the settings editor. The extension reads them by these rows. package.json and the table
 * in docs/editor.md derive from them.
 */
export const settings = {
  'run.requests': planSetting(
    'requests',
    `${planOptions.requests.help} if the file sets neither \`@requests\` nor \`@duration\`.`,
  ),
  'run.concurrency': planSetting(
    'concurrency',
    `${planOptions.concurrency.help} if the file sets no \`@concurrency\`.`,
  ),
  'run.warmup': planSetting(
    'warmup',
    `Number of warm-up requests before the measurement if the file sets no \`@warmup\`. ${planOptions.warmup.more}`,
  ),
  'run.timeoutSeconds': {
    section: 'Runs',
    type: 'number',
    default: timeoutMs.default / 1000,
    min: 0.1,
    max: timeoutMs.value.limit.max / 1000,
    description: `${timeoutMs.help} in seconds if the file sets no \`@timeout\`.`,
    scope: 'resource',
  },
  'run.maxRedirects': planSetting('maxRedirects', `${maxRedirects.help}. ${maxRedirects.more}`),
  'llm.stream': {
    section: 'Runs',
    type: 'string',
    default: 'asWritten',
    choices: ['asWritten', 'stream', 'whole'],
    choiceTexts: ['As the body requests.', 'Streamed. The result then includes TTFT and ICL.', 'A complete response.'],
    description:
      'Response mode of language models without `@stream`: `asWritten` (as the body requests), `stream`, or `whole` (a complete response).',
    scope: 'resource',
  },
  environment: {
    section: 'Runs',
    type: 'string',
    default: '',
    description:
      'Environment of `http-client.env.json` for variables of endpoints files, such as `dev`. Values of `http-client.private.env.json` are masked in results.',
    scope: 'resource',
  },
  'comparison.threshold': {
    section: 'Comparisons',
    type: 'number',
    default: 100 * defaultRules.threshold,
    min: 0.1,
    max: 100,
    description: 'Smallest change that matters, in percent.',
    scope: 'resource',
  },
  'comparison.pairs': {
    section: 'Comparisons',
    type: 'integer',
    ...pairLimit,
    description: 'Maximum number of pairs of slices. A comparison stops early once the verdict is certain.',
    scope: 'resource',
  },
  'comparison.sliceSeconds': {
    section: 'Comparisons',
    type: 'number',
    ...sliceLimit,
    description: 'Length of a slice in seconds.',
    scope: 'resource',
  },
  'mock.port': port('Mock server', bundledServers.mock.port, 'mock server'),
  'mock.maxConcurrentRequests': {
    section: 'Mock server',
    type: 'integer',
    default: 10,
    min: 1,
    max: 100_000,
    description: 'Maximum number of requests in flight. The mock server responds to all others with status 429.',
  },
  'mock.timeScale': {
    section: 'Mock server',
    type: 'number',
    default: 1,
    min: 0,
    max: 100,
    description: 'Factor for all delays of the mock server. 0.01 turns 1 s into 10 ms.',
  },
  'mock.autoStart': {
    section: 'Mock server',
    type: 'boolean',
    default: false,
    description: 'Start the mock server without asking when a run needs it.',
  },
  'gpt2.model': {
    section: 'GPT-2 server',
    type: 'string',
    default: gpt2Defaults.model,
    description:
      'Model: `synthetic` (random weights with the shape and speed of GPT-2, no download), a folder with a GPT-2 model, or a model on Hugging Face such as `openai-community/gpt2`, downloaded once.',
  },
  'gpt2.dtype': {
    section: 'GPT-2 server',
    type: 'string',
    default: gpt2Defaults.dtype,
    choices: gpt2Dtypes,
    choiceTexts: [
      'Exact and slowest.',
      '8 bits: more than twice as fast, with nearly the same text.',
      '4 bits: fastest, with lower quality.',
    ],
    description:
      'Precision of the weights: `fp32`, `q8`, or `q4`. Like the other settings of this server, it applies at its next start.',
  },
  'gpt2.threads': {
    section: 'GPT-2 server',
    type: 'integer',
    default: 0,
    min: 0,
    max: 64,
    description: 'Number of compute threads. 0 uses one per processor, up to 8.',
  },
  'gpt2.maxBatch': {
    section: 'GPT-2 server',
    type: 'integer',
    default: gpt2Defaults.maxBatch,
    min: 1,
    max: 64,
    description: 'Maximum number of sequences in a batch. Others are queued, and get status 429 if the queue is full.',
  },
  'gpt2.port': port('GPT-2 server', gpt2Defaults.port, 'GPT-2 server'),
  'gpt2.cacheFolder': {
    section: 'GPT-2 server',
    type: 'string',
    default: '',
    description: 'Folder for models. If empty, the cache folder of your account, which the command line uses, too.',
    scope: 'machine-overridable',
  },
  'gpt2.autoStart': {
    section: 'GPT-2 server',
    type: 'boolean',
    default: false,
    description: 'Start the GPT-2 server without asking when a run needs it.',
  },
  'codeLens.enabled': {
    section: 'Editor and history',
    type: 'boolean',
    default: true,
    description: 'Show ▶ Run above targets.',
  },
  'history.maxRuns': {
    section: 'Editor and history',
    type: 'integer',
    default: 50,
    min: 1,
    max: 1000,
    description:
      'Maximum number of results in the history of a workspace. The oldest are removed first. If results are large, fewer are kept.',
  },
} as const satisfies Record<string, Setting>;

type NamesOf<Type> = {
  [Name in keyof typeof settings]: (typeof settings)[Name]['type'] extends Type ? Name : never;
}[keyof typeof settings];

/** Settings that are numbers. */
export type NumberSettingName = NamesOf<NumberSetting['type']>;
/** Settings that are on or off. */
export type SwitchSettingName = NamesOf<'boolean'>;
/** Settings that are texts. */
export type TextSettingName = NamesOf<'string'>;
