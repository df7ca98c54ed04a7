import { lengthsForm, parseLengths, parseSharedPrefix, sharedPrefixForm } from '../../values/llm/lengths.ts';
import { parseTurns, turnsForm } from '../../values/llm/turns.ts';
import { parseThinkTime, thinkForm } from '../../values/llm/think.ts';
import { parseTokenRange, tokenRangeForm } from '../../values/llm/token-range.ts';
import { objectiveList } from '../../values/objectives.ts';
import { defaultBaseline, isBaselineName } from '../../values/relations.ts';
import {
  defaultTextOf,
  fileOption,
  fileOptionNames,
  type FileOptionName,
  type PlanValues,
} from '../../values/plan-options.ts';
import {
  choice,
  text,
  textOf,
  truth,
  wholeNumber,
  type Suggestions,
  type ValueType,
} from '../../values/value-types.ts';
import { answerLengths, dialectNames, promptOrders, usageChoices, type LlmChoices, type Range } from '../types.ts';
import type { Defaults, DirectiveScope } from './pending.ts';

/** A directive: a comment `# @name value` that Loadlens acts on. */
export interface Directive {
  readonly name: string;
  /** `file`: before the first target, for the whole run. `target`: above a target. `both`: either. */
  readonly place: 'file' | 'target' | 'both';
  /** One or two sentences. */
  readonly help: string;
  /** A value as written in a file. */
  readonly example: string;
  /** Value without the directive; undefined if there is none or the help describes it. */
  readonly byDefault?: string | undefined;
  readonly value: ValueType<unknown>;
  /** Returns whether an earlier directive has set the value. */
  readonly isSet: (scope: DirectiveScope) => boolean;
  /** Sets the value in a text; returns false if the text isn't valid. */
  readonly set: (scope: DirectiveScope, text: string, range: Range) => boolean;
  /** Returns the text of the value that is set; undefined without one. */
  readonly written: (scope: DirectiveScope) => string | undefined;
}

/** A directive with the type of its values, and with access to the value in a scope. */
interface Row<T> extends Pick<Directive, 'name' | 'place' | 'help' | 'example' | 'byDefault'> {
  readonly value: ValueType<T>;
  /** Returns the text to read, for forms that only files have. */
  readonly form?: ((written: string) => string) | undefined;
  readonly get: (scope: DirectiveScope) => T | undefined;
  readonly put: (scope: DirectiveScope, value: T, range: Range) => void;
}

function directive<T>({ form, get, put, ...row }: Row<T>): Directive {
  return {
    ...row,
    isSet: (scope) => get(scope) !== undefined,
    set: (scope, written, range) => {
      const value = row.value.read(form === undefined ? written : form(written));
      if (value !== undefined) put(scope, value, range);
      return value !== undefined;
    },
    written: (scope) => {
      const value = get(scope);
      return value === undefined ? undefined : row.value.write(value);
    },
  };
}

/** Returns the directive of a language model option. */
const llmDirective = <K extends keyof LlmChoices>(
  key: K,
  row: Pick<Row<NonNullable<LlmChoices[K]>>, 'name' | 'help' | 'example' | 'byDefault' | 'value'>,
): Directive =>
  directive({
    ...row,
    place: 'target',
    get: ({ pending }) => pending.llm?.[key],
    put: ({ pending }, value) => {
      pending.llm = { ...pending.llm, [key]: value };
    },
  });

/** Forms of values that only files have, as other tools write them. */
const fileForms: { readonly [Name in FileOptionName]?: (written: string) => string } = {
  // JetBrains: a number without a unit is in seconds.
  timeoutMs: (written) => (/^\d+(?:\.\d+)?$/.test(written) ? `${written}s` : written),
  insecure: (written) => (written === '' ? 'true' : written),
};

/** Returns the options of the run, without what else a file sets. */
const optionsIn = (defaults: Defaults): { [Name in FileOptionName]?: PlanValues[Name] | undefined } => defaults;

/** Returns the directive of an option of the run. */
function optionDirective<Name extends FileOptionName>(
  option: Name,
  row: ReturnType<typeof fileOption<Name>>,
): Directive {
  const { name, value, help, more, example } = row;
  return directive({
    name,
    place: 'file',
    help: more === undefined ? `${help}.` : `${help}. ${more}`,
    example,
    byDefault: defaultTextOf(row),
    value,
    form: fileForms[option],
    get: ({ defaults }) => optionsIn(defaults)[option],
    put: ({ defaults }, set) => {
      optionsIn(defaults)[option] = set;
    },
  });
}

