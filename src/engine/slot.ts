import type { Sample } from '../core/metrics/types.ts';
import { createBodyKeeper } from './body.ts';
import { errorKind, errorText } from './error-kind.ts';
import type { FailureSamples } from './failure-samples.ts';
import { isRedirect, redirected } from './redirect.ts';
import type { ExchangeEvents, Lane, WireRequest } from './transport.ts';

/** What a slot reports to the load that runs it. Times are `performance.now()`. */
interface SlotListener {
  /** The first byte of a request leaves. */
  sent(atMs: number, reused: boolean): void;
  /**
   * The request is over and the slot is free; `sent` may not have come before.
   * The sample is the slot's own: it holds until the next request starts.
   */
  ended(slot: Slot, atMs: number, sample: Sample, sent: boolean): void;
}

/** A place for one request at a time: turns what the transport tells into a sample. */
export interface Slot {
  start(target: number, request: WireRequest, scheduledAtMs: number): void;
  /** Since when the request in flight counts against the timeout; NaN when there is none. */
  readonly since: number;
  /** Ends the request in flight as failed and closes its connection. */
  fail(atMs: number, error: Error): void;
  /** Drops the request in flight and closes its connection; nothing is reported. True when its bytes had left. */
  cut(): boolean;
}

export interface SlotOptions {
  readonly lane: Lane;
  readonly listener: SlotListener;
  readonly failures: FailureSamples;
  readonly maxRedirects: number;
  /** Zero of the samples' times. */
  readonly originMs: number;
}

/**
 * What a slot knows of its request. In objects, here and in the sample: numbers with a fraction change in place there,
 * where a captured variable would allocate for each.
 */
interface Exchange {
  /** NaN when there is no request. */
  sinceMs: number;
  request: WireRequest | undefined;
  sent: boolean;
  hops: number;
  /** Where the answer that is being read leads, when that is to be followed. */
  location: string | undefined;
}

/** The slot, its sample and its buffer are made once: a request allocates nothing here. */
export function createSlot({ lane, listener, failures, maxRedirects, originMs }: SlotOptions): Slot {
  const body = createBodyKeeper();
  const exchange: Exchange = { sinceMs: Number.NaN, request: undefined, sent: false, hops: 0, location: undefined };
  const sample: { -readonly [K in keyof Sample]: Sample[K] } = {
    target: 0,
    scheduledMs: Number.NaN,
    sentMs: Number.NaN,
    headersMs: Number.NaN,
    endMs: Number.NaN,
    status: 0,
    error: undefined,
    bytes: 0,
    outputTokens: undefined,
  };

  const finish = (atMs: number, error: Error | undefined): void => {
    const kind = error && errorKind(error);
    sample.error = kind;
    sample.sentMs = exchange.sinceMs - originMs;
    sample.endMs = atMs - originMs;
    sample.outputTokens = error ? undefined : body.outputTokens();
    if ((error || !isSuccess(sample.status)) && failures.wanted) {
      const said = error ? { text: errorText(error), cut: false } : body.text();
      failures.add({ target: sample.target, status: sample.status, ...(kind ? { error: kind } : {}), ...said });
    }
    exchange.sinceMs = Number.NaN;
    exchange.request = undefined;
    listener.ended(slot, atMs, sample, exchange.sent);
  };

  const events: ExchangeEvents = {
    sent(atMs, reused) {
      if (exchange.sent) return;
      exchange.sent = true;
      exchange.sinceMs = atMs;
      listener.sent(atMs, reused);
    },
    headers(atMs, status, head) {
      sample.headersMs = atMs - originMs;
      sample.status = status;
      if (maxRedirects > exchange.hops) exchange.location = isRedirect(status) ? head.get('location') : undefined;
      body.begin(head, !isSuccess(status) && failures.wanted);
    },
    data(chunk) {
      sample.bytes += chunk.byteLength;
      body.add(chunk);
    },
    end(atMs) {
      const { request, location } = exchange;
      const next = location === undefined || !request ? undefined : redirected(request, sample.status, location);
      if (!next) {
        finish(atMs, undefined);
        return;
      }
      exchange.hops += 1;
      exchange.location = undefined;
      exchange.request = next;
      lane.send(next, events);
    },
    failed: finish,
  };

  const slot: Slot = {
    start(target, request, scheduledAtMs) {
      sample.target = target;
      sample.scheduledMs = scheduledAtMs - originMs;
      sample.headersMs = Number.NaN;
      sample.status = 0;
      sample.bytes = 0;
      // Stands in for `sent` until bytes leave, and stays for a request that never leaves.
      exchange.sinceMs = scheduledAtMs;
      exchange.request = request;
      exchange.sent = false;
      exchange.hops = 0;
      exchange.location = undefined;
      lane.send(request, events);
    },
    get since() {
      return exchange.sinceMs;
    },
    fail(atMs, error) {
      lane.cut();
      finish(atMs, error);
    },
    cut() {
      const wasSent = exchange.sent && exchange.request !== undefined;
      lane.cut();
      exchange.sinceMs = Number.NaN;
      exchange.request = undefined;
      return wasSent;
    },
  };
  return slot;
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
