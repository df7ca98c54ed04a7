import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { noValue } from '../../src/core/format.ts';
import type { Table } from '../../src/core/report/tables/tables.ts';
import type { Machine } from './machine.ts';
import { mostOther, mostSteal, type Disturbance } from './meter.ts';
import { isDisturbed, isReached, notesOf, type Goal, type Proof } from './proof.ts';

/** The results of a bench session. */
export interface Results {
  readonly mode: 'full' | 'quick';
  readonly tookMin: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** Of the whole session. */
  readonly disturbance: Disturbance;
  /** Peers that could not take part, and whatever else is missing, in sentences. */
  readonly leftOut: readonly string[];
  readonly proofs: readonly Proof[];
}

/** A goal and its verdict. */
interface Judged extends Omit<Goal, 'value'> {
  readonly value: number | null;
  readonly verdict: 'reached' | 'falls short' | 'not measured';
}

/** Writes `bench/results/bench.json` and `bench.md`. */
export function writeResults(results: Results): void {
  const file = fileURLToPath(new URL('../results/bench', import.meta.url));
  const { proofs, ...about } = results;
  const kept = proofs.map((proof) => ({
    title: proof.title,
    how: proof.how,
    goals: judge(proof),
    notes: notesOf(proof),
    sessions: proof.sessions,
  }));
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...about, proofs: kept }, shortened, 1)}\n`);
  writeFileSync(`${file}.md`, `${markdown(results)}\n`);
}

/** Returns the tables and notes of a proof as Markdown. */
export function proofText(proof: Proof): string {
  const { title, how, tables } = proof;
  const parts = [`## ${title}`, ...(how === '' ? [] : [how]), ...tables.map(tableText), ...notesOf(proof)];
  return parts.join('\n\n');
}

/** Returns one line per goal, and how many were reached. */
export function goalsText(proofs: readonly Proof[]): string {
  const goals = proofs.flatMap(judge);
  const reached = goals.filter(({ verdict }) => verdict === 'reached').length;
  return [
    ...goals.map((goal) => `${goal.what}: ${valueOf(goal)} (${wantedOf(goal)}): ${goal.verdict}. ${goal.cause}`.trim()),
    `${reached} of ${goals.length} goals reached`,
  ].join('\n');
}

function judge(proof: Proof): Judged[] {
  return proof.goals.map((goal) => {
    const { what, sign, goal: wanted, unit } = goal;
    const about = { what, value: goal.value, sign, goal: wanted, unit };
    if (Number.isNaN(goal.value))
      return Object.assign(about, { value: null, verdict: 'not measured', cause: '' } as const);
    if (isReached(goal)) return Object.assign(about, { verdict: 'reached', cause: '' } as const);
    const busy = isDisturbed(proof) ? 'The machine was busy with other programs. ' : '';
    return Object.assign(about, { verdict: 'falls short', cause: busy + goal.cause } as const);
  });
}

const withUnit = (value: number, unit: string): string => `${value} ${unit}`.trim();
const wantedOf = ({ sign, goal, unit }: Judged): string => `${sign} ${withUnit(goal, unit)}`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Three digits, or as many as it takes to see on which side of the goal it lies. */
function valueOf({ value, goal, unit }: Judged): string {
  if (value === null) return noValue;
  const digits = [3, 4, 5, 6].find((count) => Number(value.toPrecision(count)) !== goal) ?? 3;
  return withUnit(Number(value.toPrecision(digits)), unit);
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function tableText({ title, columns, rows, note }: Table): string {
  return [
    ...(title === '' ? [] : [`**${title}**`, '']),
    line(columns),
    line(columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
    ...(note === undefined ? [] : ['', note]),
  ].join('\n');
}

function markdown({ mode, tookMin, machine, versions, disturbance, leftOut, proofs }: Results): string {
  const goals = proofs.flatMap(judge);
  const machineWords = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}`;
  const versionWords = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '# The bench',
    `\`npm run bench${mode === 'quick' ? ' -- --quick' : ''}\`, ${tookMin.toFixed(1)} minutes. ${machineWords}; load average before: ${machine.loadBefore.toFixed(2)}. ${versionWords.join(', ')}.`,
    `A turn counts when steal took at most ${percent(mostSteal)} of the machine and other programs at most ${percent(mostOther)} of a core; otherwise it is repeated. Over the whole session: steal ${percent(disturbance.stealShare)}, other programs ${percent(disturbance.otherShare)} of a core; for ${percent(disturbance.pressureShare)} of the time something waited for a core, helper threads of what is measured included.`,
    ...leftOut,
    tableText({
      title: 'Goals',
      columns: ['goal', 'measured', 'wanted', 'verdict'],
      rows: goals.map((goal) => [goal.what, valueOf(goal), wantedOf(goal), goal.verdict]),
    }),
    ...goals.flatMap(({ what, verdict, cause }) => (verdict === 'falls short' ? [`- ${what}: ${cause}`] : [])),
    ...proofs.map(proofText),
  ].join('\n\n');
}

/** Six significant digits tell more than a machine repeats. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
