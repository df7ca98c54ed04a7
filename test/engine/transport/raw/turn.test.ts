import assert from 'node:assert/strict';
import { createTurn, type Receiver, type Turn } from '../../../../src/engine/transport/raw/turn.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Notes what it gets, as text. */
const createNotes = (turn: Turn) => {
  const notes: { text: string; atMs: number; readAtMs: number }[] = [];
  const note = (text: string, atMs: number): void => void notes.push({ text, atMs, readAtMs: performance.now() });
  const receiver: Receiver = {
    queued: 0,
    bytes: (buffer, start, end, atMs) => note(buffer.toString('latin1', start, end), atMs),
    ended: (atMs) => note('(end)', atMs),
  };
  const arrive = (text: string): void => turn.arrived(receiver, turn.readBuffer.write(text, 'latin1'));
  return { notes, receiver, arrive };
};

const busyFor = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('a turn of the event loop', () => {
  it('delivers data in order, with its arrival time', async () => {
    const turn = createTurn();
    const [one, two] = [createNotes(turn), createNotes(turn)];
    const beganMs = performance.now();
    one.arrive('first');
    two.arrive('second');
    busyFor(3);
    one.arrive('third');
    turn.ended(one.receiver);
    busyFor(3);
    assert.deepEqual([one.receiver.queued, two.receiver.queued, one.notes], [3, 1, []]);
    await nextTurn();
    assert.deepEqual([one.receiver.queued, two.receiver.queued], [0, 0]);
    assert.deepEqual(
      one.notes.map(({ text }) => text),
      ['first', 'third', '(end)'],
    );
    assert.deepEqual(
      two.notes.map(({ text }) => text),
      ['second'],
    );
    const [first, third, end] = one.notes;
    assert.ok(first && third && end);
    assert.ok(first.atMs >= beganMs && third.atMs - first.atMs >= 3 && end.atMs >= third.atMs);
    assert.ok(first.readAtMs - first.atMs >= 6);
  });

  it('writes after everything is delivered, and never while sockets are read', async () => {
    const turn = createTurn();
    const { notes, arrive } = createNotes(turn);
    turn.whenPolled(() => notes.push({ text: '(write)', atMs: 0, readAtMs: 0 }));
    arrive('bytes');
    assert.deepEqual(notes, []);
    await nextTurn();
    assert.deepEqual(
      notes.map(({ text }) => text),
      ['bytes', '(write)'],
    );
  });

  it('reads the sockets again before all is delivered and written, if that takes long', async () => {
    const turn = createTurn();
    const done: string[] = [];
    const slowly = (text: string): void => {
      done.push(text);
      busyFor(0.1);
    };
    const receiver: Receiver = { queued: 0, bytes: (buffer, start) => slowly(`read ${buffer[start]}`), ended() {} };
    for (let i = 0; i < 100; i += 1) {
      turn.readBuffer[0] = i;
      turn.arrived(receiver, 1);
      turn.whenPolled(() => slowly(`write ${i}`));
    }
    await nextTurn();
    assert.ok(done.length < 50, `${done.length} of 200 in one turn`);
    assert.ok(receiver.queued > 0);
    while (done.length < 200) await nextTurn();
    for (const what of ['read', 'write'])
      assert.deepEqual(
        done.filter((text) => text.startsWith(what)),
        Array.from({ length: 100 }, (_, i) => `${what} ${i}`),
      );
    assert.equal(receiver.queued, 0);
  });

  it('holds a bounded number of bytes, and loses none', async () => {
    const turn = createTurn();
    const { notes, receiver, arrive } = createNotes(turn);
    const piece = 'x'.repeat(60_000);
    for (let i = 0; i < 50; i += 1) arrive(piece);
    assert.ok(receiver.queued * piece.length <= 1 << 20);
    assert.ok(notes.length > 0);
    while (receiver.queued > 0) await nextTurn();
    assert.equal(notes.length, 50);
    assert.ok(notes.every(({ text }) => text === piece));
  });

  it('handles any number of connections', async () => {
    const turn = createTurn();
    const all = Array.from({ length: 3_000 }, () => createNotes(turn));
    for (const [i, { arrive }] of all.entries()) arrive(String(i));
    while (all.some(({ receiver }) => receiver.queued > 0)) await nextTurn();
    assert.deepEqual(
      all.map(({ notes }) => notes[0]?.text),
      all.map((_, i) => String(i)),
    );
    const stampsMs = all.map(({ notes }) => notes[0]?.atMs ?? 0);
    assert.deepEqual(
      stampsMs,
      stampsMs.toSorted((a, b) => a - b),
    );
  });
});
