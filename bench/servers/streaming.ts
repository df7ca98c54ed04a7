// Answers every request with a stream of server-sent events, in a process of its own: `streaming.ts EVENTS GAP_MS`.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventText } from './streaming-server.ts';

const [events = 0, gapMs = 0] = process.argv.slice(2).map(Number);

const server = createServer((_request, response) => {
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  void (async () => {
    for (let index = 0; index < events; index += 1) {
      response.write(eventText(index));
      await sleep(gapMs);
    }
    response.end('data: [DONE]\n\n');
  })();
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
process.on('disconnect', () => process.exit(0));
