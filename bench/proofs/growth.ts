import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEndpoints } from '../../src/core/endpoints/parse.ts';
import { formatCount, formatMs, formatS } from '../../src/core/format.ts';
import type { Table } from '../../src/core/report/tables/tables.ts';
import { readPeakMemory, runOurs, tellMemory } from '../peers/loadlens.ts';
import { findNginx, startNginx, type Nginx } from '../servers/nginx.ts';
import type { LinesPanel } from '../shared/chart.ts';
import { clientCore } from '../shared/cores.ts';
import { readMachine } from '../shared/machine.ts';
import { type Goal, type Proof, type ProofOptions } from '../shared/proof.ts';
import { takeTurns, type Turns } from '../shared/rounds.ts';
import { medianOf } from '../shared/statistics.ts';
import { fixed } from '../shared/words.ts';

const requestCounts = [1_000, 10_000, 100_000, 1_000_000];
const concurrencies = [1, 10, 100, 1_000, 5_000];
const targetCounts = [1, 100, 1_000, 10_000, 100_000];

/** Sent at each concurrency. */
const requestsInFlight = 20_000;
const flatFrom = 100_000;
const mostGrowthMiB = 30;
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

interface Turn {
  /** From the first request to the last answer; for targets, of the whole command. */
  readonly seconds: number;
  readonly peakMiB: number;
  /** Resident memory by the number of requests sent. */
  readonly memory: readonly { readonly requests: number; readonly rssMiB: number }[];
  /** Reading the file alone; of targets only. */
  readonly parseMs: number;
}

/** How time and memory grow with requests, concurrency and targets. */
export async function proveGrowth({ quick, repeatUntilMs, say }: ProofOptions): Promise<Proof> {
  const title = 'How cost grows';
  const { missing } = findNginx();
  if (missing !== undefined)
    return { title, how: '', tables: [], goals: [goalOf(undefined)], charts: [], sessions: [], notes: [missing] };

  const nginx = await startNginx();
  const { mostOpenFiles } = readMachine();
  const possible = concurrencies.filter((concurrency) => concurrency + 100 <= mostOpenFiles);
  const tried = quick ? { targets: [1, 1_000, 100_000] } : { targets: targetCounts };
  const options = { rounds: quick ? 1 : 3, repeatUntilMs, servers: [nginx.pid] };
  const grow = (
    what: string,
    counts: readonly number[],
    measure: (nginx: Nginx, count: number) => Promise<Turn>,
  ): Promise<Turns<Turn>[]> =>
    takeTurns(
      counts.map((count) => ({ name: formatCount(count), measure: () => measure(nginx, count) })),
      { ...options, onTurn: (name) => say(`growth: ${name} ${what}`) },
    );
  let requests: Turns<Turn>[], inFlight: Turns<Turn>[], targets: Turns<Turn>[];
  try {
    requests = await grow('requests', requestCounts, (server, count) => runRequests(server, count, 50));
    inFlight = await grow('at a time', possible, (server, count) => runRequests(server, requestsInFlight, count));
    targets = await grow('targets', tried.targets, runTargets);
  } finally {
    await nginx.close();
  }

  const last = requests.at(-1)?.values ?? [];
  return {
    title,
    how: `Each point is a process of its own, against nginx; memory is the most that the process had resident. Requests: 50 at a time. Concurrency: ${formatCount(requestsInFlight)} requests. Targets: 100,000 requests, 50 at a time, by \`loadlens run\` with a file of so many lines; the time is that of the whole command. ${options.rounds === 1 ? 'One run each.' : `Medians of ${options.rounds}.`}`,
    tables: [
      tableOf('Requests', requests),
      tableOf('Concurrency', inFlight),
      {
        title: 'Targets',
        columns: ['targets', 'time', 'of it reading the file', 'memory, MiB'],
        rows: targets.map(({ name, values }) => [
          name,
          formatS(middle(values, 'seconds')),
          formatMs(middle(values, 'parseMs')),
          fixed(middle(values, 'peakMiB'), 0),
        ]),
      },
    ],
    goals: [goalOf(last)],
    charts: [
      {
        file: 'bench-growth',
        title: 'How cost grows with requests, concurrency and targets',
        panels: [
          panelOf('Time of a request, µs, by requests', requests, ({ seconds }, count) => (seconds * 1e6) / count),
          panelOf(
            'Time of a request, µs, by concurrency',
            inFlight,
            ({ seconds }) => (seconds * 1e6) / requestsInFlight,
          ),
          panelOf('Time of the command, s, by targets', targets, ({ seconds }) => seconds),
          panelOf('Memory, MiB, by requests', requests, ({ peakMiB }) => peakMiB),
          panelOf('Memory, MiB, by concurrency', inFlight, ({ peakMiB }) => peakMiB),
          panelOf('Memory, MiB, by targets', targets, ({ peakMiB }) => peakMiB),
        ],
      },
    ],
    notes:
      possible.length < concurrencies.length
        ? [`A process may open ${mostOpenFiles} files here: ${concurrencies.at(-1)} requests at a time were left out.`]
        : [],
    sessions: [
      { where: 'Requests', turns: requests },
      { where: 'Concurrency', turns: inFlight },
      { where: 'Targets', turns: targets },
    ],
  };
}

