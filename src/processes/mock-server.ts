// Process of the mock server for the editor, controlled by the messages of messages.ts.
import { type MockServer, startMockServer } from '../servers/mock/server.ts';
import { failureOf } from './failure.ts';
import { type MockEvent, type MockOptions, readMockCommand } from './messages.ts';

/** Minimum time between two `status` events, ms. */
const statusEveryMs = 500;

let server: MockServer | undefined;

function send(event: MockEvent, sent?: () => void): void {
  if (process.connected && process.send) process.send(event, undefined, undefined, sent);
  else sent?.();
}

/** Reports an error, then ends the process. */
function fail(error: unknown): void {
  const bug = { message: 'The mock server stopped unexpectedly.', hint: 'See the log for details, then restart it.' };
  send(failureOf(error, bug), () => process.exit(1));
}

/** Sends the state on changes: the first one at once, then at most twice a second. */
function reportStatus(of: MockServer): void {
  let sentAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const report = (): void => {
    timer = undefined;
    sentAt = performance.now();
    const { inFlight, limit, served } = of.stats();
    send({ type: 'status', inFlight, limit, served });
  };
  of.onChange(() => {
    timer ??= setTimeout(report, Math.max(0, sentAt + statusEveryMs - performance.now())).unref();
  });
}

async function start(options: MockOptions): Promise<void> {
  server = await startMockServer(options);
  reportStatus(server);
  send({ type: 'listening', port: server.port, url: server.url });
}

async function stop(): Promise<void> {
  await server?.close();
  process.exit(0);
}

process.on('message', (message) => {
  const command = readMockCommand(message);
  switch (command.type) {
    case 'start':
      start(command.options).catch(fail);
      return;
    case 'stop':
      void stop();
  }
});
for (const end of ['disconnect', 'SIGTERM', 'SIGINT'] as const) process.once(end, () => void stop());
process.on('uncaughtException', fail);

send({ type: 'ready' });
