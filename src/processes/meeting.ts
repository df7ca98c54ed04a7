import { randomUUID } from 'node:crypto';

/** Meeting of the threads of one process, which start something together. */
export interface Meeting {
  /** Number of this thread, from 0. */
  readonly number: number;
  /** Resolves for all at the same moment, when each has called it or left. */
  ready(): Promise<void>;
  leave(): void;
}

interface Message {
  readonly from: string;
  readonly says: 'here' | 'ready' | 'left' | 'begin';
  /** Time of `begin`, ms since 1970. */
  readonly atMs?: number;
}

/** Time from the announcement to the start, ms: long enough for all to receive it. */
const aheadMs = 150;

/** Waits for `count` threads with this name. Returns undefined if fewer have come within `limitMs`. */
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

  /** Announces the start if this is the first thread that hasn't left. */
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
      // Threads that came later don't know this one.
      say('here');
      if (here.size === count) complete?.();
    }
    if (says === 'left') left.add(from);
    if (says === 'ready' || says === 'left') markDone(from);
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the only way in Node's types
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
