import { formatCount, formatPercent } from '../../src/core/format.ts';
import type { Peer } from '../peers/peer.ts';
import { startStampingServer, type StampingServer } from '../servers/stamping-server.ts';
import { type Proof, type ProofOptions } from '../shared/proof.ts';
import { takeTurns, type Turns } from '../shared/rounds.ts';
import { medianOf, quantileOf } from '../shared/statistics.ts';
import { fixed } from '../shared/words.ts';

const ratesPerS = [1_000, 5_000, 10_000];
const connections = 50;
const goal = { ratePerS: 5_000, p99Ms: 0.5 };

interface Turn {
  /** How far off an even grid requests reached the server, early or late. */
  readonly offP50Ms: number;
  readonly offP99Ms: number;
  /** How late the client says that they left; NaN when it does not say. */
  readonly saidP50Ms: number;
  readonly saidP99Ms: number;
  /** Rate at the server / rate asked for. */
  readonly rateShare: number;
}

/** How late requests leave that have a time at which to leave. */
export async function proveLateness({ quick, peers, repeatUntilMs, say }: ProofOptions): Promise<Proof> {
  const seconds = quick ? 2 : 5;
  const rounds = quick ? 3 : 6;
  const able = peers.filter((peer) => peer.open !== undefined);
  const server = await startStampingServer();
  const measured: { ratePerS: number; turns: Turns<Turn>[] }[] = [];
  try {
    for (const ratePerS of ratesPerS) {
      const turns = await takeTurns<Turn>(
        able.map((peer) => ({ name: peer.name, measure: () => measure(peer, ratePerS, seconds, server) })),
        {
          rounds,
          repeatUntilMs,
          servers: [server.pid],
          onTurn: (name, round) => say(`lateness at ${formatCount(ratePerS)}/s ${round + 1}: ${name}`),
        },
      );
      measured.push({ ratePerS, turns });
    }
  } finally {
    await server.close();
  }

  const own = able.find((peer) => peer.own)?.name ?? '';
  const cell = (name: string, ratePerS: number, what: keyof Turn): number => {
    const turns = measured.find((each) => each.ratePerS === ratePerS)?.turns.find((each) => each.name === name);
    return medianOf((turns?.values ?? []).map((value) => value[what]));
  };
  return {
    title: 'Open-loop lateness',
    how: `Requests have times at which to leave, 1/rate apart; the server answers at once and keeps when each came. Off: how far from its place on an even grid a request came, early or late; the grid is laid through the median, so the way to the server is not in it. Said: by how much the client itself says that requests left late. ${connections} connections, ${seconds} s a turn, medians of ${rounds} rounds. hey spreads its rate over its connections (-q), autocannon is given the rate as a whole (-R).`,
    tables: [
      {
        title: 'Lateness, ms',
        columns: ['client', 'rate', 'off p50', 'off p99', 'said p50', 'said p99', 'rate reached'],
        rows: able.flatMap(({ name }) =>
          ratesPerS.map((ratePerS) => [
            name,
            `${formatCount(ratePerS)}/s`,
            fixed(cell(name, ratePerS, 'offP50Ms'), 3),
            fixed(cell(name, ratePerS, 'offP99Ms'), 3),
            fixed(cell(name, ratePerS, 'saidP50Ms'), 3),
            fixed(cell(name, ratePerS, 'saidP99Ms'), 3),
            formatPercent(cell(name, ratePerS, 'rateShare')),
          ]),
        ),
      },
    ],
    goals: [
      {
        what: `p99 lateness of ${own} at ${formatCount(goal.ratePerS)}/s`,
        value: cell(own, goal.ratePerS, 'saidP99Ms'),
        sign: '≤',
        goal: goal.p99Ms,
        unit: 'ms',
        cause: `The server saw requests ${fixed(cell(own, goal.ratePerS, 'offP99Ms'), 3, 'ms')} off their time (p99) and ${formatPercent(cell(own, goal.ratePerS, 'rateShare'))} of the rate.`,
      },
    ],
    charts: [
      {
        file: 'bench-lateness',
        title: 'Open loop: how far off its time a request reaches the server',
        panels: ratesPerS.map((ratePerS) => ({
          kind: 'dots',
          title: `${formatCount(ratePerS)} requests/s, ms`,
          rows: able.map((peer) => ({
            name: peer.name,
            own: peer.own,
            p50: cell(peer.name, ratePerS, 'offP50Ms'),
            p99: cell(peer.name, ratePerS, 'offP99Ms'),
          })),
          goal: ratePerS === goal.ratePerS ? { value: goal.p99Ms, label: `goal: p99 ≤ ${goal.p99Ms} ms` } : undefined,
        })),
      },
    ],
    sessions: measured.map(({ ratePerS, turns }) => ({ where: `Lateness at ${formatCount(ratePerS)}/s`, turns })),
    notes: [],
  };
}

async function measure(peer: Peer, ratePerS: number, seconds: number, server: StampingServer): Promise<Turn> {
  server.begin(0);
  const said = await peer.open?.({ url: server.url, ratePerS, connections, seconds });
  const { arrivalsMs } = await server.take();
  const gapMs = 1_000 / ratePerS;
  const shiftsMs = arrivalsMs.map((atMs, i) => atMs - i * gapMs);
  const gridMs = medianOf(shiftsMs);
  const offMs = shiftsMs.map((shiftMs) => Math.abs(shiftMs - gridMs));
  return {
    offP50Ms: quantileOf(offMs, 0.5),
    offP99Ms: quantileOf(offMs, 0.99),
    saidP50Ms: said?.p50Ms ?? Number.NaN,
    saidP99Ms: said?.p99Ms ?? Number.NaN,
    rateShare: ((arrivalsMs.length - 1) * gapMs) / (arrivalsMs.at(-1) ?? Number.NaN),
  };
}
