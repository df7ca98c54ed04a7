import { Option, type Command } from 'commander';
import {
  defaultTextOf,
  planOptionNames,
  planOptions,
  type PlanOption,
  type PlanOptionName,
  type PlanValues,
} from '../../core/values/plan-options.ts';
import type { Objective } from '../../core/vocabulary.ts';
import type { Variables } from '../load-file.ts';
import { header, objectives, parserOf, variable } from './values.ts';

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type FlagOf<Row extends PlanOption<unknown>> = Row extends { readonly flag: infer Flag extends string }
  ? Flag
  : Row['name'];

/** Values of the plan's options, by the names that the argument parser gives them. */
type PlanFlags = {
  readonly [Name in PlanOptionName as CamelCase<FlagOf<(typeof planOptions)[Name]>>]?: PlanValues[Name];
};

/** Options that describe what a run sends, as the argument parser returns them. */
export interface PlanOptions extends PlanFlags {
  readonly stream?: boolean;
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly environment?: string;
  readonly var?: Variables;
  readonly slo?: readonly Objective[];
}

/** Options that name files for a result. */
export interface ReportOptions {
  readonly json?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly md?: string;
  /** For runs and sweeps only. */
  readonly vllmJson?: string;
}

/** Returns the help of an option: one sentence, starting with a lower-case letter, and its default. */
function helpOf(option: PlanOption<unknown>): string {
  const { name, help, inFile = false } = option;
  const text = /^[A-Z]{2}/.test(help) ? help : `${help.charAt(0).toLowerCase()}${help.slice(1)}`;
  const otherwise = defaultTextOf(option);
  if (otherwise === undefined) return text;
  return `${text} (default: ${inFile ? `@${name}, otherwise ` : ''}${otherwise})`;
}

/** Returns the command-line option of a plan option. */
export function planOption(key: PlanOptionName): Option {
  const row: PlanOption<unknown> = planOptions[key];
  const { name, flag = name, short, argument, value } = row;
  const flags = `${short === undefined ? '' : `-${short}, `}--${flag}`;
  if (argument === undefined) return new Option(flags, helpOf(row));
  const option = new Option(`${flags} ${argument}`, helpOf(row));
  if (value.choices !== undefined) return option.choices(value.choices);
  return option.argParser(parserOf(value));
}

/** Options for what is sent and measured, which a comparison decides itself. */
const amountOptions: readonly PlanOptionName[] = ['requests', 'conversations', 'durationS', 'until', 'coldStart'];
/** `workers` has another meaning in exports, whose workers don't read metrics. The drain time can't be set. */
const notShared: ReadonlySet<PlanOptionName> = new Set([
  ...amountOptions,
  'workers',
  'metricsUrl',
  'series',
  'drainMs',
]);

/** Adds the options that describe what a run sends. */
export function addPlanOptions(command: Command): Command {
  for (const name of amountOptions) command.addOption(planOption(name));
  return addLoadOptions(
    command.option(
      '--slo <objectives>',
      "add objectives for the run, such as 'p95 < 500ms, errors < 1%'; repeatable",
      objectives,
    ),
  );
}

/** Adds the options that describe how requests are sent, but not how many or for how long. */
export function addLoadOptions(command: Command): Command {
  for (const name of planOptionNames) if (!notShared.has(name)) command.addOption(planOption(name));
  return command
    .option('--stream', 'request streamed responses from language models (default: @stream)')
    .option('--no-stream', 'request complete responses from language models')
    .option('--environment <name>', 'use variables of this environment in http-client.env.json')
    .option(
      '--var <name=value>',
      "set a variable of the file, such as 'base=http://127.0.0.1:5001'; repeatable",
      variable,
    )
    .option('-H, --header <header>', "add a header to all requests, such as 'Accept: text/plain'; repeatable", header);
}

/** Adds the options that name files for a result. */
export function addReportOptions(command: Command): Command {
  return command
    .option(
      '--json <file>',
      'write the result as JSON; - writes to standard output and moves the text to standard error',
    )
    .option('--html <file>', 'write the result as one HTML page, or -')
    .option('--csv <file>', 'write the result as CSV, or -')
    .option('--md <file>', 'write the result as Markdown, or -');
}
