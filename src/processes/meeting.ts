import { randomUUID } from 'node:crypto';

/** Where the threads of one process find each other, and begin something together. */
export interface Meeting {
  /** Which of them this is, from 0. */
  readonly number: number;
  /** Resolves for all at the same moment, once every one of them has called it or left. */
  ready(): Promise<void>;
  leave(): void;
}

interface Message {
  readonly from: string;
  readonly says: 'here' | 'ready' | 'left' | 'begin';
  /** With `begin`: when, ms since 1970. */
  readonly atMs?: number;
}

/** Long enough for the last to have heard of it. */
const aheadMs = 150;

/** Waits until `count` have come under this name; undefined when they have not within `limitMs`. */
export async function meet(name: string, count: number, limitMs: number): Promise<Meeting | undefined> {
  const own: string = randomUUID();
  const here = new Set([own]);
  const done = new Set<string>();
  const left = new Set<string>();
  const channel = new BroadcastChannel(name);
  let complete: (() => void) | undefined;
  let begin: ((atMs: number) => void) | undefined;
  const allHere = new Promise<void>((resolve) => (complete = resolve));
  const begun = new Promise<number>((resolve) => (begin = resolve));
  const say = (says: Message['says'], atMs?: number): void => {
    const message: Message = { from: own, says, ...(atMs !== undefined && { atMs }) };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel between threads has none
    channel.postMessage(message);
  };

  /** The first of those who are still there says when. */
  const beginWhenDone = (): void => {
    const [first] = [...here].filter((id) => !left.has(id)).toSorted();
    if (done.size < count || first !== own) return;
    const atMs = Date.now() + aheadMs;
    say('begin', atMs);
    begin?.(atMs);
  };
  const markDone = (id: string): void => {
    done.add(id);
    beginWhenDone();
  };

  const hear = ({ data: { from, says, atMs = 0 } }: { data: Message }): void => {
    if (says === 'begin') begin?.(atMs);
    if (!here.has(from) && here.size < count) {
      here.add(from);
      // Whoever came later has not heard of this one.
      say('here');
      if (here.size === count) complete?.();
    }
    if (says === 'left') left.add(from);
    if (says === 'ready' || says === 'left') markDone(from);
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- Node's types know no other way
  channel.onmessage = (event: { data: Message }) => hear(event);
  say('here');
  if (count === 1) complete?.();

  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, limitMs, 'late')));
  const outcome = await Promise.race([allHere, tooLate]);
  clearTimeout(timer);
  if (outcome === 'late') {
    channel.close();
    return undefined;
  }
  return {
    number: [...here].toSorted().indexOf(own),
    async ready() {
      say('ready');
      markDone(own);
      const atMs = await begun;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now())));
    },
    leave() {
      say('left');
      channel.close();
    },
  };
}
