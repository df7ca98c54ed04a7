import type { DialectName } from '../../core/endpoints/types.ts';
import type { ConnectionTallies } from '../../core/metrics/recorder/connection-tallies.ts';
import type { Body } from './body-bytes.ts';
import type { Note } from './server-notes.ts';

/** Destination of a connection: requests to the same origin can share one. */
export interface Origin {
  /** `http://127.0.0.1:5000`, unique per origin. */
  readonly url: string;
  readonly secure: boolean;
  /** Name or address as written, without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

/** Place of a request in a conversation. */
export interface ConversationTurn {
  /** Number of the turn, from 1. */
  readonly number: number;
  /** Number of turns of the conversation. */
  readonly of: number;
  /** Returns the request of the next turn with the model's answer to this one; absent for the last turn. */
  readonly next?: (answer: string) => FollowUp;
}

/** A request that follows another one. */
export interface FollowUp {
  readonly request: WireRequest;
  /** Time from the end of the earlier request, ms. */
  readonly afterMs: number;
}

/** What a request asks a language model. Plain data. */
export interface SentPrompt {
  readonly dialect: DialectName;
  /** The body, or a body with `promptMark` that many requests share. */
  readonly body: Uint8Array;
  /** Tokens of the prompt that was generated for the mark; absent without one. */
  readonly generatedTokens?: number;
}

/** A request ready to be sent: checked, with nothing left to compute. */
export interface WireRequest {
  readonly origin: Origin;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: Body | null;
  /** API of the language model whose response format is expected; absent for other requests. */
  readonly dialect?: DialectName;
  /** Reads the response as a stream even if its content type says otherwise. */
  readonly streams?: boolean;
  /** Output tokens that the request asks for; absent unless they are generated. */
  readonly askedTokens?: number;
  /** The body before its prompt was generated, and the tokens of that; absent unless it was generated. */
  readonly template?: Pick<SentPrompt, 'body' | 'generatedTokens'> | undefined;
  /** Absent for requests outside a conversation. */
  readonly turn?: ConversationTurn;
  /**
   * Returns the request to send next if requests to one target differ.
   * @param number index among all requests of the session, including the warm-up and earlier runs
   * @param turn index in the sequence of its target's prompts
   */
  readonly variantAt?: (number: number, turn: number) => WireRequest;
  /** What `variantAt` returns depends on the time of the call, so it is called when the request is due. */
  readonly dependsOnTime?: boolean;
}

/** Header lookup of one response; valid during the call that passes it. */
export interface Head {
  /** Returns the value of the first header with that lower-case name. */
  get(name: string): string | undefined;
}

/**
 * Events of the request in flight on a lane. Times are `performance.now()`, taken as close to the socket as the
 * transport can. After `sent` come `headers`, `data` …, and `end`. `failed` may come at any point, also before `sent`.
 */
export interface ExchangeEvents {
  /** The bytes are being sent. `reused`: the connection has carried a request before. */
  sent(atMs: number, reused: boolean): void;
  /** The final response's head; 1xx are skipped. */
  headers(atMs: number, status: number, head: Head): void;
  /** A piece of the body and its arrival time. The bytes are valid during the call only. */
  data(chunk: Uint8Array, atMs: number): void;
  /** The body is complete. The lane is free for the next request, even within this call. */
  end(atMs: number): void;
  /**
   * There will be no complete response. `untouched`: none of its bytes has arrived. Never called from within `send`.
   * The lane is free as after `end`.
   */
  failed(atMs: number, error: Error, untouched: boolean): void;
}

/** A slot's connections: one request at a time, one connection per origin. */
export interface Lane {
  /** Opens the connection to an origin ahead of time without sending anything. */
  connect(origin: Origin): Promise<void>;
  send(request: WireRequest, events: ExchangeEvents): void;
  /** Aborts the request in flight by closing its connection immediately, without an event. */
  cut(): void;
  /** Closes its idle connections. The lane isn't used again. */
  close(): void;
}

/** Options of a transport. */
export interface TransportOptions {
  /** Number of origins a lane keeps a connection to; the one unused longest is closed first. */
  readonly keptPerLane: number;
  /** Records remarks on the server. */
  readonly note: Note;
  /** Maximum size of a response head, bytes. */
  readonly maxHeadBytes: number;
  /** Accepts certificates that can't be verified. */
  readonly insecure: boolean;
}

/** A way to send requests, independent of plan and clock. */
export interface Transport {
  lane(): Lane;
  /** Does what can be done before a request is sent. It must be sent or discarded. Absent if that is nothing. */
  readonly prepare?: (request: WireRequest) => void;
  /** Undoes `prepare` for a request that won't be sent. */
  readonly discard?: (request: WireRequest) => void;
  /** Closes every socket immediately. */
  close(): void;
  /** Connections established so far. */
  readonly opened: number;
  /** Returns the times of connections opened since the last call. */
  takePhases(): ConnectionTallies;
  /** Hosts as written, with each address they were reached at. */
  readonly addresses: readonly { readonly host: string; readonly address: string }[];
}
