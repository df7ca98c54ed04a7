import { directives, directiveText, type Directive } from '../../src/core/endpoints/directives/directives.ts';
import { objectiveMetrics, unitOf } from '../../src/core/values/objective-metrics.ts';
import { settings, type Setting } from '../../src/extension/setting-rows.ts';

/** Names of the tables that pages mark with `<!-- table: NAME -->`, each with the page that has it. */
export const tablePages = {
  directives: 'docs/endpoints-file.md',
  settings: 'docs/editor.md',
  objectives: 'docs/endpoints-file.md',
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
