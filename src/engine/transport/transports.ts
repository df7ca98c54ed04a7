import type { RunPlan } from '../../core/plan/types.ts';
import type { TransportName } from '../../core/vocabulary.ts';
import { createRawTransport } from './raw/raw-transport.ts';
import type { Transport, TransportOptions, WireRequest } from './transport.ts';
import { createUndiciTransport } from './undici-transport.ts';

/** Every transport, by name. */
export const transports: Readonly<Record<TransportName, (options: TransportOptions) => Transport>> = {
  raw: createRawTransport,
  undici: createUndiciTransport,
};

/**
 * Returns the transport that the plan specifies, otherwise the built-in HTTP client, unless a request controls its own
 * connection.
 */
export function transportFor(
  { transport }: Pick<RunPlan, 'transport'>,
  requests: readonly WireRequest[],
): TransportName {
  return transport ?? (requests.some(hasConnectionHeader) ? 'undici' : 'raw');
}

const hasConnectionHeader = ({ headers }: WireRequest): boolean =>
  headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'connection');
