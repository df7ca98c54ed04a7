import { formatCount, formatPercent } from '../../src/core/format.ts';
import type { Throughput } from '../peers/peer.ts';
import { findNginx, startNginx } from '../servers/nginx.ts';
import { cpuSecondsOf } from '../shared/meter.ts';
import { type Goal, type Proof, type ProofOptions } from '../shared/proof.ts';
import { takeTurns, type Turns } from '../shared/rounds.ts';
import { medianOf } from '../shared/statistics.ts';
import { fixed } from '../shared/words.ts';

const connections = 50;
/** A core counts as full from this share of its time on. */
const full = 0.95;

interface Turn extends Throughput {
  /** CPU time of nginx / time of the turn's load. */
  readonly serverShare: number;
}

interface Row extends Turn {
  readonly name: string;
  readonly own: boolean;
  readonly clientShare: number;
}

/** Requests per second and CPU per request on one core, against a server that answers at once. */
export async function proveThroughput({ quick, peers, repeatUntilMs, say }: ProofOptions): Promise<Proof> {
  const title = 'Requests per second and CPU per request';
  const { version, missing } = findNginx();
  if (missing !== undefined)
    return { title, how: '', tables: [], goals: goalsOf([]), charts: [], sessions: [], notes: [missing] };

  const seconds = quick ? 2 : 4;
  const rounds = quick ? 3 : 8;
  const nginx = await startNginx();
  let turns: Turns<Turn>[];
  try {
    turns = await takeTurns(
      peers.map((peer) => ({
        name: peer.name,
        async measure() {
          const before = cpuSecondsOf(nginx.pid);
          const measured = await peer.throughput({ url: nginx.url, connections, seconds });
          return { ...measured, serverShare: (cpuSecondsOf(nginx.pid) - before) / seconds };
        },
      })),
      { rounds, repeatUntilMs, servers: [nginx.pid], onTurn: (name, round) => say(`throughput ${round + 1}: ${name}`) },
    );
  } finally {
    await nginx.close();
  }

  const rows = turns.map(({ name, values }): Row => {
    const middle = (what: keyof Turn): number => medianOf(values.map((value) => value[what]));
    const [requestsPerS, cpuUsPerRequest] = [middle('requestsPerS'), middle('cpuUsPerRequest')];
    return {
      name,
      own: peers.some((peer) => peer.name === name && peer.own === true),
      requestsPerS,
      cpuUsPerRequest,
      serverShare: middle('serverShare'),
      clientShare: (requestsPerS * cpuUsPerRequest) / 1e6,
    };
  });
  const rateOf = (name: string): number => rows.find((row) => row.name === name)?.requestsPerS ?? Number.NaN;
  const bars = (value: (row: Row) => number) => rows.map((row) => ({ ...row, value: value(row) }));
  return {
    title,
    how: `nginx ${version} answers 2 bytes at once; ${connections} connections, ${seconds} s a turn, medians of ${rounds} rounds in which all take turns. Server and client have a core each. CPU is user and system time of the client while its load ran.`,
    tables: [
      {
        title: '',
        columns: ['client', 'requests/s', 'of wrk', 'of autocannon', 'CPU per request', 'its core', 'nginx’s core'],
        rows: rows.map((row) => [
          row.name,
          formatCount(row.requestsPerS),
          fixed(row.requestsPerS / rateOf('wrk'), 2),
          fixed(row.requestsPerS / rateOf('autocannon'), 2),
          fixed(row.cpuUsPerRequest, 1, 'µs'),
          formatPercent(row.clientShare),
          formatPercent(row.serverShare),
        ]),
      },
    ],
    goals: goalsOf(rows),
    charts: [
      {
        file: 'bench-throughput',
        title: `One core of the client against nginx, ${connections} connections`,
        panels: [
          {
            kind: 'bars',
            title: 'Requests per second / wrk’s',
            bars: bars(({ requestsPerS }) => requestsPerS / rateOf('wrk')),
            digits: 2,
            goal: { value: 0.75, label: 'goal ≥ 0.75' },
          },
          {
            kind: 'bars',
            title: 'CPU per request, µs: less is better',
            bars: bars(({ cpuUsPerRequest }) => cpuUsPerRequest),
            digits: 1,
          },
        ],
      },
    ],
    sessions: [{ where: 'Throughput', turns }],
    notes: [],
  };
}

const comparisons = [
  { own: 'loadlens raw', peer: 'wrk', goal: 0.75 },
  { own: 'loadlens raw', peer: 'autocannon', goal: 2 },
  { own: 'loadlens undici', peer: 'autocannon', goal: 0.95 },
] as const;

function goalsOf(rows: readonly Row[]): Goal[] {
  return comparisons.map(({ own, peer, goal }) => {
    const ours = rows.find(({ name }) => name === own);
    const theirs = rows.find(({ name }) => name === peer);
    return {
      what: `requests/s of ${own} / ${peer}`,
      value: (ours?.requestsPerS ?? Number.NaN) / (theirs?.requestsPerS ?? Number.NaN),
      sign: '≥',
      goal,
      unit: '',
      cause: ours && theirs ? causeOf(ours, theirs) + wrkBeside(rows, theirs) : '',
    };
  });
}

/** How far the fastest client there is comes by the same measure. */
function wrkBeside(rows: readonly Row[], theirs: Row): string {
  const wrk = rows.find(({ name }) => name === 'wrk');
  if (!wrk || wrk === theirs) return '';
  return ` wrk, in C, in the same rounds: ${(wrk.requestsPerS / theirs.requestsPerS).toFixed(2)} of ${theirs.name}.`;
}

function causeOf(ours: Row, theirs: Row): string {
  const cpu = `A request costs ${ours.name} ${ours.cpuUsPerRequest.toFixed(1)} µs of CPU, ${theirs.name} ${theirs.cpuUsPerRequest.toFixed(1)} µs`;
  if (ours.clientShare >= full) return `${cpu}, and the client’s core was full.`;
  if (ours.serverShare >= full) return `nginx’s core was full, ours was not (${formatPercent(ours.clientShare)}).`;
  return `${cpu}; neither core was full (ours ${formatPercent(ours.clientShare)}, nginx’s ${formatPercent(ours.serverShare)}).`;
}
