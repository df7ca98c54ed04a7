import type { Sample } from '../core/metrics/types.ts';
import { createBodyKeeper } from './body.ts';
import { errorKind, errorText } from './error-kind.ts';
import type { FailureSamples } from './failure-samples.ts';
import { isRedirect, redirected } from './redirect.ts';
import type { ExchangeEvents, Lane, WireRequest } from './transport.ts';

/** What a slot reports to the load that runs it. Times are `performance.now()`. */
export interface SlotListener {
  /** The first byte of a request leaves. */
  sent(atMs: number, reused: boolean): void;
  /** The request is over and the slot is free; `sent` may not have come before. */
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

/** The slot is made once; a request allocates its sample and nothing else. */
export function createSlot({ lane, listener, failures, maxRedirects, originMs }: SlotOptions): Slot {
  const body = createBodyKeeper();
  let request: WireRequest | undefined;
  let target = 0;
  let scheduledAt = 0;
  let since = Number.NaN;
  let sent = false;
  let headersAt = Number.NaN;
  let status = 0;
  let bytes = 0;
  let hops = 0;
  let location: string | undefined;

  const finish = (atMs: number, error: Error | undefined): void => {
    const kind = error && errorKind(error);
    const failed = error !== undefined || status < 200 || status > 299;
    const outputTokens = error ? undefined : body.outputTokens();
    if (failed && failures.wanted) {
      const said = error ? { text: errorText(error), cut: false } : body.text();
      failures.add({ target, status, ...(kind ? { error: kind } : {}), ...said });
    }
    const sample: { -readonly [K in keyof Sample]: Sample[K] } = {
      target,
      scheduledMs: scheduledAt - originMs,
      sentMs: since - originMs,
      headersMs: headersAt - originMs,
      endMs: atMs - originMs,
      status,
      bytes,
    };
    if (kind) sample.error = kind;
    if (outputTokens !== undefined) sample.outputTokens = outputTokens;
    since = Number.NaN;
    request = undefined;
    listener.ended(slot, atMs, sample, sent);
  };

  const send = (next: WireRequest): void => {
    request = next;
    lane.send(next, events);
  };

  const events: ExchangeEvents = {
    sent(atMs, reused) {
      if (sent) return;
      sent = true;
      since = atMs;
      listener.sent(atMs, reused);
    },
    headers(atMs, code, head) {
      headersAt = atMs;
      status = code;
      location = hops < maxRedirects && isRedirect(code) ? head.get('location') : undefined;
      body.begin(head, failures.wanted && (code < 200 || code > 299));
    },
    data(chunk) {
      bytes += chunk.byteLength;
      body.add(chunk);
    },
    end(atMs) {
      const next = location === undefined || !request ? undefined : redirected(request, status, location);
      if (!next) {
        finish(atMs, undefined);
        return;
      }
      hops += 1;
      location = undefined;
      send(next);
    },
    failed(atMs, error) {
      finish(atMs, error);
    },
  };

  const slot: Slot = {
    start(nextTarget, nextRequest, nextScheduledAt) {
      target = nextTarget;
      scheduledAt = nextScheduledAt;
      // Stands in for `sent` until bytes leave, and stays for a request that never leaves.
      since = nextScheduledAt;
      sent = false;
      headersAt = Number.NaN;
      status = 0;
      bytes = 0;
      hops = 0;
      location = undefined;
      send(nextRequest);
    },
    get since() {
      return since;
    },
    fail(atMs, error) {
      lane.cut();
      finish(atMs, error);
    },
    cut() {
      const wasSent = sent && request !== undefined;
      lane.cut();
      since = Number.NaN;
      request = undefined;
      return wasSent;
    },
  };
  return slot;
}
