// Replays traces in Mooncake's format on the mock server. Every request must leave on time, and its response must report the
// shared blocks as cached. The floor is what this machine allows: requests of the same lengths, made before the start, that
// plain sockets send to the same server at the same times.
//   node bench/replay.ts [rounds]
// `chrt -r 20` in front keeps most of the machine's other work out of the results. Replays during which the host took CPU time
// from the machine don't count.
import { markdownTable, writeSimulation } from './shared/simulation.ts';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
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

/** Lengths as in traces of chats: median 8,000 tokens. */
const chatTokens = ({ normal }: RandomSource): number =>
  Math.round(Math.min(120_000, Math.max(100, 8_000 * Math.exp(normal()))));

/** Tokens of a block of Mooncake's traces. */
const blockTokens = 512;

const traces = [
  { name: '100 requests/s, 1,124 tokens', requests: 2_000, gapMs: 10, atOnce: 1, tokens: () => 2 * blockTokens + 100 },
  { name: '10 requests/s, median 8,000 tokens', requests: 200, gapMs: 100, atOnce: 1, tokens: chatTokens },
  {
    name: '10 at one time every second, median 8,000 tokens',
    requests: 200,
    gapMs: 1_000,
    atOnce: 10,
    tokens: chatTokens,
  },
] as const;
type Trace = (typeof traces)[number];

/** Returns the rows of a trace with random arrivals. Two thirds of a prompt's blocks are shared. */
function rowsOf({ requests, gapMs, atOnce, tokens }: Trace, seed: number): Row[] {
  const random = createRandom(seed);
  let atMs = 0;
  return Array.from({ length: requests }, (_, index): Row => {
    if (index % atOnce === 0) atMs += -Math.log1p(-random.unit()) * gapMs;
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

/** Bytes of a word and its space, on average. */
const wordBytes = 6;
const path = '/v1/chat/completions?icl_ms=5';

/** Returns how late plain sockets send requests of the same lengths at the same times, ms: p50, p99, maximum. */
async function floorOf(rows: readonly Row[], port: number): Promise<Lateness> {
  const text = Buffer.alloc(wordBytes * largestOf(rows.map(({ input_length: tokens }) => tokens)), 'word1 ');
  const parts = rows.map(({ input_length: tokens, output_length: output }) => {
    const start = `{"model":"mock","stream":true,"max_tokens":${output},"messages":[{"role":"user","content":"`;
    const end = '"}]}';
    const length = start.length + wordBytes * tokens + end.length;
    const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
    return [Buffer.from(head + start), text.subarray(0, wordBytes * tokens), Buffer.from(end)];
  });
  const free: Socket[] = [];
  const sockets = Array.from({ length: 64 }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (bytes: Buffer) => void (bytes.includes('[DONE]') && free.push(socket)));
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  free.push(...sockets);
  const pacer = await startPacer();
  const startMs = performance.now() + 10;
  const late: number[] = [];
  for (const [index, { timestamp }] of rows.entries()) {
    const dueMs = startMs + timestamp;
    if (performance.now() < dueMs) await new Promise<void>((woken) => pacer.wakeAt(dueMs, woken));
    const socket = free.pop();
    if (!socket) throw new Error('No connection is free.');
    late.push(Math.max(0, performance.now() - dueMs));
    socket.cork();
    for (const part of parts[index] ?? []) socket.write(part);
    socket.uncork();
  }
  pacer.close();
  for (const socket of sockets) socket.destroy();
  return { p50: medianOf(late), p99: quantileOf(late, 0.99), max: largestOf(late) };
}

interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const body = '{"model":"mock","messages":[{"role":"user","content":""}]}';

/** Replays a trace on a new server, whose cache is empty, after the floor, so that its code is compiled. */
async function replay(trace: Trace, round: number) {
  const server = await startMock('--prefix-caching --max-concurrent-requests 10000'.split(' '));
  try {
    const rows = rowsOf(trace, round);
    const floor = await floorOf(rows, server.port);
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    const target = `# @trace t.jsonl\n# @stream true\nPOST ${server.origin}${path}\n\n${body}\n`;
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
    return {
      trace: trace.name,
      round,
      requests: rows.length,
      successes: record.successes,
      floor,
      stealShare,
      lateness: { p50: median ?? Number.NaN, p99: p99 ?? Number.NaN, max: max ?? Number.NaN },
      cached: (record.cachedInputTokens ?? Number.NaN) / (record.inputTokens ?? Number.NaN),
      shared: sharedShare(rows),
    };
  } finally {
    await server.close();
  }
}

const results: Awaited<ReturnType<typeof replay>>[] = [];
for (const trace of traces) {
  for (let round = 1; round <= rounds; round += 1) {
    const result = await replay(trace, round);
    results.push(result);
    console.error(JSON.stringify(result));
  }
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;
const latenessText = ({ p50, p99, max }: Lateness): string => `${ms(p50)}, ${ms(p99)}, ${ms(max)}`;
const share = (value: number): string => `${(100 * value).toFixed(2)}%`;
const machine = readMachine();
const counted = results.filter(({ stealShare }) => stealShare <= mostSteal);
const onTime = counted.filter(
  ({ requests, successes, lateness }) => successes === requests && lateness.p99 < mostLatenessMs,
);
const added = counted.map(({ lateness, floor }) => lateness.p99 - floor.p99);
writeSimulation(
  'replay',
  [
    '# Traces that leave on time',
    `\`node bench/replay.ts ${rounds}\`: of ${counted.length} replays with at most ${share(mostSteal)} CPU steal, ${onTime.length} had no failure and a p99 lateness below ${mostLatenessMs} ms. Median of p99 lateness less that of the floor: ${ms(medianOf(added))}. Streams of 8 tokens from the mock server in a process of its own, with prefix caching. Floor: plain sockets that send requests of the same lengths, made before the start, at the same times. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.`,
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
process.exitCode = counted.length > 0 && medianOf(added) < mostLatenessMs ? 0 : 1;
