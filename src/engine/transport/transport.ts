import type { DialectName } from '../../core/endpoints/types.ts';
import type { Note } from './server-notes.ts';

/** Where a connection leads: what two requests must share to go over the same one. */
export interface Origin {
  /** `http://127.0.0.1:5000`, unique per origin. */
  readonly url: string;
  readonly secure: boolean;
  /** Name or address as written, without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

/** A request in the form that leaves: checked, nothing left to compute per sending. */
export interface WireRequest {
  readonly origin: Origin;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: Buffer | null;
  /** What language model API its answer is read as; absent for any other request. */
  readonly dialect?: DialectName;
  /** True: the answer is read as a stream also when its content type does not say that it is one. */
  readonly streams?: boolean;
  /**
   * The request that goes next, where requests to one target differ.
   * @param number of the request among all of the session: the warm-up counts, and so do earlier runs
   * @param turn its number in the sequence of its target's prompts
   */
  readonly variantAt?: (number: number, turn: number) => WireRequest;
}

/** Header lookup of one answer; valid during the call that hands it over. */
export interface Head {
  /** Value of the first header of that lower-case name. */
  get(name: string): string | undefined;
}

/**
 * What a transport tells about the request in flight on a lane. Times are `performance.now()`, taken as close to the socket
 * as the transport can. After `sent` come `headers`, `data` … and `end`, or `failed` at any point, also before `sent`.
 */
export interface ExchangeEvents {
  /** The bytes leave now; `reused`: over a connection that carried a request before. */
  sent(atMs: number, reused: boolean): void;
  /** The final answer's head; 1xx are skipped. */
  headers(atMs: number, status: number, head: Head): void;
  /** A piece of the body, and when it came; the bytes are valid during the call only. */
  data(chunk: Uint8Array, atMs: number): void;
  /** The body is whole. The lane is free for the next request, also from within this call. */
  end(atMs: number): void;
  /**
   * There will be no whole answer; `untouched`: no byte of one has come. Never called from within `send`; the lane is free as
   * after `end`.
   */
  failed(atMs: number, error: Error, untouched: boolean): void;
}

/** What one slot sends over: one request at a time, one connection per origin. */
export interface Lane {
  /** Opens the connection to an origin ahead of time and sends nothing over it. */
  connect(origin: Origin): Promise<void>;
  send(request: WireRequest, events: ExchangeEvents): void;
  /** Cuts off the request in flight by closing its connection at once. No event follows for it. */
  cut(): void;
  /** Closes its connections, on which nothing is in flight: the lane is not used again. */
  close(): void;
}

/** What a transport needs to know of a run. */
export interface TransportOptions {
  /** Number of origins a lane keeps a connection to; the one unused longest is closed first. */
  readonly keptPerLane: number;
  /** Takes in remarks on the server. */
  readonly note: Note;
  /** Maximum size of a response head, bytes. */
  readonly maxHeadBytes: number;
  /** Accepts certificates that can't be verified. */
  readonly insecure: boolean;
}

/** A way to send requests. The plan and the clock are not its business. */
export interface Transport {
  lane(): Lane;
  /** Closes every socket at once. */
  close(): void;
  /** Connections established so far. */
  readonly opened: number;
  /** Each host as written with each address it was reached at. */
  readonly addresses: readonly { readonly host: string; readonly address: string }[];
}
