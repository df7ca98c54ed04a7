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

/** The transport that the plan names; otherwise the cheap one, unless a request says itself how its connection is used. */
export function transportFor(
  { transport }: Pick<RunPlan, 'transport'>,
  requests: readonly WireRequest[],
): TransportName {
  return transport ?? (requests.some(hasConnectionHeader) ? 'undici' : 'raw');
}

const hasConnectionHeader = ({ headers }: WireRequest): boolean =>
  headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'connection');
