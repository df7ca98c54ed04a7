import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { maskSecrets } from '../core/endpoints/mask.ts';
import { LoadlensError } from '../core/errors.ts';
import { formatMs, withoutZeros } from '../core/format.ts';
import type { RunInput } from '../core/plan/types.ts';
import type { OneResponse } from '../core/report/one-response.ts';
import { decode } from './answers/encoding.ts';
import { withModels } from './discover-model.ts';
import { withPromptTokens } from './prompt-tokens.ts';
import { wholeOf } from './transport/body-bytes.ts';
import { errorText } from './transport/error-kind.ts';
import { isRedirect, redirected } from './transport/redirect.ts';
import type { WireRequest } from './transport/transport.ts';
import { toWire } from './transport/wire.ts';

/** Maximum part of a body that is kept, bytes as received. */
const mostBytes = 1_048_576;

interface Exchange {
  readonly message: IncomingMessage;
  readonly bytes: Buffer;
  readonly bodyBytes: number;
  readonly address: string;
  readonly times: OneResponse['times'];
}

/**
 * Sends the first request of an input once, over a separate connection, and returns the response with secrets masked.
 * Nothing is warmed up and no load is put on the server, so its times are those of a first request.
 * @throws LoadlensError if there is no complete response
 */
export async function sendOnce(
  input: RunInput,
  { signal, version }: { readonly signal: AbortSignal; readonly version: string },
): Promise<OneResponse> {
  const [found = input] = await withModels([input], signal, input.plan);
  const {
    requests,
    targets,
    plan,
    secrets,
    promptStarts,
    valueStart = 0,
  } = (await withPromptTokens(found, signal)).input;
  const [wire] = toWire(requests, targets, `loadlens/${version}`, plan.seed);
  if (wire === undefined) throw new Error('no request to send');
  const notes = new Set(found.notes);
  const startedAt = new Date().toISOString();
  let current = wire.variantAt?.(valueStart, promptStarts?.[0] ?? 0) ?? wire;
  for (let hops = 0; ; hops += 1) {
    const exchange = await exchangeOf(current, plan, signal);
    const { statusCode: status = 0, headers } = exchange.message;
    const next =
      hops < plan.maxRedirects && isRedirect(status) ? redirected(current, status, headers.location ?? '') : undefined;
    if (next === undefined) return responseOf(exchange, current, { startedAt, notes, secrets });
    notes.add(`${status} redirects to ${maskSecrets(next.origin.url + next.path, secrets)}.`);
    current = next;
  }
}

function responseOf(
  { message, bytes, bodyBytes, address, times }: Exchange,
  { method, origin, path }: WireRequest,
  about: { readonly startedAt: string; readonly notes: Set<string>; readonly secrets: readonly string[] },
): OneResponse {
  const { startedAt, notes, secrets } = about;
  const mask = (text: string): string => maskSecrets(text, secrets);
  const isCut = bodyBytes > bytes.byteLength;
  const note = (text: string): void => void notes.add(`The server ${text}.`);
  const body = decode(bytes, message.headers['content-encoding'] ?? '', note).toString('utf8');
  const raw = message.rawHeaders.map(mask);
  return {
    method,
    url: mask(origin.url + path),
    startedAt,
    httpVersion: message.httpVersion,
    status: message.statusCode ?? 0,
    statusText: mask(message.statusMessage ?? ''),
    headers: raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : [])),
    body: mask(body),
    bodyBytes,
    isCut,
    address,
    times,
    notes: [...notes],
  };
}

const now = (): number => performance.now();

/** Returns the time between two moments; null if one of them never came. */
const span = (from: number, to: number): number | null => (Number.isNaN(to - from) ? null : to - from);

function exchangeOf(
  { origin, method, path, headers, body }: WireRequest,
  { timeoutMs, insecure }: Pick<RunInput['plan'], 'timeoutMs' | 'insecure'>,
  signal: AbortSignal,
): Promise<Exchange> {
  const hasHost = headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'host');
  const send = origin.secure ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const at = { start: performance.now(), dns: Number.NaN, connected: Number.NaN, secured: Number.NaN };
    const timeout = AbortSignal.timeout(timeoutMs);
    const fail = (error: Error): void => {
      reject(
        timeout.aborted
          ? new LoadlensError(`${origin.url} didn't respond within ${withoutZeros(formatMs(timeoutMs))}.`, {
              hint: 'Raise the timeout (@timeout), or check the server.',
            })
          : new LoadlensError(`No complete response from ${origin.url}: ${errorText(error)}.`, {
              hint: 'Check the address and the server.',
              cause: error,
            }),
      );
    };
    const outgoing = send({
      host: origin.hostname,
      port: origin.port,
      method,
      path,
      headers: [...(hasHost ? [] : ['host', new URL(origin.url).host]), ...headers],
      agent: false,
      rejectUnauthorized: insecure !== true,
      signal: AbortSignal.any([signal, timeout]),
    });
    outgoing.on('error', fail);
    outgoing.on('socket', (socket) => {
      socket.once('lookup', () => (at.dns = now()));
      socket.once('connect', () => (at.connected = now()));
      socket.once('secureConnect', () => (at.secured = now()));
    });
    outgoing.on('response', (message) => {
      const first = now();
      const { remoteAddress = '', remotePort = 0 } = message.socket;
      const kept: Buffer[] = [];
      let [keptBytes, bodyBytes] = [0, 0];
      message.on('data', (chunk: Buffer) => {
        const room = mostBytes - keptBytes;
        if (room > 0) kept.push(chunk.subarray(0, room));
        keptBytes += Math.min(room, chunk.byteLength);
        bodyBytes += chunk.byteLength;
      });
      message.on('error', fail);
      message.on('end', () => {
        const end = now();
        const lookedUp = Number.isNaN(at.dns) ? at.start : at.dns;
        const ready = Number.isNaN(at.secured) ? at.connected : at.secured;
        resolve({
          message,
          bytes: Buffer.concat(kept),
          bodyBytes,
          address: `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`,
          times: {
            dnsMs: span(at.start, at.dns),
            connectMs: span(lookedUp, at.connected),
            tlsMs: span(at.connected, at.secured),
            waitMs: first - ready,
            receiveMs: end - first,
            totalMs: end - at.start,
          },
        });
      });
    });
    outgoing.end(body ? wholeOf(body) : undefined);
  });
}
