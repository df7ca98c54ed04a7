// Answers each request a fixed time after it came, to a few microseconds: `node delay-server.ts 100`. Prints its port.
// It spins for the last two milliseconds of each wait, so it needs a core of its own.
import { createServer, type Socket } from 'node:net';

const delayMs = Number(process.argv[2]);
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
// All wait equally long: the first to come is the first to go.
const waiting: { readonly socket: Socket; readonly dueMs: number }[] = [];
let busy = false;

function serve(): void {
  const [first] = waiting;
  busy = first !== undefined;
  if (!first) return;
  const left = first.dueMs - performance.now();
  if (left <= 0) {
    waiting.shift();
    first.socket.write(answer);
    serve();
  } else if (left > 3) {
    setTimeout(serve, left - 2);
  } else {
    setImmediate(serve);
  }
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', () => {
    waiting.push({ socket, dueMs: performance.now() + delayMs });
    if (!busy) serve();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address ? address.port : 0);
});
