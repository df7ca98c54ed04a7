// Repeats the reference's 14 published runs and compares reference, ideal, and Loadlens. Needs `npm run build`.
//   node bench/reference.ts [--full] [--scale 0.01] [--rows 1,2]
// Default: all rows at scale 0.01, then 1 and 2 at scale 1. --full: all rows at both scales, 13 minutes. With --rows or --scale,
// nothing is written to bench/results. Server and client are separate processes. Exit code 1 if a check fails.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunRecord } from '../src/core/record/run.ts';
import {
  idealOf,
  isByChance,
  possibleScale,
  type ReferenceRow,
  referenceIdealS,
  referenceRows,
  startRig,
} from './reference-rows.ts';

/** One row of the table; times in seconds. */
interface Result {
  readonly row: number;
  readonly scale: number;
  readonly outputTokens: string;
  readonly limit: number;
  readonly requests: number;
  readonly concurrency: number;
  readonly referenceTotalS: number;
  readonly referenceIdealS: number;
  readonly idealS: number;
  readonly totalS: number;
  readonly statusCodes: Readonly<Record<string, number>>;
  readonly avgOutputTokens: number | null;
  readonly failedChecks: readonly string[];
}

const seed = 1;
/** Tolerated relative distance of a total from the ideal at scale 1. */
const tolerance = 0.02;

const percent = (total: number, ideal: number): string => `${((total / ideal - 1) * 100).toFixed(2)} %`;
const ms = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`;

const notes = [
  'Ideal: requests / concurrency × sleep; for several targets the drawn sleeps, each started on the slot that is free first.',
  'What the reference drew there is not known: its ideal is the mean of 500 draws, so its distance is partly chance.',
  '',
  'A row holds when its status codes are the reference’s, its tokens are those of the drawn targets (and the reference’s average',
  'where there is one target), its total is closer to the ideal than the reference’s, and at scale 1 within 2 % of it.',
  'Distances are compared in milliseconds: what client and server themselves cost does not shrink with the sleeps. At scale',
  '0.01 a sleep is 10 ms, so one millisecond a round is already 10 %; the percentages there say how short the sleeps are, not how',
  'good the client is. Row 2 always runs at scale 1: its 490 refusals have no sleep to scale and must all leave during that of',
  'the ten requests that are let in.',
];

const { values } = parseArgs({
  options: { full: { type: 'boolean' }, rows: { type: 'string' }, scale: { type: 'string' } },
});
const rowNumbers = values.rows?.split(',').map(Number) ?? referenceRows.map((_, i) => i + 1);
const chosen = values.rows !== undefined || values.scale !== undefined;
const passes = chosen
  ? [{ scale: Number(values.scale ?? 0.01), rows: rowNumbers }]
  : [
      { scale: 0.01, rows: rowNumbers },
      { scale: 1, rows: values.full ? rowNumbers : [1, 2] },
    ];

/** Load of the machine: on a busy one, other programs cause delays, too. */
const loadBefore = loadavg()[0] ?? 0;
const results: Result[] = [];
let environment: RunRecord['environment'] | undefined;
for (const { scale, rows } of passes) {
  for (const actual of new Set(rows.map((row) => possibleScale(rowAt(row), scale)))) {
    const rig = await startRig([fileURLToPath(new URL('../dist/cli.js', import.meta.url))], actual);
    try {
      for (const row of rows.filter((row) => possibleScale(rowAt(row), scale) === actual)) {
        if (results.some((result) => result.row === row && result.scale === actual)) continue;
        console.error(`row ${row} at scale ${actual} …`);
        const record = await rig.run(rowAt(row), seed);
        environment = record.environment;
        results.push(resultOf(row, rowAt(row), actual, record));
      }
    } finally {
      await rig.close();
    }
  }
}
results.sort((a, b) => b.scale - a.scale || a.row - b.row);

const markdown = render(results);
console.log(markdown);
if (!chosen) {
  const file = fileURLToPath(new URL('results/reference', import.meta.url));
  writeFileSync(`${file}.json`, `${JSON.stringify({ environment, loadBefore, seed, results }, undefined, 2)}\n`);
  writeFileSync(`${file}.md`, markdown);
}
const failed = results.filter(({ failedChecks }) => failedChecks.length > 0);
for (const { row, scale, failedChecks } of failed)
  console.error(`row ${row} at scale ${scale}: ${failedChecks.join('; ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function rowAt(number: number): ReferenceRow {
  const row = referenceRows[number - 1];
  if (!row) throw new Error(`Row ${number} not found. Rows are numbered from 1 to ${referenceRows.length}.`);
  return row;
}

function resultOf(number: number, row: ReferenceRow, scale: number, record: RunRecord): Result {
  const ideal = idealOf(row, seed);
  const result = {
    row: number,
    scale,
    outputTokens: row.output_tokens.join(', '),
    limit: row.server_limit,
    requests: row.requests,
    concurrency: row.concurrency,
    referenceTotalS: row.total,
    referenceIdealS: referenceIdealS(row),
    idealS: ideal.totalS * scale,
    totalS: record.totalMs / 1000,
    statusCodes: record.statusCodes,
    avgOutputTokens: record.avgOutputTokens,
  };
  const overheadS = Math.abs(result.totalS - result.idealS);
  const checks: Record<string, boolean> = {
    'status codes are not the reference’s': same(record.statusCodes, row.status) && same(row.status, ideal.statusCodes),
    'there were transport errors': Object.keys(record.errors).length === 0,
    'tokens are not those of the drawn targets': record.outputTokens === ideal.outputTokens,
    'average tokens are not the reference’s': isByChance(row) || record.avgOutputTokens === row.avg_output_tokens,
    'farther from the ideal than the reference': overheadS < Math.abs(row.total - result.referenceIdealS),
    'total is not within 2 % of the ideal': scale < 1 || overheadS <= tolerance * result.idealS,
  };
  const failedChecks = Object.entries(checks).flatMap(([sentence, held]) => (held ? [] : [sentence]));
  return { ...result, failedChecks };
}

function same(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const codes = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return codes.every((code) => a[code] === b[code]);
}

function render(rows: readonly Result[]): string {
  const cells = rows.map((r) => [
    String(r.row),
    String(r.scale),
    r.outputTokens,
    `${r.requests} @ ${r.concurrency}`,
    String(r.limit),
    Object.entries(r.statusCodes)
      .map(([code, count]) => `${count} × ${code}`)
      .join(', '),
    r.avgOutputTokens?.toFixed(2) ?? '–',
    r.referenceTotalS.toFixed(4),
    `${ms(r.referenceTotalS - r.referenceIdealS)} (${percent(r.referenceTotalS, r.referenceIdealS)})`,
    r.idealS.toFixed(4),
    r.totalS.toFixed(4),
    `${ms(r.totalS - r.idealS)} (${percent(r.totalS, r.idealS)})`,
    r.failedChecks.length === 0 ? 'yes' : 'NO',
  ]);
  const head = [
    'row',
    'scale',
    'tokens',
    'requests',
    'limit',
    'answers',
    'avg tokens',
    'reference, s',
    'its distance from ideal',
    'ideal, s',
    'ours, s',
    'our distance',
    'holds',
  ];
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [
    '# The reference’s fourteen runs, run again',
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
    '',
    `Machine: ${environment?.cpu}, ${environment?.cores} cores, Node ${environment?.node}, load average ${loadBefore.toFixed(1)} before the first row.`,
    '',
    ...notes,
    '',
  ].join('\n');
}
