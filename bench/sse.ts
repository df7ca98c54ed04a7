// What a streamed token costs the client: CPU time per server-sent event of a whole run, with 50 streams of 200 events 5 ms
// apart, and of reading the events alone. Run: node bench/sse.ts
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunInput } from '../src/core/plan/types.ts';
import { openai } from '../src/engine/dialects/openai.ts';
import { runBenchmark } from '../src/engine/run.ts';
import { createStreamReader } from '../src/engine/stream-reader.ts';

const streams = 50;
const eventsPerStream = 200;
const gapMs = 5;
const rounds = 3;
const goalUs = 25;

const eventText = (index: number): string =>
  `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1_764_000_000, model: 'gpt2', choices: [{ index: 0, text: ` word${index}`, logprobs: null, finish_reason: null }] })}\n\n`;

/** In a process of its own: answers every request with a stream. */
function serve(): void {
  const server = createServer((_request, response) => {
    response.socket?.setNoDelay(true);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    void (async () => {
      for (let index = 0; index < eventsPerStream; index += 1) {
        response.write(eventText(index));
        await sleep(gapMs);
      }
      response.end('data: [DONE]\n\n');
    })();
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
}

function inputFor(port: number, requests: number): RunInput {
  const start = { line: 0, character: 0 };
  const url = `http://127.0.0.1:${port}/v1/completions`;
  return {
    name: 'sse',
    plan: {
      loadModel: 'closed',
      requests,
      durationS: null,
      concurrency: streams,
      seed: 1,
      warmup: 0,
      timeoutMs: 30_000,
      drainMs: 30_000,
      maxRedirects: 0,
      coldStart: false,
      objectives: [],
    },
    targets: [{ name: 's', method: 'GET', url, headers: [], weight: 1, objectives: [], range: { start, end: start } }],
    requests: [{ method: 'GET', url, headers: [], dialect: 'openai', streams: true }],
    secrets: [],
    file: null,
  };
}

async function measureRuns(): Promise<void> {
  const server = fork(new URL(import.meta.url), ['serve']);
  const [port] = await once(server, 'message');
  const hooks = { signal: new AbortController().signal, version: '0.0.0' };
  for (let round = 0; round < rounds; round += 1) {
    const { client, totalMs, iclMs, streams: counts } = await runBenchmark(inputFor(Number(port), streams), hooks);
    const events = (counts?.whole ?? 0) * eventsPerStream;
    const usPerEvent = ((client.cpuShare ?? Number.NaN) * totalMs * 1_000) / events;
    console.log(
      `${events} events: ${usPerEvent.toFixed(1)} µs of CPU each (goal: at most ${goalUs}), ICL p50 ${iclMs?.median?.toFixed(2)} ms, p99 ${iclMs?.p99?.toFixed(2)} ms`,
    );
  }
  server.kill();
}

/** What of it reading the events takes, from bytes to tokens; the best of five passes. */
function measureReading(): void {
  const pieces = Array.from({ length: 50_000 }, (_, index) => Buffer.from(eventText(index)));
  const waiting: (() => void)[] = [];
  const reader = createStreamReader((work) => waiting.push(work));
  let best = Infinity;
  for (let pass = 0; pass < 5; pass += 1) {
    const start = process.cpuUsage();
    reader.begin(openai);
    for (const [index, piece] of pieces.entries()) {
      reader.add(piece, index);
      waiting.pop()?.();
    }
    if (reader.end(true).stream.chunks !== pieces.length) throw new Error('Events were lost.');
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / pieces.length);
  }
  console.log(`reading alone: ${best.toFixed(2)} µs an event`);
}

if (process.argv[2] === 'serve') serve();
else {
  measureReading();
  await measureRuns();
}
