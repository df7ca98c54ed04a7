/** What one connection gets of a turn of the loop. */
export interface Receiver {
  /** How much of what came has not been handed over yet. */
  queued: number;
  /** The bytes from `start` to `end` came at that time; they are valid during the call only. */
  bytes(buffer: Buffer, start: number, end: number, atMs: number): void;
  /** The connection ended at that time. */
  ended(atMs: number): void;
}

/** What comes in during one turn of the loop, for all connections of a transport: stamped at once, looked at when all is in. */
export interface Turn {
  /** All sockets read into it. */
  readonly readBuffer: Buffer;
  /** So many bytes came in for a connection; they lie in the read buffer. */
  arrived(receiver: Receiver, length: number): void;
  /** A connection ended. */
  ended(receiver: Receiver): void;
  /** True while what has come in is handed over: what the sockets had to tell is known, so a request may be written. */
  readonly polled: boolean;
  /** Runs a writing of this turn once the sockets have been read. */
  whenPolled(write: () => void): void;
}

const readBytes = 65_536;
/** More than that is not held back: it is handed over at once, so that memory stays bounded. */
const heldBytes = 1 << 20;

/**
 * Sockets are read in the loop's poll phase, one after the other. There bytes are only stamped and put aside: if they were
 * parsed, the next socket's would be stamped later than they came. `setImmediate` runs right after that phase.
 */
export function createTurn(): Turn {
  const readBuffer = Buffer.allocUnsafeSlow(readBytes);
  const held = Buffer.allocUnsafeSlow(heldBytes);
  let used = 0;
  /** What came, in order: for whom, where it lies (-1: the connection ended), and when. */
  const receivers: Receiver[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let stampsMs = new Float64Array(256);
  let count = 0;
  let writes: (() => void)[] = [];
  let asked = false;

  const add = (receiver: Receiver, start: number, end: number): void => {
    if (count === stampsMs.length) stampsMs = doubled(stampsMs);
    stampsMs[count] = performance.now();
    receivers[count] = receiver;
    starts[count] = start;
    ends[count] = end;
    count += 1;
    receiver.queued += 1;
    ask();
  };

  const ask = (): void => {
    if (asked) return;
    asked = true;
    setImmediate(run);
  };

  const run = (): void => {
    asked = false;
    turn.polled = true;
    handOver();
    if (writes.length > 0) {
      const due = writes;
      writes = [];
      for (const write of due) write();
    }
    turn.polled = false;
  };

  const handOver = (): void => {
    for (let i = 0; i < count; i += 1) {
      const receiver = receivers[i];
      const start = starts[i] ?? 0;
      const atMs = stampsMs[i] ?? 0;
      if (!receiver) continue;
      receiver.queued -= 1;
      if (start < 0) receiver.ended(atMs);
      else receiver.bytes(held, start, ends[i] ?? 0, atMs);
    }
    count = 0;
    used = 0;
  };

  const turn = {
    readBuffer,
    polled: false,
    arrived(receiver: Receiver, length: number): void {
      if (used + length > heldBytes) handOver();
      const start = used;
      used += length;
      readBuffer.copy(held, start, 0, length);
      add(receiver, start, used);
    },
    ended: (receiver: Receiver): void => add(receiver, -1, -1),
    whenPolled(write: () => void): void {
      writes.push(write);
      ask();
    },
  };
  return turn;
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}
