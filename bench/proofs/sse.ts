import { startStreamingServer } from '../servers/streaming-server.ts';
import type { StreamCost } from '../peers/peer.ts';
import { type Proof, type ProofOptions } from '../shared/proof.ts';
import { takeTurns, type Turns } from '../shared/rounds.ts';
import { medianOf } from '../shared/statistics.ts';
import { fixed } from '../shared/words.ts';

const load = { streams: 50, events: 400, gapMs: 5 };
const mostUs = 25;

/** What a streamed token costs the client. */
export async function proveSse({ quick, peers, repeatUntilMs, say }: ProofOptions): Promise<Proof> {
  const rounds = quick ? 3 : 6;
  const server = await startStreamingServer(load.events, load.gapMs);
  const { url, pid } = server;
  let turns: Turns<StreamCost>[];
  try {
    turns = await takeTurns(
      peers.flatMap(({ name, streams }) => (streams ? [{ name, measure: () => streams({ url, ...load }) }] : [])),
      { rounds, repeatUntilMs, servers: [pid], onTurn: (name, round) => say(`events ${round + 1}: ${name}`) },
    );
  } finally {
    await server.close();
  }

  const rows = turns.map(({ name, values }) => {
    const middle = (what: keyof StreamCost): number => medianOf(values.map((value) => value[what]));
    return { name, usPerEvent: middle('cpuUsPerEvent'), p50Ms: middle('gapP50Ms'), p99Ms: middle('gapP99Ms') };
  });
  return {
    title: 'CPU per server-sent event',
    how: `${load.streams} streams at a time, each of ${load.events} events ${load.gapMs} ms apart in the form of OpenAI’s API; user and system time of the client / events, with connecting and parsing. Medians of ${rounds} rounds.`,
    tables: [
      {
        title: '',
        columns: ['client', 'CPU per event', 'between events p50', 'p99'],
        rows: rows.map(({ name, usPerEvent, p50Ms, p99Ms }) => [
          name,
          fixed(usPerEvent, 1, 'µs'),
          fixed(p50Ms, 2, 'ms'),
          fixed(p99Ms, 2, 'ms'),
        ]),
      },
    ],
    goals: rows.slice(0, 1).map(({ name, usPerEvent }) => ({
      what: `CPU per event of ${name}`,
      value: usPerEvent,
      sign: '≤',
      goal: mostUs,
      unit: 'µs',
      cause: '',
    })),
    charts: [
      {
        file: 'bench-sse',
        title: `CPU per server-sent event, ${load.streams} streams at a time`,
        panels: [
          {
            kind: 'bars',
            title: 'µs: less is better',
            bars: rows.map(({ name, usPerEvent }) => ({ name, own: true, value: usPerEvent })),
            digits: 1,
            goal: { value: mostUs, label: `goal ≤ ${mostUs} µs` },
          },
        ],
      },
    ],
    sessions: [{ where: 'Events', turns }],
    notes: [],
  };
}
