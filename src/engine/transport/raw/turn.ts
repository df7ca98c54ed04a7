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
  /** Runs a writing once the sockets have been read, in turn: at once when they have been and nothing else is to be done. */
  whenPolled(write: () => void): void;
}

const readBytes = 65_536;
/** More than that is not held back: it is handed over at once, so that memory stays bounded. */
const heldBytes = 1 << 20;

/**
 * For so long answers are handed over, and for so long requests are written, before the sockets are read again: what comes in
 * meanwhile is stamped late by that.
 */
const sliceMs = 0.2;
/** The clock is looked at each time that so many have been handed over or written. */
const perLook = 8;

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
  let stampsMs = new Float64Array(4_096);
  let count = 0;
  /** Of these, how many have been handed over. */
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