const middle = (values: readonly Turn[], what: 'seconds' | 'peakMiB' | 'parseMs'): number =>
  medianOf(values.map((value) => value[what]));

function tableOf(title: string, points: readonly Turns<Turn>[]): Table {
  return {
    title,
    columns: [title.toLowerCase(), 'time', 'memory, MiB'],
    rows: points.map(({ name, values }) => [
      name,
      formatS(middle(values, 'seconds')),
      fixed(middle(values, 'peakMiB'), 0),
    ]),
  };
}

function panelOf(
  title: string,
  points: readonly Turns<Turn>[],
  value: (turn: Turn, count: number) => number,
): LinesPanel {
  return {
    kind: 'lines',
    title,
    points: points.map(({ name, values }) => {
      const count = Number(name.replaceAll(',', ''));
      return { x: count, y: medianOf(values.map((turn) => value(turn, count))) };
    }),
  };
}

/** Resident memory from the first 100,000 requests on: the largest later reading less the first. */
function growthOf({ memory }: Turn): number {
  const later = memory.filter(({ requests }) => requests >= flatFrom).map(({ rssMiB }) => rssMiB);
  return Math.max(...later) - (later[0] ?? Number.NaN);
}

function goalOf(runs: readonly Turn[] | undefined): Goal {
  return {
    what: 'memory growth from 100,000 to 1,000,000 requests',
    value: medianOf((runs ?? []).map(growthOf)),
    sign: '≤',
    goal: mostGrowthMiB,
    unit: 'MiB',
    cause: 'Readings of a run are in the JSON file.',
  };
}

async function runRequests({ url }: Nginx, requests: number, concurrency: number): Promise<Turn> {
  const memory: { requests: number; rssMiB: number }[] = [];
  let peakMiB = Number.NaN;
  const record = await runOurs(
    url,
    { requests, concurrency },
    {
      onSnapshot: ({ summary }, pid) => memory.push({ requests: summary.requestsSent, rssMiB: residentMiB(pid) }),
      onPeakMemory: (told) => (peakMiB = told),
    },
  );
  return { seconds: record.totalMs / 1_000, peakMiB, memory, parseMs: Number.NaN };
}

/** NaN when the process has just ended. */
function residentMiB(pid: number): number {
  const file = `/proc/${pid}/status`;
  return existsSync(file)
    ? Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN) / 1_024
    : Number.NaN;
}

async function runTargets({ url }: Nginx, count: number): Promise<Turn> {
  const text = Array.from({ length: count }, (_, i) => `${url}?id=${i}\n`).join('');
  const parseMs = medianOf(Array.from({ length: 3 }, () => timeOf(() => parseEndpoints(text))));
  const folder = mkdtempSync(join(tmpdir(), 'loadlens-growth-'));
  try {
    const file = join(folder, 'targets.endpoints');
    writeFileSync(file, text);
    const startMs = performance.now();
    const args = ['--import', tellMemory, cli, 'run', file, '-n', '100000', '-c', '50', '--quiet'];
    const child = spawn('taskset', ['-c', String(clientCore), process.execPath, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ignore', 'pipe'],
    });
    const [[code], peakMiB] = await Promise.all([once(child, 'exit'), readPeakMemory(child)]);
    if (code !== 0) throw new Error(`loadlens run ended with ${code}`);
    return { seconds: (performance.now() - startMs) / 1_000, peakMiB, memory: [], parseMs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timeOf(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
