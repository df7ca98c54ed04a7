import type { Peer } from '../peers/peer.ts';
import { startStampingServer, type StampingServer } from '../servers/stamping-server.ts';
import { type Goal, type Proof, type ProofOptions } from '../shared/proof.ts';
import { takeTurns, type Turns } from '../shared/rounds.ts';
import { medianOf } from '../shared/statistics.ts';
import { fixed } from '../shared/words.ts';

const delayMs = 100;
/** Before a level is measured its load goes so often to the server, whose code is compiled then and not in somebody's turn. */
const serverWarmUps = 4;

/** What is asked for, and what our own client is to reach. */
interface Level {
  readonly requests: number;
  readonly concurrency: number;
  readonly efficiency: number;
  readonly p99ErrorMs?: number;
  readonly quickRounds: number;
  readonly rounds: number;
}

const levels: readonly Level[] = [
  { requests: 500, concurrency: 10, efficiency: 0.985, quickRounds: 2, rounds: 6 },
  { requests: 500, concurrency: 100, efficiency: 0.97, p99ErrorMs: 1, quickRounds: 4, rounds: 10 },
  { requests: 5_000, concurrency: 1_000, efficiency: 0.92, p99ErrorMs: 5, quickRounds: 3, rounds: 8 },
];

interface Turn {
  /** Ideal time / (last answer written − first request read), as the server saw it. */
  readonly efficiency: number;
  /** The client's quantile of latency less the same quantile of what the server really took. */
  readonly p50ErrorMs: number;
  readonly p99ErrorMs: number;
  /** By how much the server itself was late, and for how long it let requests lie unread at most: 99th percentiles. */
  readonly serverLateMs: number;
  readonly serverUnreadMs: number;
}

/** The median over the turns of a client at a level; NaN without a turn. */
type Cell = (name: string, level: Level, what: keyof Turn) => number;

/** How well a schedule is kept, and how true latencies are, against a server that answers after exactly 100 ms. */
export async function proveSchedule({ quick, peers, repeatUntilMs, say }: ProofOptions): Promise<Proof> {
  const server = await startStampingServer();
  const measured: { level: Level; turns: Turns<Turn>[] }[] = [];
  try {
    for (const level of levels) {
      for (const anyone of peers.slice(0, 1))
        for (let i = 0; i < serverWarmUps; i += 1) await measure(anyone, level, server);
      const turns = await takeTurns<Turn>(
        peers.map((peer) => ({ name: peer.name, measure: () => measure(peer, level, server) })),
        {
          rounds: quick ? level.quickRounds : level.rounds,
          repeatUntilMs,
          servers: [server.pid],
          onTurn: (name, round) => say(`schedule ${nameOf(level)} ${round + 1}: ${name}`),
        },
      );
      measured.push({ level, turns });
    }
  } finally {
    await server.close();
  }

  const cell: Cell = (name, level, what) => {
    const turns = measured.find((each) => each.level === level)?.turns.find((each) => each.name === name);
    return medianOf((turns?.values ?? []).map((value) => value[what]));
  };
  const rowsOf = (words: (name: string, level: Level) => readonly string[]): string[][] =>
    peers.map(({ name }) => [name, ...levels.flatMap((level) => words(name, level))]);
  const own = peers.find((peer) => peer.own)?.name ?? '';
  const rounds = levels.map((level) => (quick ? level.quickRounds : level.rounds)).join(', ');
  return {
    title: 'Schedule efficiency and error of latencies',
    how: `A server answers ${delayMs} ms after it read a request and keeps the times at which it really did. Efficiency: ideal time / (last answer written − first request read), as the server saw it. Error: a quantile of the client’s latencies less the same quantile of what the server took for these very requests; nothing else is subtracted. Medians of ${rounds} rounds. wrk knows no number of requests: it runs for the time that they should take, at least 1 s.`,
    tables: [
      {
        title: 'Efficiency',
        columns: ['client', ...levels.map(nameOf)],
        rows: rowsOf((name, level) => [fixed(cell(name, level, 'efficiency'), 3)]),
      },
      {
        title: 'Error, ms',
        columns: ['client', ...levels.flatMap(({ concurrency }) => [`p50 at ${concurrency}`, `p99 at ${concurrency}`])],
        rows: rowsOf((name, level) => [
          fixed(cell(name, level, 'p50ErrorMs'), 2),
          fixed(cell(name, level, 'p99ErrorMs'), 2),
        ]),
      },
      {
        title: 'The server’s own part, p99, ms',
        columns: ['client', ...levels.flatMap((level) => [`late, ${nameOf(level)}`, `unread, ${nameOf(level)}`])],
        rows: rowsOf((name, level) => [
          fixed(cell(name, level, 'serverLateMs'), 2),
          fixed(cell(name, level, 'serverUnreadMs'), 2),
        ]),
        note: 'Late: how much later than asked it wrote an answer; its own times hold that, so no error does. Unread: for how long a request may have lain unread at most; that is in the errors, for no client can know of it.',
      },
    ],
    goals: levels.flatMap((level) => goalsOf(level, own, cell)),
    charts: [
      {
        file: 'bench-efficiency',
        title: `Schedule efficiency: ideal time / time taken, answers after ${delayMs} ms`,
        panels: levels.map((level) => ({
          kind: 'bars',
          title: `${level.requests} requests, ${level.concurrency} at a time`,
          bars: peers.map((peer) => ({ ...peer, value: cell(peer.name, level, 'efficiency') })),
          digits: 3,
          goal: { value: level.efficiency, label: `goal ≥ ${level.efficiency}` },
        })),
      },
      {
        file: 'bench-error',
        title: `Error: latency reported − latency served, answers after ${delayMs} ms`,
        panels: levels.map((level) => ({
          kind: 'dots',
          title: `${level.concurrency} at a time, ms`,
          rows: peers.map((peer) => ({
            name: peer.name,
            own: peer.own,
            p50: cell(peer.name, level, 'p50ErrorMs'),
            p99: cell(peer.name, level, 'p99ErrorMs'),
          })),
          goal:
            level.p99ErrorMs === undefined
              ? undefined
              : { value: level.p99ErrorMs, label: `goal: p99 ≤ ${level.p99ErrorMs} ms` },
        })),
      },
    ],
    sessions: measured.map(({ level, turns }) => ({ where: `Schedule ${nameOf(level)}`, turns })),
    notes: [],
  };
}

