// Replays traces in Mooncake's format on the mock server. Every request must leave on time, and its response must report the
// shared blocks as cached. The floor is what this machine allows: the same times, at which nothing is sent.
//   node bench/replay.ts [rounds]
// `chrt -r 20` in front keeps most of the machine's other work out of the results. Replays during which the host took CPU time
// from the machine don't count.
import { markdownTable, writeSimulation } from './shared/simulation.ts';
import { blockTokens } from '../src/core/endpoints/data/trace.ts';
import { largestOf } from '../src/core/extremes.ts';
import { startPacer } from '../src/engine/load/pacer.ts';
import { requestsOf, run } from '../test/support/run-input.ts';
import { startMock } from './servers/mock.ts';
import { readMachine } from './shared/machine.ts';
import { mostSteal, startMeter } from './shared/meter.ts';
import { createRandom, type RandomSource } from './shared/random.ts';
import { medianOf, quantileOf } from './shared/statistics.ts';

const rounds = Number(process.argv[2] ?? 3);
const mostLatenessMs = 1;

/** What one row of a trace asks for. */
interface Row {
  readonly timestamp: number;
  readonly input_length: number;
  readonly output_length: number;
  readonly hash_ids: readonly number[];
}

/** Number of blocks that are shared, by their place in a prompt. */
const sharedChoices = 4;

const traces = [
  {
    name: '100 requests/s, 1,124 tokens',
    requests: 2_000,
    ratePerS: 100,
    tokens: (): number => 2 * blockTokens + 100,
  },
  {
    name: '20 requests/s, log-normal lengths, median 8,000 tokens',
    requests: 400,
    ratePerS: 20,
    tokens: ({ normal }: RandomSource): number =>
      Math.round(Math.min(120_000, Math.max(100, 8_000 * Math.exp(normal())))),
  },
] as const;
type Trace = (typeof traces)[number];

/** Returns the rows of a trace with random arrivals. The first half of a prompt's blocks is shared. */
function rowsOf({ requests, ratePerS, tokens }: Trace, seed: number): Row[] {
  const random = createRandom(seed);
  let atMs = 0;
  return Array.from({ length: requests }, (_, index): Row => {
    atMs += (-Math.log1p(-random.unit()) * 1_000) / ratePerS;
    const input = tokens(random);
    const choice = Math.floor(random.unit() * sharedChoices);
    const blocks = Math.ceil(input / blockTokens);
    const shared = Math.floor((2 * blocks) / 3);
    return {
      timestamp: Math.round(atMs),
      input_length: input,
      output_length: 8,
      hash_ids: Array.from({ length: blocks }, (_unused, place) =>
        place < shared ? place * sharedChoices + choice : 1_000_000 + index * 1_000 + place,
      ),
    };
  });
}

/** Returns how many of a trace's input tokens are in blocks that an earlier prompt started with, as a share. */
function sharedShare(rows: readonly Row[]): number {
  const known = new Set<number>();
  let shared = 0;
  let all = 0;
  for (const { input_length: input, hash_ids: hashes } of rows) {
    const first = hashes.findIndex((hash) => !known.has(hash));
    shared += Math.min(input, (first < 0 ? hashes.length : first) * blockTokens);
    all += input;
    for (const hash of hashes) known.add(hash);
  }
  return shared / all;
}

/** Returns how late the event loop wakes for times at which nothing is sent, ms: p50, p99, maximum. */
async function floorOf(timesMs: readonly number[]): Promise<Lateness> {
  const pacer = await startPacer();
  // The pacer alone doesn't keep the process running.
  const alive = setInterval(() => undefined, 60_000);
  const startMs = performance.now() + 10;
  const late: number[] = [];
  for (const timeMs of timesMs) {
    const dueMs = startMs + timeMs;
    if (performance.now() < dueMs) await new Promise<void>((woken) => pacer.wakeAt(dueMs, woken));
    late.push(Math.max(0, performance.now() - dueMs));
  }
  clearInterval(alive);
  pacer.close();
  return { p50: medianOf(late), p99: quantileOf(late, 0.99), max: largestOf(late) };
}

interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const server = await startMock('--prefix-caching --max-concurrent-requests 10000'.split(' '));
const body = '{"model":"mock","messages":[{"role":"user","content":""}]}';
const target = `# @trace t.jsonl\n# @stream true\nPOST ${server.origin}/v1/chat/completions?icl_ms=5\n\n${body}\n`;

const results = [];
try {
  for (const trace of traces) {
    for (let round = 1; round <= rounds; round += 1) {
      const rows = rowsOf(trace, round);
      const floor = await floorOf(rows.map(({ timestamp }) => timestamp));
      const text = rows.map((row) => JSON.stringify(row)).join('\n');
      const meter = startMeter([]);
      const record = await run(requestsOf(target, { 't.jsonl': text }), {
        plan: {
          loadModel: 'open',
          requests: null,
          concurrency: 200,
          trace: { file: 't.jsonl', speed: 1 },
          coldStart: false,
        },
      });
      const { stealShare } = meter();
      const { median, p99, max } = record.scheduleLagMs;
      results.push({
        trace: trace.name,
        round,
        requests: rows.length,
        successes: record.successes,
        floor,
        stealShare,
        lateness: { p50: median ?? Number.NaN, p99: p99 ?? Number.NaN, max: max ?? Number.NaN },
        cached: (record.cachedInputTokens ?? Number.NaN) / (record.inputTokens ?? Number.NaN),
        shared: sharedShare(rows),
      });
      console.error(JSON.stringify(results.at(-1)));
    }
  }
} finally {
  await server.close();
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;
const latenessText = ({ p50, p99, max }: Lateness): string => `${ms(p50)}, ${ms(p99)}, ${ms(max)}`;
const share = (value: number): string => `${(100 * value).toFixed(2)}%`;
const machine = readMachine();
const counted = results.filter(({ stealShare }) => stealShare <= mostSteal);
const onTime = counted.filter(
  ({ requests, successes, lateness }) => successes === requests && lateness.p99 < mostLatenessMs,
);
writeSimulation(
  'replay',
  [
    '# Traces that leave on time',
    `\`node bench/replay.ts ${rounds}\`: of ${counted.length} replays with at most ${share(mostSteal)} CPU steal, ${onTime.length} had no failure and a p99 lateness below ${mostLatenessMs} ms. Streams of 8 tokens from the mock server in a process of its own, with prefix caching. Floor: how late this machine wakes an event loop for the same times if nothing is sent. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.`,
    markdownTable(
      [
        'trace',
        'round',
        'CPU steal',
        'successes',
        'floor p50, p99, max',
        'lateness p50, p99, max',
        'tokens cached',
        'tokens shared',
      ],
      results.map((result) => [
        result.trace,
        String(result.round),
        share(result.stealShare),
        `${result.successes} of ${result.requests}`,
        latenessText(result.floor),
        latenessText(result.lateness),
        share(result.cached),
        share(result.shared),
      ]),
    ),
  ].join('\n\n'),
  { machine, rounds, results },
);
process.exitCode = counted.length > 0 && onTime.length === counted.length ? 0 : 1;
