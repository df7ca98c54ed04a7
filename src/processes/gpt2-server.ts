// Process of the GPT-2 server, controlled by the messages of gpt2-messages.ts.
import { startGpt2Server, type Gpt2Server } from '../servers/gpt2/server.ts';
import { failureOf } from './failure.ts';
import { readGpt2Command, type Gpt2Event, type Gpt2Options } from './gpt2-messages.ts';

/** Minimum time between two `status` events, and between two `progress` events of one phase; ms. */
const statusEveryMs = 500;
const progressEveryMs = 100;
/** Maximum time for stopping before the process is killed, ms. */
const stopLimitMs = 15_000;

const starting = new AbortController();
let server: Gpt2Server | undefined;
let stopping = false;

function send(event: Gpt2Event, sent?: () => void): void {
  if (process.connected && process.send) process.send(event, undefined, undefined, sent);
  else sent?.();
}

/** Kills the process without its exit handlers, which would abort while the runtime's threads compute a step. */
function endHard(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Reports an error, then ends the process. */
function fail(error: unknown): void {
  if (stopping) return;
  stopping = true;
  const bug = { message: 'The GPT-2 server stopped unexpectedly.', hint: 'See the log for details, then restart it.' };
  send(failureOf(error, bug), () => void leave(1));
}

async function leave(code: number): Promise<void> {
  setTimeout(endHard, stopLimitMs).unref();
  await server?.close().catch(() => {});
  process.exit(code);
}

/** Sends the state on changes, at most twice a second. */
function reportStatus(of: Gpt2Server): void {
  let before = '';
  setInterval(() => {
    const { running, waiting, generatedTokens } = of.stats();
    const now = `${running} ${waiting} ${generatedTokens}`;
    if (now !== before) send({ type: 'status', running, waiting, generatedTokens });
    before = now;
  }, statusEveryMs).unref();
}

async function start(options: Gpt2Options): Promise<void> {
  let phase = '';
  let sentAt = 0;
  server = await startGpt2Server({
    ...options,
    signal: starting.signal,
    onCrash: fail,
    onProgress: ({ phase: now, share }) => {
      if (now === phase && performance.now() - sentAt < progressEveryMs) return;
      phase = now;
      sentAt = performance.now();
      send({ type: 'progress', phase: now, ...(share === undefined ? {} : { share }) });
    },
  });
  if (stopping) return;
  reportStatus(server);
  send({ type: 'listening', port: server.port, url: server.url, synthetic: server.synthetic });
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  starting.abort();
  void running.catch(() => {}).then(() => leave(0));
}

let running: Promise<void> = Promise.resolve();
process.on('message', (message) => {
  const command = readGpt2Command(message);
  switch (command.type) {
    case 'start':
      running = start(command.options);
      running.catch(fail);
      return;
    case 'stop':
      stop();
  }
});
for (const end of ['disconnect', 'SIGTERM', 'SIGINT'] as const) process.once(end, stop);
process.on('uncaughtException', fail);

send({ type: 'ready' });
