/** One connection's part in a turn of the event loop. */
export interface Receiver {
  /** Number of its events that haven't been delivered yet. */
  queued: number;
  /** Delivers the bytes from `start` to `end` and their arrival time. They are valid during the call only. */
  bytes(buffer: Buffer, start: number, end: number, atMs: number): void;
  /** Delivers the end of the connection and its time. */
  ended(atMs: number): void;
}

/**
 * Arrivals of one turn of the event loop for all connections of a transport. They are stamped immediately and parsed
 * after all sockets have been read.
 */
export interface Turn {
  /** Buffer that all sockets read into. */
  readonly readBuffer: Buffer;
  /** Records `length` bytes in the read buffer for a connection. */
  arrived(receiver: Receiver, length: number): void;
  /** Records the end of a connection. */
  ended(receiver: Receiver): void;
  /** Runs `write` once the sockets have been read: immediately if they have been and nothing else is pending. */
  whenPolled(write: () => void): void;
}

const readBytes = 65_536;
/** Maximum number of bytes held back. Beyond it, bytes are delivered immediately, so that memory stays bounded. */
const heldBytes = 1 << 20;

/**
 * Maximum time for delivering responses, and for writing requests, before the sockets are read again, ms. Arrivals in
 * that time are stamped late by up to this.
 */
const sliceMs = 0.2;
/** Number of deliveries or writes between two readings of the clock. */
const perLook = 8;

/**
 * Creates a turn. The loop's poll phase reads the sockets one after another. Bytes are only stamped and stored there:
 * parsing them would delay the stamp of the next socket. `setImmediate` runs right after that phase.
 */
export function createTurn(): Turn {
  const readBuffer = Buffer.allocUnsafeSlow(readBytes);
  const held = Buffer.allocUnsafeSlow(heldBytes);
  let used = 0;
  /** Arrivals in order: receiver, position (-1: end of the connection), and time. */
  const receivers: Receiver[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let stampsMs = new Float64Array(4_096);
  let count = 0;
  /** Number of arrivals delivered so far. */
  let handed = 0;
  const writes: (() => void)[] = [];
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
    handOver(performance.now() + sliceMs);
    writeWaiting(performance.now() + sliceMs);
    if (handed < count || writes.length > 0) ask();
  };

  const handOver = (untilMs: number): void => {
    for (let looks = 1; handed < count; looks += 1) {
      const receiver = receivers[handed];
      const start = starts[handed] ?? 0;
      const end = ends[handed] ?? 0;
      const atMs = stampsMs[handed] ?? 0;
      handed += 1;
      if (!receiver) continue;
      receiver.queued -= 1;
      if (start < 0) receiver.ended(atMs);
      else receiver.bytes(held, start, end, atMs);
      if (looks % perLook === 0 && performance.now() >= untilMs) break;
    }
    if (handed < count) return;
    handed = count = used = 0;
  };

  const writeWaiting = (untilMs: number): void => {
    let written = 0;
    while (written < writes.length) {
      writes[written]?.();
      written += 1;
      if (written % perLook === 0 && performance.now() >= untilMs) break;
    }
    if (written === writes.length) writes.length = 0;
    else writes.splice(0, written);
  };

  return {
    readBuffer,
    arrived(receiver: Receiver, length: number): void {
      if (used + length > heldBytes) handOver(Infinity);
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
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}
