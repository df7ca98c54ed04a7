import type { WireRequest } from '../transport/transport.ts';
import type { LoadOptions } from './types.ts';

/** Maximum number of requests that are made before they are due: more than most traces have at one time. */
const mostAhead = 64;
/** Maximum time for making requests before the sockets are read again, ms. Arrivals in that time are stamped late. */
const sliceMs = 0.2;

/** Number of requests that `warmMaking` makes, and its maximum time, ms. */
const warmUp = { requests: 500, limitMs: 50 } as const;

/** Requests of a load, made before they are due. */
export interface MadeAhead {
  /** Returns the request with that index. */
  take(index: number, target: number): WireRequest;
  /** Starts to make the requests from that index on, the next ones that are due. */
  makeFrom(index: number): void;
  /** Discards those that haven't been taken. */
  close(): void;
}

const mayBeMadeAhead = ({ variantAt, dependsOnTime }: WireRequest): boolean =>
  variantAt !== undefined && dependsOnTime !== true;

/**
 * Makes requests while none is due. A generated prompt is tens of kilobytes long, and a trace has many of them at one
 * time: made then, the last of them would be late by milliseconds.
 */
export function createMadeAhead({
  requests,
  pick,
  transport,
}: Pick<LoadOptions, 'requests' | 'pick' | 'transport'>): MadeAhead {
  const makesAny = requests.some(mayBeMadeAhead);
  const made = new Map<number, WireRequest>();
  /** The first index that hasn't been made, and the one up to which requests are made. */
  let next = 0;
  let end = 0;
  let asked = false;

  const make = (index: number, target: number): WireRequest => {
    const request = requests[target];
    if (!request) throw new Error(`Target ${target} not found.`);
    return request.variantAt?.(index, index) ?? request;
  };

  const makeSome = (): void => {
    asked = false;
    const untilMs = performance.now() + sliceMs;
    for (; next < end && performance.now() < untilMs; next += 1) {
      const target = pick(next);
      const request = requests[target];
      if (request === undefined || !mayBeMadeAhead(request)) continue;
      const variant = make(next, target);
      transport?.prepare?.(variant);
      made.set(next, variant);
    }
    ask();
  };

  const ask = (): void => {
    if (asked || next >= end) return;
    asked = true;
    setImmediate(makeSome);
  };

  /** Discards the requests before an index: other loops have taken them. */
  const discardBefore = (index: number): void => {
    for (const [own, request] of made) {
      if (own >= index) return;
      made.delete(own);
      transport?.discard?.(request);
    }
  };

  return {
    take(index, target) {
      if (!makesAny) return make(index, target);
      const request = made.get(index);
      made.delete(index);
      return request ?? make(index, target);
    },
    makeFrom(index) {
      if (!makesAny) return;
      discardBefore(index);
      next = Math.max(next, index);
      end = index + mostAhead;
      ask();
    },
    close() {
      end = 0;
      discardBefore(Infinity);
    },
  };
}

/** A load of this thread has warmed the code. */
let isWarm = false;

/**
 * Makes requests that are discarded, so that the code is compiled and its memory mapped when the clock starts. Levels of a
 * sweep after the first are not delayed by it.
 */
export function warmMaking({ requests, transport }: Required<Pick<LoadOptions, 'requests' | 'transport'>>): void {
  const targets = requests.filter(mayBeMadeAhead);
  if (isWarm || targets.length === 0) return;
  isWarm = true;
  const untilMs = performance.now() + warmUp.limitMs;
  for (let index = 0; index < warmUp.requests && performance.now() < untilMs; index += 1) {
    const request = targets[index % targets.length]?.variantAt?.(index, index);
    if (request === undefined) return;
    transport.prepare?.(request);
    transport.discard?.(request);
  }
}
