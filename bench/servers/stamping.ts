// The stamping server, in a process of its own: answers each request a set time after it read it and keeps the times at which
// it really did. Started by stamping-server.ts beside it. It spins while a connection is open, so it needs a core of its own: a
// core that sleeps takes longer to wake than what is measured here.
import { createServer, type Socket } from 'node:net';

/** To the server: forget what was, and answer so long after each request from now on; or tell what was. */
export type StampingCommand = { readonly type: 'begin'; readonly delayMs: number } | { readonly type: 'take' };

/** What the server did since `begin`, one place for each request, in the order of reading. Times in ms of its own clock. */
export interface RawStamps {
  readonly readMs: Float64Array;
  /** When the answer had been written; NaN when the client had gone. */
  readonly writtenMs: Float64Array;
  /** How long the request may have lain unread at most: since the server had last looked at its sockets. */
  readonly unreadMs: Float64Array;
  /** Pieces that were no single whole request. Anything but 0 makes the stamps worthless. */
  readonly strange: number;
}

const answer = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
const lineEnd = 10;
const mostAtOnce = 16;

let delayMs = 0;
let strange = 0;
let connections = 0;
let spinning = false;
// Two looks ago nothing waited: what is read now has come since then.
let lookedMs = 0;
let lookedBeforeMs = 0;
// All wait equally long: the first to come is the first to go.
let sockets: Socket[] = [];
let readMs: number[] = [];
let unreadMs: number[] = [];
let writtenMs: number[] = [];

/** Writes the answers that are due, not so many that requests lie unread for long, and returns the time. */
function answerDue(): number {
  let now = performance.now();
  const end = Math.min(sockets.length, writtenMs.length + mostAtOnce);
  for (let due = writtenMs.length; due < end; due += 1) {
    if ((readMs[due] ?? Infinity) + delayMs > now) break;
    const socket = sockets[due];
    if (socket?.writable) {
      socket.write(answer);
      now = performance.now();
      writtenMs.push(now);
    } else {
      writtenMs.push(Number.NaN);
    }
  }
  return now;
}

function spin(): void {
  lookedBeforeMs = lookedMs;
  lookedMs = answerDue();
  if (connections > 0 || writtenMs.length < sockets.length) setImmediate(spin);
  else spinning = false;
}

const server = createServer((socket) => {
  connections += 1;
  if (!spinning) {
    spinning = true;
    lookedMs = performance.now();
    setImmediate(spin);
  }
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('close', () => (connections -= 1));
  socket.on('data', (piece) => {
    const now = performance.now();
    const last = piece.length - 1;
    if (piece[last] !== lineEnd || piece[last - 2] !== lineEnd) strange += 1;
    sockets.push(socket);
    readMs.push(now);
    unreadMs.push(now - lookedBeforeMs);
    // Between two reads too: with many connections, one turn of the loop may read for longer than an answer may be late.
    answerDue();
  });
});

process.on('message', (command: StampingCommand) => {
  if (command.type === 'begin') {
    ({ delayMs } = command);
    [sockets, readMs, unreadMs, writtenMs] = [[], [], [], []];
    strange = 0;
  } else {
    // What still waits belongs to clients that are gone.
    const count = writtenMs.length;
    process.send?.({
      readMs: Float64Array.from(readMs.slice(0, count)),
      writtenMs: Float64Array.from(writtenMs),
      unreadMs: Float64Array.from(unreadMs.slice(0, count)),
      strange,
    } satisfies RawStamps);
  }
});
process.on('disconnect', () => process.exit(0));

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
