import { directives, directiveText, type Directive } from '../../src/core/endpoints/directives/directives.ts';
import { objectiveMetrics, unitOf } from '../../src/core/values/objective-metrics.ts';
import type { Argument, Command, Option } from 'commander';
import { planOption } from '../../src/cli/options/plan-options.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { planOptionNames, planOptions, type PlanOption } from '../../src/core/values/plan-options.ts';
import { cacheFolder } from '../../src/processes/cache-folder.ts';
import { settings, type Setting } from '../../src/extension/setting-rows.ts';

/** Names of the tables that pages mark with `<!-- table: NAME -->`, each with the page that has it. */
export const tablePages = {
  directives: 'docs/endpoints-file.md',
  settings: 'docs/editor.md',
  objectives: 'docs/endpoints-file.md',
  run: 'docs/cli.md',
  levels: 'docs/cli.md',
  suite: 'docs/cli.md',
  export: 'docs/cli.md',
  import: 'docs/cli.md',
  gpt2: 'docs/cli.md',
} as const;
export type TableName = keyof typeof tablePages;

const code = (text: string): string => `\`${text}\``;

const placeWords: Readonly<Record<Directive['place'], string>> = {
  file: 'before the first target',
  target: 'above a target',
  both: 'either',
};

const settingCells = ([name, { default: value, description, type }]: readonly [string, Setting]): string[] => [
  code(`loadlens.${name}`),
  type === 'string' && value !== '' ? code(value) : String(value),
  description,
];

/** What metrics measure, each once. */
const subjects = [...new Set(objectiveMetrics.map(({ subject }) => subject))];

function subjectCells(subject: string): string[] {
  const metrics = objectiveMetrics.filter((metric) => metric.subject === subject);
  const shown = metrics.find(({ name }) => name.endsWith('p95')) ?? metrics[0];
  return [
    metrics.map(({ name }) => code(name)).join(', '),
    `${subject.charAt(0).toUpperCase()}${subject.slice(1)}${shown?.ofRunAlone === true ? ', of the whole run only' : ''}`,
    unitOf(shown?.name ?? '').help,
    code(shown?.example ?? ''),
  ];
}

const program = makeProgram(() => {});

function commandNamed(path: string): Command {
  return path.split(' ').reduce((command, name) => {
    const found = command.commands.find((one) => one.name() === name);
    if (found === undefined) throw new Error(`No command ${path}.`);
    return found;
  }, program);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

const defaultInHelp = / \(default: (.*)\)$/;

function defaultCell({ defaultValue, defaultValueDescription, description }: Option | Argument): string {
  if (defaultValue === cacheFolder('gpt2')) return 'your cache folder';
  const text = defaultValueDescription ?? defaultInHelp.exec(description)?.[1];
  const value: unknown = text ?? defaultValue;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Returns the help of an option; that of a plan option has all its sentences and its range. */
function descriptionCell({ description }: Pick<Option, 'description'>): string {
  const name = planOptionNames.find((one) => planOption(one).description === description);
  if (name === undefined) return sentence(description.replace(defaultInHelp, ''));
  const { help, more, value }: PlanOption<unknown> = planOptions[name];
  const range = value.range === undefined ? [] : [`Range: ${value.range}.`];
  return [sentence(help), ...(more === undefined ? [] : [more]), ...range].join(' ');
}

/** Rows of the arguments and options of commands. One that commands describe differently names each. */
function optionRows(paths: readonly string[], isShown: (option: Option) => boolean = () => true): string[][] {
  const found = new Map<string, { readonly command: string; readonly cells: readonly [string, string] }[]>();
  const add = (name: string, command: string, cells: readonly [string, string]): void => {
    found.set(name, [...(found.get(name) ?? []), { command, cells }]);
  };
  for (const path of paths) {
    const command = commandNamed(path);
    for (const one of command.registeredArguments)
      add(code(one.required ? `<${one.name()}>` : `[${one.name()}]`), command.name(), [
        defaultCell(one),
        descriptionCell(one),
      ]);
    for (const option of command.options.filter((one) => !one.hidden && isShown(one)))
      add(option.flags.split(', ').map(code).join(', '), command.name(), [
        defaultCell(option),
        descriptionCell(option),
      ]);
  }
  const rows = [...found].map(([name, uses]) => {
    const [first] = uses;
    const texts = new Set(uses.map(({ cells }) => cells[1]));
    const isShared = texts.size === 1 && uses.length === paths.length;
    const description = isShared
      ? first?.cells[1]
      : uses.map(({ command, cells }) => `${sentence(command).slice(0, -1)}: ${cells[1]}`).join(' ');
    return [name, first?.cells[0] ?? '', description ?? ''];
  });
  return [['Option', 'Default', 'Description'], ...rows];
}

const sweepFlags = new Set(['--levels', '--sweep', '--rates', '--find-capacity', '--by', '--cool-down']);
const ofRun = new Set(commandNamed('run').options.map(({ flags, description }) => flags + description));
const isNotOfRun = ({ flags, description }: Option): boolean => !ofRun.has(flags + description);

/** Rows of cells, headings first, by table. */
export const docTables: Readonly<Record<TableName, readonly (readonly string[])[]>> = {
  directives: [
    ['Directive', 'Place', 'Description'],
    ...directives.map((directive) => [
      code(`# @${directive.name} ${directive.example}`),
      placeWords[directive.place],
      directiveText(directive),
    ]),
  ],
  objectives: [['Metric', 'Subject', 'Value', 'Example'], ...subjects.map(subjectCells)],
  run: optionRows(['run'], ({ long }) => !sweepFlags.has(long ?? '')),
  levels: optionRows(['run'], ({ long }) => sweepFlags.has(long ?? '')).filter(([name]) => name !== code('[file]')),
  suite: optionRows(['suite throughput', 'suite latency', 'suite memory']),
  export: optionRows(['export artillery'], isNotOfRun),
  import: optionRows(['import artillery'], isNotOfRun),
  gpt2: optionRows(['serve gpt2']),
  settings: [['Setting', 'Default', 'Description'], ...Object.entries<Setting>(settings).map(settingCells)],
};

const marked = (name: TableName): RegExp => new RegExp(`(<!-- table: ${name} -->\\n\\n)((?:\\|.*\\n)+)`);

/** Returns the rows of a marked table in a page, without the line below the headings; undefined without the table. */
export function rowsIn(page: string, name: TableName): string[][] | undefined {
  const lines = marked(name).exec(page)?.[2]?.trimEnd().split('\n');
  return lines
    ?.filter((_, index) => index !== 1)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** Returns the page with the rows of a marked table replaced. */
export function withTable(page: string, name: TableName): string {
  const [head = [], ...rows] = docTables[name];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
  return page.replace(marked(name), (_, before: string) => before + lines.join(''));
}