const nameOf = ({ requests, concurrency }: Level): string => `${requests}@${concurrency}`;

async function measure(peer: Peer, { requests, concurrency }: Level, server: StampingServer): Promise<Turn> {
  server.begin(delayMs);
  const reported = await peer.closed({ url: server.url, requests, concurrency, delayMs });
  const { answered, spanMs, held, lateP99Ms, unreadP99Ms } = await server.take();
  return {
    efficiency: ((answered / concurrency) * delayMs) / spanMs,
    p50ErrorMs: reported.p50Ms - held.p50Ms,
    p99ErrorMs: reported.p99Ms - held.p99Ms,
    serverLateMs: lateP99Ms,
    serverUnreadMs: unreadP99Ms,
  };
}

function goalsOf(level: Level, own: string, cell: Cell): Goal[] {
  const efficiency = cell(own, level, 'efficiency');
  const late = cell(own, level, 'serverLateMs').toFixed(1);
  const unread = cell(own, level, 'serverUnreadMs').toFixed(1);
  const server = `the server itself wrote up to ${late} ms late and let requests lie unread for up to ${unread} ms (p99)`;
  const goals: Goal[] = [
    {
      what: `efficiency of ${own} at ${nameOf(level)}`,
      value: efficiency,
      sign: '≥',
      goal: level.efficiency,
      unit: '',
      cause: `A request took ${(delayMs / efficiency - delayMs).toFixed(1)} ms more than its ${delayMs} ms; ${server}. wrk in the same rounds: ${fixed(cell('wrk', level, 'efficiency'), 3)}.`,
    },
  ];
  if (level.p99ErrorMs !== undefined)
    goals.push({
      what: `p99 error of ${own} at ${level.concurrency} at a time`,
      value: cell(own, level, 'p99ErrorMs'),
      sign: '≤',
      goal: level.p99ErrorMs,
      unit: 'ms',
      cause: `While it was measured, ${server}. wrk in the same rounds: ${fixed(cell('wrk', level, 'p99ErrorMs'), 2, 'ms')}.`,
    });
  return goals;
}