const mostWeight = 1_000_000;

const lengths = textOf((written) => parseLengths(written) !== undefined, lengthsForm, [
  '512',
  'normal(512, 128)',
  'lognormal(512, 128)',
  'uniform(128, 1024)',
  'choice(128:3, 1024:1)',
]);

/** All directives. Parser, completion, hover, and the table in docs/endpoints-file.md derive from these rows. */
export const directives: readonly Directive[] = [
  directive({
    name: 'name',
    place: 'target',
    help: 'Name of the target below, shown in results. Must be unique in the file.',
    example: 'login',
    value: text('a short name, such as # @name login'),
    get: ({ pending }) => pending.name?.text,
    put: ({ pending }, name, range) => {
      pending.name = { text: name, range };
    },
  }),
  directive({
    name: 'weight',
    place: 'target',
    help: 'How often the target below is selected, relative to the others.',
    example: '3',
    byDefault: '1',
    value: {
      read: (written) => {
        const weight = /^\d*\.?\d+(?:e[+-]?\d+)?$/i.test(written) ? Number(written) : 0;
        return weight > 0 && weight <= mostWeight ? weight : undefined;
      },
      write: String,
      expected: 'a number above 0, up to 1,000,000, such as # @weight 3',
      range: 'above 0, up to 1,000,000',
    },
    get: ({ pending }) => pending.weight,
    put: ({ pending }, weight) => {
      pending.weight = weight;
    },
  }),
  directive({
    name: 'slo',
    place: 'both',
    help: 'Objectives, separated by commas. Directly above a target, they apply to it. Before the first target, with a blank line below them, they apply to the whole run. A limit may be relative to a baseline: p95 < baseline + 5%.',
    example: 'p95 < 500ms, errors < 1%',
    value: objectiveList,
    get: ({ pending: { objectives } }) => (objectives.length === 0 ? undefined : objectives),
    put: ({ pending }, objectives) => {
      for (const objective of objectives) pending.objectives.push(objective);
    },
  }),
  directive({
    name: 'baseline',
    place: 'file',
    help: 'Baseline that objectives such as p95 < baseline + 5% refer to: a file in .loadlens/baselines, without .json.',
    example: 'main',
    byDefault: defaultBaseline,
    value: textOf(isBaselineName, 'the name of a baseline: letters, digits, ".", "_", and "-"', [defaultBaseline]),
    get: ({ defaults }) => defaults.baseline,
    put: ({ defaults }, name) => {
      defaults.baseline = name;
    },
  }),
  llmDirective('dialect', {
    name: 'dialect',
    help: 'API of the target below: openai, ollama, responses, messages, llama-cpp, tgi, sglang, gemini, embeddings, rerank, sse (any stream of server-sent events), or plain. Detected from path and body if not set.',
    example: 'openai',
    value: choice([...dialectNames, 'plain']),
  }),
  llmDirective('stream', {
    name: 'stream',
    help: 'Whether the language model below streams its response (true) or returns it complete (false). Read from the body if not set.',
    example: 'true',
    value: truth,
  }),
  llmDirective('maxTokens', {
    name: 'max-tokens',
    help: 'Maximum number of output tokens of the language model below. Read from the body if not set.',
    example: '30',
    value: wholeNumber(1, 10_000_000),
  }),
  llmDirective('prompts', {
    name: 'prompts',
    help: 'File of prompts for the language model below: one prompt per line, JSON lines, a JSON array such as ShareGPT, or CSV. The path is relative to the endpoints file.',
    example: 'prompts.jsonl',
    value: text('the path of a file with one prompt per line, such as # @prompts prompts.txt'),
  }),
  llmDirective('conversations', {
    name: 'conversations',
    help: "File of conversations for the chat below, sent turn by turn with the model's own responses: JSON lines with turns or messages, or a JSON array such as ShareGPT. The path is relative to the endpoints file.",
    example: 'chats.jsonl',
    value: text('the path of a file with one conversation per line, such as # @conversations chats.jsonl'),
  }),
  llmDirective('think', {
    name: 'think',
    help: 'Time between the end of a turn of a conversation and the next one: 2s, normal(2s, 500ms), lognormal(2s, 1s), uniform(1s, 5s), or choice(1s:3, 10s:1). A delay in the conversations file overrides it. Needs @conversations or @turns.',
    example: 'normal(2s, 500ms)',
    byDefault: '0s',
    value: textOf((written) => parseThinkTime(written) !== undefined, thinkForm, [
      '2s',
      'normal(2s, 500ms)',
      'lognormal(2s, 1s)',
      'uniform(1s, 5s)',
      'choice(1s:3, 10s:1)',
    ]),
  }),
  llmDirective('promptsOrder', {
    name: 'prompts-order',
    help: 'Order of the prompts or conversations: rotate (file order) or random (shuffled with the seed).',
    example: 'random',
    byDefault: 'rotate',
    value: choice(promptOrders),
  }),
  llmDirective('promptsTokens', {
    name: 'prompts-tokens',
    help: 'Uses only prompts of the file with this many tokens: 16..1024, 16.., or ..1024. Needs @tokenizer or --tokenizer.',
    example: '16..1024',
    value: textOf((written) => parseTokenRange(written) !== undefined, tokenRangeForm, ['16..1024', '..2048']),
  }),
  llmDirective('image', {
    name: 'image',
    help: 'Image for the last message of the user: a PNG, JPEG, GIF, or WebP file. The path is relative to the endpoints file.',
    example: 'photo.png',
    value: text('the path of a PNG, JPEG, GIF, or WebP file, such as # @image photo.png'),
  }),
  llmDirective('inputTokens', {
    name: 'input-tokens',
    help: 'Generates prompts of this many tokens for the language model below: 512, normal(512, 128), lognormal(512, 128), uniform(128, 1024), or choice(128:3, 1024:1). No two prompts are the same. With @turns, each turn has this many.',
    example: 'normal(512, 128)',
    value: lengths,
  }),
  llmDirective('outputTokens', {
    name: 'output-tokens',
    help: 'Number of output tokens asked for in each request to the language model below, as a number or a distribution such as choice(64:3, 256:1); or answers, for the length of each answer in the file of @prompts.',
    example: '128',
    value: textOf(
      (written) => written === answerLengths || lengths.read(written) !== undefined,
      `${lengthsForm}; or ${answerLengths}`,
      ['128', 'normal(128, 32)', 'choice(64:3, 256:1)', answerLengths],
    ),
  }),
  llmDirective('sharedPrefix', {
    name: 'shared-prefix',
    help: 'Text in front of each generated prompt: its tokens, and how many different prefixes there are. Tests a prefix cache. Needs @input-tokens.',
    example: '256 of 10',
    value: textOf((written) => parseSharedPrefix(written) !== undefined, sharedPrefixForm),
  }),
  llmDirective('trace', {
    name: 'trace',
    help: "Trace to replay against the target below, the only one of its file: requests leave at the trace's times, with prompts and responses of its lengths. JSON lines of Mooncake or Bailian, CSV of Azure or BurstGPT, or JSON lines with at (ms), input, and output.",
    example: 'trace.jsonl',
    value: text('the path of a trace, such as # @trace trace.jsonl'),
  }),
  llmDirective('turns', {
    name: 'turns',
    help: 'Generates conversations of this many turns for the chat below: 4, normal(4, 2), lognormal(4, 2), uniform(2, 6), or choice(2:1, 5:1). Each turn adds the tokens of @input-tokens to the earlier turns and the responses of the model. Needs @input-tokens.',
    example: 'choice(2:1, 5:1)',
    value: textOf((written) => parseTurns(written) !== undefined, turnsForm, [
      '4',
      'normal(4, 2)',
      'uniform(2, 6)',
      'choice(2:1, 5:1)',
    ]),
  }),
  llmDirective('usage', {
    name: 'usage',
    help: 'Whether token counts are requested with streams of the language model below. off omits stream_options.',
    example: 'off',
    byDefault: 'on',
    value: choice(usageChoices),
  }),
  ...fileOptionNames.map((name) => optionDirective(name, fileOption(name))),
];

/** Returns the directive with a name; undefined if there is none. */
export const directiveNamed = (name: string | undefined): Directive | undefined =>
  directives.find((one) => one.name === name);

/** Returns help, range, and default of a directive, for hovers and the documentation. */
export const directiveText = ({ help, value: { range }, byDefault }: Directive): string =>
  [
    help,
    ...(range === undefined ? [] : [`Range: ${range}.`]),
    ...(byDefault === undefined ? [] : [`Default: ${byDefault}.`]),
  ].join(' ');

/** Returns suggestions for the value of a directive, typed up to the cursor. */
export const suggestionsOf = (name: string, typed: string): Suggestions =>
  directiveNamed(name)?.value.suggest?.(typed) ?? { replaces: typed.length, values: [] };
